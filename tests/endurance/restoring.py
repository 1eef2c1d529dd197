"""Backing up by the very lines of docs/operations.md, « Backing up », and trying that by its script."""

import os
import pwd
import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import psycopg
from psycopg.rows import dict_row

from tests.endurance.arena import eventually, rows
from tests.endurance.own_server import OwnServer
from tests.endurance.servers import environment_of
from tools import postgres
from tools.antivirus import free_port

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs/operations.md"
SCRIPT = ROOT / "tools/try_backup.sh"
LIBRARY = "/var/lib/sporades"
ROOTS = {"/srv/sauvegarde": "sauvegarde", "/srv/wal": "wal"}


def _blocks(kind: str) -> list[str]:
    text = PAGE.read_text(encoding="utf-8")
    section = text.partition("\n## Backing up\n")[2].partition("\n## ")[0]
    return re.findall(rf"```{kind}\n(.*?)```", section, re.DOTALL)


@dataclass(frozen=True)
class Restored:
    """What came back.

    Attributes:
        url: of the database.
        files: the folder of the usual store.
        medical: the folder of what is confided.
        said: what the script said, line by line.
    """

    url: str
    files: Path
    medical: Path
    said: list[str]


class Backups:
    """The page's two folders, beside a server that archives into one of them.

    Attributes:
        server: what is backed up.
        trial: where it is brought back.
    """

    def __init__(self, server: OwnServer, library: Path) -> None:
        """Have the server archive, as the page says.

        Args:
            server: to back up; it is started again.
            library: where both stores lie, under the names `files` and `medical`.
        """
        self.server, self._library = server, library
        self._house = postgres.home(server.folder)
        self._place = self._house.folder
        self.trial = self._place / "essai"
        self._binaries = postgres.choose(self._house.data).folder
        said, *_ = _blocks("ini")
        self.wait_for(self._begin(_blocks("sh")[0]))
        self._archiving = self._settings(said)
        server.server.stop()
        server.start_again(**self._archiving)

    def base(self) -> "subprocess.Popen[str]":
        """Begin a base backup, as each night; `wait_for` says how it ended."""
        return self._begin(_blocks("sh")[1])

    def copy_the_stores(self) -> None:
        """Keep what the stores have more, as every five minutes."""
        self.wait_for(self._begin(_blocks("sh")[2]))

    def forget_what_is_old(self) -> None:
        """Remove old backups and the log that only they needed, as once a night went well."""
        self.wait_for(self._begin(_blocks("sh")[3]))

    def grow_old(self) -> None:
        """Have all that was backed up until now be of a month that nobody keeps."""
        [month] = self._months()
        month.rename(month.with_name("2001-01"))

    def lose_the_files(self) -> None:
        """Lose what was copied of the usual store."""
        for month in self._months():
            for one in month.glob("files-*.tar.gz"):
                one.unlink()

    def bases(self) -> list[Path]:
        """Return the base backups that are kept, the oldest first."""
        return sorted(one for month in self._months() for one in month.glob("base-*"))

    def archived(self) -> set[str]:
        """Return the names of the segments that the archive holds."""
        wal = self._place / ROOTS["/srv/wal"]
        return {one.name for one in wal.iterdir() if re.fullmatch(r"[0-9A-F]{24}", one.name)}

    def _months(self) -> list[Path]:
        return sorted((self._place / ROOTS["/srv/sauvegarde"]).iterdir())

    def wait_for(self, command: "subprocess.Popen[str]") -> None:
        """Wait until it has done well."""
        said, _ = command.communicate(timeout=120)
        assert command.returncode == 0, said

    def archive(self) -> Path:
        """Have all that is written by now in the archive, as `archive_timeout` would.

        Returns:
            The last segment there.
        """
        with self._superuser() as asked:
            [name] = asked.execute("SELECT pg_walfile_name(pg_switch_wal())").fetchone()
        wal = self._place / ROOTS["/srv/wal"]
        eventually((wal / name).exists)
        return Path(wal / name)

    def ask_again_for(self, segment: Path) -> None:
        """Do as a power cut just after a segment was archived: PostgreSQL does not know that it was."""
        states = self._place / "data/pg_wal/archive_status"
        known = states / f"{segment.name}.done"
        eventually(known.exists)
        self.server.stop_at_once()
        known.rename(known.with_suffix(".ready"))
        self.server.start_again(**self._archiving)

    def watched(self) -> dict[str, Any]:
        """Return what the query of « Watching » says of the archive."""
        [query] = re.findall(r"`(select [^`]* from pg_stat_archiver)`", PAGE.read_text("utf-8"))
        with self._superuser() as asked:
            row = asked.cursor(row_factory=dict_row).execute(query).fetchone()
        assert row is not None
        return row

    def _superuser(self) -> psycopg.Connection:
        return psycopg.connect(self.server.url, **self._as_superuser(), autocommit=True)

    def _as_superuser(self) -> dict[str, str]:
        password = (self._house.folder / "password").read_text()
        return {"user": "postgres", "password": password, "dbname": "postgres"}

    @contextmanager
    def restored(self, *, to: datetime | None = None, **more: str) -> Iterator[Restored]:
        """Try what was backed up, hold it for the length of a block, then forget it.

        Args:
            to: the instant to which the database goes back; without one, the script finds it.
            more: what else the script is told.
        """
        trial, port = self.trial, str(free_port())
        try:
            done = self.tried(to, PORT=port, KEEP="1", **more)
            assert done.returncode == 0, done.stdout
            there = urlsplit(self.server.url)
            url = f"postgresql://{there.username}:{there.password}@127.0.0.1:{port}{there.path}"
            yield Restored(url, trial / "files", trial / "medical", done.stdout.splitlines())
        finally:
            stop = [self._binaries / "pg_ctl", f"--pgdata={trial / 'base'}", "stop"]
            subprocess.run([*self._becoming(), *stop], cwd="/", check=False, capture_output=True)
            shutil.rmtree(trial, ignore_errors=True)

    def tried(self, to: datetime | None = None, **more: str) -> "subprocess.CompletedProcess[str]":
        """Run the script of the page, and return how it ended.

        Args:
            to: the instant that it is told.
            more: what else it is told; all of it goes by its environment.
        """
        said = self._place / "sporades.env"
        said.write_text(f"DATABASE_URL={shlex.quote(self.server.url)}\n")
        us = pwd.getpwuid(os.geteuid()).pw_name
        they = us if self._house.user is None else pwd.getpwuid(self._house.user[0]).pw_name
        told = {
            "BACKUPS": str(self._place / ROOTS["/srv/sauvegarde"]),
            "WAL": str(self._place / ROOTS["/srv/wal"]),
            "TRIAL": str(self.trial),
            "PORT": str(free_port()),
            "BINARIES": str(self._binaries),
            "SERVER_USER": they,
            "SERVICE_USER": us,
            "ENVIRONMENTS": str(said),
            **more,
        }
        return subprocess.run(
            ["sh", SCRIPT, *([to.isoformat()] if to else [])],
            env=environment_of("postgresql://nobody@127.0.0.1:1/none", self._library, **told),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=900,
            check=False,
        )

    def _here(self, said: str) -> str:
        for there, name in ROOTS.items():
            said = said.replace(there, str(self._place / name))
        return said.replace(LIBRARY, str(self._library))

    def _settings(self, said: str) -> dict[str, str]:
        found = re.findall(r"^(\w+) = '?(.*?)'?$", self._here(said), re.MULTILINE)
        assert {"archive_mode", "archive_command"} <= {name for name, _ in found}
        return dict(found)

    def _becoming(self) -> list[str]:
        """Return what makes of a command one of the server's user, where we are root."""
        if self._house.user is None:
            return []
        uid, gid = self._house.user
        return ["setpriv", f"--reuid={uid}", f"--regid={gid}", "--clear-groups"]

    def _begin(self, lines: str) -> "subprocess.Popen[str]":
        """Begin some lines of the page, for a shell that is root only where we are."""
        uid, _ = self._house.user or (os.geteuid(), os.getegid())
        # Whoever serves the tests has not always the name of « postgres ».
        lines = self._here(lines).replace("-o postgres", f"-o {uid}")
        script = f'set -eu\nsudo() {{ shift 2; {" ".join(self._becoming())} "$@"; }}\n{lines}'
        where = urlsplit(self.server.url)
        superuser = self._as_superuser()
        return subprocess.Popen(
            ["/bin/bash", "-c", script],
            env={
                "PATH": os.environ["PATH"],
                "PGHOST": unquote(where.hostname or ""),
                "PGPORT": str(where.port),
                "PGUSER": superuser["user"],
                "PGPASSWORD": superuser["password"],
            },
            cwd="/",
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )


