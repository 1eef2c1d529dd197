"""The processor time of processes, as Linux counts it."""

import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psycopg

_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Spent:
    """Seconds of processor time.

    Attributes:
        web: the server's processes.
        database: the processes of PostgreSQL that answer them; nothing when they run elsewhere.
    """

    web: float
    database: float | None

    def since(self, before: "Spent") -> "Spent":
        """Return what was spent after another look."""
        database = (
            None
            if self.database is None or before.database is None
            else self.database - before.database
        )
        return Spent(self.web - before.web, database)

    def plus(self, other: "Spent") -> "Spent":
        """Return the sum of two."""
        return Spent(
            self.web + other.web,
            None
            if self.database is None or other.database is None
            else self.database + other.database,
        )

    @property
    def all(self) -> float:
        """What is known of it."""
        return self.web + (self.database or 0)


class Meter:
    """Looks at what a server and its database spend.

    What a process had spent at the last look still counts after its end: a pool closes the
    connections that have lived long enough, and the sum must never go back.
    """

    def __init__(self, url: str, session: int, application: str) -> None:
        """Watch the processes of a session, and the connections that bear a name."""
        self.connection = psycopg.connect(url, autocommit=True)
        self.session, self.application = session, application
        self._web: dict[int, float] = {}
        self._database: dict[int, float] = {}

    def read(self) -> Spent:
        """Return what they have spent until now."""
        found = self.connection.execute(
            "select pid from pg_stat_activity where application_name = %s", [self.application]
        )
        backends = {pid: _of_process(pid) for (pid,) in found.fetchall()}
        self._web.update(_of_session(self.session))
        self._database.update((pid, spent) for pid, spent in backends.items() if spent is not None)
        is_known = None not in backends.values()
        return Spent(sum(self._web.values()), sum(self._database.values()) if is_known else None)

    def most_memory(self) -> float:
        """Return the most that one of the server's processes has held, in megabytes.

        Those that read what is sent are apart: each has its own bound (`sporades.intake.reading`).
        """
        return max(map(_most_memory, _session(self.session)), default=0)

    def close(self) -> None:
        """Look no more."""
        self.connection.close()


def _of_session(session: int) -> dict[int, float]:
    return {pid: _seconds(fields) for pid in _session(session) if (fields := _fields(pid))}


def _session(session: int) -> list[int]:
    known = [int(folder.name) for folder in Path("/proc").iterdir() if folder.name.isdecimal()]
    return [pid for pid in known if (fields := _fields(pid)) and int(fields[3]) == session]


def _most_memory(pid: int) -> float:
    with suppress(OSError):
        status = Path(f"/proc/{pid}/status").read_text()
        most = [line for line in status.splitlines() if line.startswith("VmHWM")]
        return round(int(most[0].split()[1]) / 1024, 1) if most else 0
    return 0


def _of_process(pid: int) -> float | None:
    with suppress(OSError):
        if Path(f"/proc/{pid}/comm").read_text().startswith("postgres"):
            fields = _fields(pid)
            return _seconds(fields) if fields else None
    return None


def _fields(pid: int) -> list[str]:
    """Return the fields of a process from its state on; none if it has ended."""
    with suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return []


def _seconds(fields: list[str]) -> float:
    return (int(fields[11]) + int(fields[12])) / _TICKS
