"""Backing up and restoring by the very lines of docs/operations.md, « Backing up ».

What they start and verify there at last is started and verified here by tools of our own.
"""

import os
import re
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
import pytest
from psycopg.rows import dict_row

from tests.endurance.arena import eventually, rows
from tests.endurance.own_server import SETTINGS, OwnServer
from tools import postgres

PAGE = Path(__file__).parent.parent.parent / "docs/operations.md"
LIBRARY = "/var/lib/sporades"
ROOTS = {"/srv/sauvegarde": "sauvegarde", "/srv/wal": "wal", "/srv/essai": "essai"}
INSTANT = "2026-11-28 23:58:30+01"
"""The one that the page gives as an example."""


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
    """

    url: str
    files: Path
    medical: Path


class Backups:
    """The page's two folders, beside a server that archives into one of them."""

    def __init__(self, server: OwnServer, library: Path) -> None:
        """Have the server archive, as the page says.

        Args:
            server: to back up; it is started again.
            library: where both stores lie, under the names `files` and `medical`.
        """
        self.server, self._library = server, library
        self._house = postgres.home(server.folder)
        self._place = self._house.folder
        [said] = _blocks("ini")
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
    def restored(self, *, to: datetime) -> Iterator[Restored]:
        """Restore all of it elsewhere, hold it for the length of a block, then forget it.

        Args:
            to: the instant to which the database goes back.
        """
        essai = self._place / ROOTS["/srv/essai"]
        unpack, start = _blocks("sh")[4:6]
        conf, _, _ = start.partition("sudo -u postgres /usr/lib/")
        assert INSTANT in conf
        conf = conf.replace(INSTANT, to.isoformat())
        essai.mkdir(mode=0o755)
        try:
            self.wait_for(self._begin(unpack))
            self.wait_for(self._begin(conf))
            house = essai / "house"
            house.mkdir(mode=0o700)
            (essai / "base").rename(house / "data")
            shutil.copy2(self._place / "password", house / "password")
            self._house.own(house)
            self._house.own(house / "password")
            with pytest.MonkeyPatch.context() as environment:
                environment.delenv("DATABASE_URL", raising=False)
                # Recovery asks for as many connections as there were.
                server = postgres.start(house, settings=SETTINGS)
            try:
                # Until the archive is read, the server lets people read alone.
                eventually(lambda: self._is_promoted(server.url))
                yield Restored(server.url, essai / "files", essai / "medical")
            finally:
                server.stop()
        finally:
            shutil.rmtree(essai)

    def _is_promoted(self, url: str) -> bool:
        with psycopg.connect(url, autocommit=True) as asked:
            return asked.execute("SELECT NOT pg_is_in_recovery()").fetchone() == (True,)

    def _here(self, said: str) -> str:
        for there, name in ROOTS.items():
            said = said.replace(there, str(self._place / name))
        return said.replace(LIBRARY, str(self._library))

    def _settings(self, said: str) -> dict[str, str]:
        found = re.findall(r"^(\w+) = '?(.*?)'?$", self._here(said), re.MULTILINE)
        assert {"archive_mode", "archive_command"} <= {name for name, _ in found}
        return dict(found)

    def _begin(self, lines: str) -> "subprocess.Popen[str]":
        """Begin some lines of the page, for a shell that is root only where we are."""
        uid, gid = self._house.user or (os.geteuid(), os.getegid())
        becomes = (
            ""
            if self._house.user is None
            else f"setpriv --reuid={uid} --regid={gid} --clear-groups"
        )
        # Whoever serves the tests has not always the name of « postgres », nor any the one of Sporades.
        lines = self._here(lines).replace("-o postgres", f"-o {uid}")
        lines = lines.replace("-o sporades", f"-o {os.geteuid()}")
        script = f'set -eu\nsudo() {{ shift 2; {becomes} "$@"; }}\n{lines}'
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