def picture() -> dict[str, tuple[int, str]]:
    """Return how many rows each table holds, and the fingerprint of all their values.

    The official lists are left out, since nobody writes them, and what PostgreSQL keeps of no
    crash.
    """
    tables = rows("""
        SELECT relname FROM pg_class
        WHERE relkind = 'r' AND relpersistence = 'p' AND relnamespace = 'public'::regnamespace
    """)
    names = [name for (name,) in tables if not name.startswith("territory_")]
    question = " UNION ALL ".join(
        f"SELECT '{name}', count(*), md5(coalesce(string_agg(t::text, '|' ORDER BY t::text), '')) "
        f'FROM "{name}" t'
        for name in names
    )
    return {name: (count, print_) for name, count, print_ in rows(question)}


def dangling() -> list[str]:
    """Return the foreign keys of which a row names another that is not there."""
    keys = rows("""
        SELECT k.conname, k.conrelid::regclass::text, k.confrelid::regclass::text,
               a.attname, b.attname
        FROM pg_constraint k
        JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = k.conkey[1]
        JOIN pg_attribute b ON b.attrelid = k.confrelid AND b.attnum = k.confkey[1]
        WHERE k.contype = 'f' AND cardinality(k.conkey) = 1
    """)
    assert len(keys) > 100
    return [
        name
        for name, table, other, column, key in keys
        if rows(
            f'SELECT 1 FROM {table} t WHERE t."{column}" IS NOT NULL AND NOT EXISTS '
            f'(SELECT 1 FROM {other} o WHERE o."{key}" = t."{column}") LIMIT 1'
        )
    ]
