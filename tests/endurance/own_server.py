"""A PostgreSQL that the tests may ill-treat: nobody else is on it."""

import contextlib
import os
import signal
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest

from tests import moulds
from tests.endurance.arena import eventually, furnish, pointing_at
from tools import postgres

# As a real installation is: what is committed is on the disk.
SETTINGS = {"fsync": "on", "synchronous_commit": "on", "max_connections": "120"}


class OwnServer:
    """A server of its own, with a furnished database."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.start_again()
        moulds.pour(self.url)
        with pointing_at(self.url):
            furnish()

    @property
    def url(self) -> str:
        """Where it answers: elsewhere after each start."""
        return self.server.url

    def stop_at_once(self) -> None:
        """Do as `pg_ctl stop -m immediate`: no checkpoint, no farewell."""
        self.server.process.send_signal(signal.SIGQUIT)
        self.server.process.wait()
        self.server.stop()

    def start_again(self, **settings: str) -> None:
        """Start on what is left on the disk, some settings of PostgreSQL changed."""
        with pytest.MonkeyPatch.context() as environment:
            # It names the server of the tests, which is not ours to ill-treat.
            environment.delenv("DATABASE_URL", raising=False)
            self.server = postgres.start(self.folder, settings={**SETTINGS, **settings})

    def kill(self) -> None:
        """Do `kill -9` on the whole server: the processes that it leaves end by themselves."""
        self.server.process.kill()
        self.server.process.wait()
        self.server.stop()

    def come_back(self) -> None:
        """Start where it was, as those who speak with it know it."""
        self.start_again(port=str(urlsplit(self.url).port))

    def kill_a_backend(self, pid: int) -> None:
        """Do `kill -9` on one process of the server: it throws everybody out, then recovers."""
        assert Path(f"/proc/{pid}/comm").read_text().startswith("postgres")
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
        eventually(self.answers)

    def answers(self) -> bool:
        """Whether a connection may be had."""
        with contextlib.suppress(psycopg.OperationalError), psycopg.connect(self.url):
            return True
        return False

    def forget(self) -> None:
        """Stop it and remove its files."""
        self.server.stop()
        postgres.forget(self.folder)
