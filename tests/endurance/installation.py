"""A whole installation, each of its parts in processes of its own: any of them may be killed."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Protocol

from tests.endurance.arena import eventually
from tests.endurance.own_server import OwnServer
from tests.endurance.servers import Web, environment_of, start_web
from tests.s3 import S3
from tools import antivirus
from tools.antivirus import free_port
from tools.processes import end, spawn

THREADS = 4
"""Of the web server: as many requests as it answers at once."""


class Part(Protocol):
    """What may be killed, and comes back where it was."""

    def kill(self) -> None:
        """Do `kill -9`."""

    def come_back(self) -> None:
        """Start, and wait until it answers."""


class Process:
    """A part that is one process, and those that it starts."""

    def __init__(
        self, start: Callable[[], subprocess.Popen[bytes]], *, port: int | None = None
    ) -> None:
        """Start it, and wait until it answers at its port, where it has one."""
        self._start, self._port = start, port
        self.come_back()

    def come_back(self) -> None:
        """Start it anew, and wait until it answers."""
        self.running = self._start()
        eventually(self._answers)

    def _answers(self) -> bool:
        assert self.running.poll() is None, self.running.args
        if self._port is None:
            return True
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self._port), 1):
            return True
        return False

    @property
    def has_ended(self) -> bool:
        """Whether it has ended by itself."""
        return self.running.poll() is not None

    def kill(self) -> None:
        """Kill it and whatever it started."""
        os.killpg(self.running.pid, signal.SIGKILL)
        self.running.wait()

    def stop(self) -> None:
        """End it, asking first."""
        end(self.running, patience=5)


class Installation:
    """Five parts, and the address at which people reach it.

    Attributes:
        stores: where it keeps files, by the names of the variables that say so.
        ended: how many times each part has ended by itself.
    """

    def __init__(self, database: OwnServer, folder: Path, steps: ExitStack) -> None:
        """Start the other four on a database that answers."""
        store = S3(folder)
        steps.callback(store.stop)
        clamd_port, web_port = free_port(), free_port()
        self.stores = {
            "FILES_URL": store.address,
            "MEDICAL_FILES_URL": store.medical_address,
        }
        said = {**self.stores, "CLAMD_URL": f"tcp://127.0.0.1:{clamd_port}"}

        def clamd() -> subprocess.Popen[bytes]:
            command = antivirus.command(folder, clamd_port)
            assert command, "clamd is not installed"
            return spawn(command, log=folder / "clamd.log", environment=os.environ)

        def web() -> subprocess.Popen[bytes]:
            self.web = start_web(database.url, folder, threads=THREADS, port=web_port, **said)
            return self.web.process

        def worker() -> subprocess.Popen[bytes]:
            command = [
                sys.executable,
                "-m",
                "sporades",
                "procrastinate",
                "worker",
                "-q",
                "evidence",
            ]
            environment = environment_of(database.url, folder, **said)
            return spawn(command, log=folder / "worker.log", environment=environment)

        self.web: Web
        self.ended: Counter[str] = Counter()
        self._processes = {}
        for name, start, port in (
            ("clamd", clamd, clamd_port),
            ("web", web, web_port),
            ("worker", worker, None),
        ):
            self._processes[name] = process = Process(start, port=port)
            steps.callback(process.stop)
        self.parts: dict[str, Part] = {**self._processes, "database": database, "store": store}

    def revive(self) -> None:
        """Start anew what has ended by itself, as a supervisor does, and count it."""
        for name, process in self._processes.items():
            if process.has_ended:
                self.ended[name] += 1
                process.come_back()


@contextmanager
def an_installation(database: OwnServer, folder: Path) -> Iterator[Installation]:
    """Hold a whole installation for the length of a block."""
    with ExitStack() as steps:
        yield Installation(database, folder, steps)
