"""The database that every worker copies: migrated and with the official lists, made once."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import psycopg
from django.core.management import call_command
from django.db.backends.postgresql.psycopg_any import sql

from sporades.territory.operations import load_reference
from tests.endurance.arena import a_server, drop, pointing_at, url_of

MOULD = "SPORADES_TEST_MOULD"
"""Names it to the workers of one run."""
_LOCK = 7_031_876


def name() -> None:
    """Name the mould of this run; the workers that it starts inherit the name."""
    os.environ[MOULD] = f"sporades_mould_{os.getpid()}"


def mould() -> str:
    """Return the name of the mould, made by whoever asks first while the others wait."""
    wanted = os.environ[MOULD]
    with a_server() as server, _alone(server):
        known = server.execute("SELECT FROM pg_database WHERE datname = %s", [wanted])
        if known.fetchone() is None:
            _make(server, wanted)
    return wanted


def pour(url: str) -> None:
    """Fill an empty database of another server with what the mould holds, as an operator restores.

    Args:
        url: its address.
    """
    dump = ["pg_dump", "--no-owner", f"--dbname={url_of(mould())}"]
    restore = ["psql", "--quiet", "--no-psqlrc", "--set=ON_ERROR_STOP=1", f"--dbname={url}"]
    with subprocess.Popen(dump, stdout=subprocess.PIPE) as said:
        subprocess.run(restore, stdin=said.stdout, stdout=subprocess.DEVNULL, check=True)
    assert said.returncode == 0


def forget() -> None:
    """Drop the mould, once nobody copies it any more; without a server there is none."""
    with suppress(psycopg.OperationalError), a_server() as server:
        drop(server, os.environ[MOULD])


def _make(server: psycopg.Connection, wanted: str) -> None:
    begun = f"{wanted}_begun"
    drop(server, begun)
    server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(begun)))
    with pointing_at(url_of(begun)):
        call_command("migrate", interactive=False, verbosity=0)
        load_reference()
    rename = sql.SQL("ALTER DATABASE {} RENAME TO {}")
    server.execute(rename.format(sql.Identifier(begun), sql.Identifier(wanted)))


@contextmanager
def _alone(server: psycopg.Connection) -> Iterator[None]:
    server.execute("SELECT pg_advisory_lock(%s)", [_LOCK])
    try:
        yield
    finally:
        server.execute("SELECT pg_advisory_unlock(%s)", [_LOCK])
