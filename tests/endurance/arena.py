"""A database to fight in: a real copy, with real commits, forgotten afterwards."""

import os
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from threading import Barrier, Event, Thread
from urllib.parse import quote

import psycopg
from django.db import Error, connection, connections, transaction
from django.db.backends.postgresql.psycopg_any import sql
from django.db.models import Model
from django.utils import timezone

from config import environment
from sporades.exams.held import forget
from sporades.exams.models import RegistrationService
from sporades.exams.models import regulation as regulations
from sporades.territory.operations import load_reference
from tests.factories import load_invented

FULL = os.environ.get("SPORADES_ENDURE") == "1"
PATIENCE = 60
WAITING = """
    SELECT pid FROM pg_stat_activity
    WHERE wait_event_type = 'Lock' AND datname = current_database()
"""
DOING = """
    SELECT pid, state, wait_event_type, wait_event, pg_blocking_pids(pid), left(query, 200)
    FROM pg_stat_activity WHERE datname = current_database()
"""
PLACE = ("NAME", "USER", "PASSWORD", "HOST", "PORT")


def figure(small: int, full: int) -> int:
    """Return how much of it: small in `make test`, full in `make endure`."""
    return full if FULL else small


def together(*acts: Callable[[], object]) -> list[object]:
    """Do all of it at the same instant, each in its thread with its own connection.

    Returns what each act returned or raised, in order.
    """
    start, outcomes = Barrier(len(acts)), [None] * len(acts)

    def run(place: int) -> None:
        try:
            connection.ensure_connection()
            start.wait(PATIENCE)
            outcomes[place] = acts[place]()
        except Exception as trouble:  # noqa: BLE001 - what happened is what is looked at
            outcomes[place] = trouble
        finally:
            connection.close()

    threads = [Thread(target=run, args=[place]) for place in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


def first(act: Callable[[Callable[[], None]], object], other: Callable[[], object]) -> list[object]:
    """Do two acts at once, the first holding what it locks until the other waits for it.

    Args:
        act: is given what says that it holds its locks; returns what is still to be done.
        other: what comes then.

    Returns:
        What each returned or raised.
    """
    holds = Event()

    def hold() -> object:
        with transaction.atomic():
            done = act(holds.set)
            eventually(lambda: rows(WAITING))
            return done() if callable(done) else done

    def follow() -> object:
        holds.wait(PATIENCE)
        return other()

    return together(hold, follow)


@contextmanager
def held(row: Model) -> Iterator[None]:
    """Hold a row in another connection, as a transaction that was left open does."""
    other = connection.copy()
    try:
        other.set_autocommit(False)
        with other.cursor() as cursor:
            question = sql.SQL("SELECT 1 FROM {} WHERE id = %s FOR UPDATE")
            cursor.execute(question.format(sql.Identifier(row._meta.db_table)), [row.pk])
        yield
        # A connection that is closed goes on holding its rows until its server process notices.
        other.rollback()
    finally:
        other.close()


def eventually[T](look: Callable[[], T], *, within: float = PATIENCE) -> T:
    """Return the first true answer of a look taken again and again; fail when none comes."""
    deadline = time.monotonic() + within
    while not (found := look()):
        assert time.monotonic() < deadline, f"nothing came of {look}\n{_where_all_stand()}"
        time.sleep(0.005)
    return found


def _where_all_stand() -> str:
    """Say what each connection and each thread is at: why nothing came, to whoever reads of it."""
    try:
        said = [str(one) for one in rows(DOING)]
    except Error as trouble:
        said = [f"the database does not answer: {trouble}"]
    stacks = (
        "".join(traceback.format_stack(one, limit=8)) for one in sys._current_frames().values()
    )
    return "\n".join([*said, *stacks])


@contextmanager
def pointing_at(url: str) -> Iterator[None]:
    """Turn this process, every thread of it, towards another database."""
    shared = connections["default"].settings_dict
    before = {key: shared[key] for key in PLACE}
    os.environ["ARENA_URL"] = url
    wanted = environment.database("ARENA_URL")
    connection.close()
    shared.update({key: wanted[key] for key in PLACE})
    _forget_what_was_read()
    try:
        yield
    finally:
        connection.close()
        shared.update(before)
        _forget_what_was_read()
        del os.environ["ARENA_URL"]


def _forget_what_was_read() -> None:
    """The same primary key is another version of the réglementation in another database."""
    forget()
    regulations._understood.clear()


def furnish() -> None:
    """Fill a migrated database with the official data and the invented exam, open now."""
    load_reference()
    load_invented()
    open_now()


def open_now(**ends: timedelta) -> None:
    """Open every service since yesterday, for a month unless said otherwise."""
    now = timezone.now().replace(second=0, microsecond=0)
    RegistrationService.objects.update(
        opens_at=now - timedelta(days=1), closes_at=now + timedelta(**(ends or {"days": 30}))
    )
    forget()


@contextmanager
def a_copy(of: str, name: str) -> Iterator[str]:
    """Copy a database of the tests' server that nobody uses; return the copy's address."""
    with a_server() as server:
        drop(server, name)
        server.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy").format(
                sql.Identifier(name), sql.Identifier(of)
            )
        )
    try:
        yield url_of(name)
    finally:
        with a_server() as server:
            drop(server, name)


@contextmanager
def a_furnished_database(of: str, name: str) -> Iterator[str]:
    """Furnish a copy of an empty, migrated database of the tests' server."""
    with a_copy(of, name) as url:
        with pointing_at(url):
            furnish()
        yield name


def url_of(name: str) -> str:
    """Return the address of a database of the tests' server."""
    said = connections["default"].settings_dict
    return (
        f"postgresql://{quote(said['USER'])}:{quote(said['PASSWORD'])}"
        f"@{quote(said['HOST'], safe='')}:{said['PORT']}/{name}"
    )


@contextmanager
def a_server() -> Iterator[psycopg.Connection]:
    """Speak with the tests' server, of no database of its."""
    with psycopg.connect(url_of("postgres"), autocommit=True) as server:
        yield server


def drop(server: psycopg.Connection, name: str) -> None:
    """Drop a database, whoever is still there: the server's own cleaner alone is waited for."""
    drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))

    def dropped() -> bool:
        try:
            server.execute(drop)
        except psycopg.errors.InsufficientPrivilege:
            return False
        return True

    eventually(dropped)


def rows(query: str, *values: object) -> list[tuple]:
    """Return what the database answers now, in a transaction too."""
    with connection.cursor() as cursor:
        # Who is connected is read once in a transaction: who comes later would never be seen.
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute(query, values)
        return cursor.fetchall()


def now() -> datetime:
    """Return the present instant: processes of their own have no other clock."""
    return timezone.now()
