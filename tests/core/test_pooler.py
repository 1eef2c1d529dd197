"""Behind a pooler that keeps nothing between two transactions: `?prepare=no` (ADR 0015)."""

import os
import shutil
import socket
import subprocess
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg
import pytest
from django.db import connection, transaction
from django.db.models import F
from psycopg.conninfo import make_conninfo

from config import environment
from sporades.core import pooler
from sporades.core.locks import alone
from sporades.territory.models import Commune
from sporades.web.public import checks
from tests.endurance.arena import eventually, pointing_at, rows
from tests.pooler import a_pooler

BOUNCER = shutil.which("pgbouncer", path="/usr/sbin:/usr/bin:/usr/local/bin")

pytestmark = pytest.mark.django_db(transaction=True)


@contextmanager
def a_bouncer(straight):
    """Start PgBouncer, where there is one; give its port."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with TemporaryDirectory() as folder:
        said = Path(folder, "pgbouncer.ini")
        said.write_text(
            f"[databases]\n* = {straight}\n[pgbouncer]\nlisten_addr=127.0.0.1\n"
            f"listen_port={port}\nauth_type=any\npool_mode=transaction\ndefault_pool_size=5\n"
            "unix_socket_dir=\nignore_startup_parameters=options,extra_float_digits\n"
        )
        command = [BOUNCER, "-q", str(said)]
        if not os.getuid():  # It refuses to be root.
            shutil.chown(folder, "nobody")
            command[1:1] = ["-u", "nobody"]
        started = subprocess.Popen(command, stderr=subprocess.DEVNULL)
        try:
            eventually(lambda: started.poll() is not None or answers(port))
            assert started.poll() is None
            yield port
        finally:
            started.terminate()
            started.wait()


def answers(port):
    """Return whether somebody listens there."""
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


@pytest.fixture(params=["ours", *(["pgbouncer"] if BOUNCER else [])])
def port(request):
    """Return the port of a pooler before the database of the tests: ours, and PgBouncer where it is."""
    said = connection.settings_dict
    # The server of the tests listens there too, and its folder is not open to everybody.
    place = {"host": "127.0.0.1", "port": said["PORT"], "user": said["USER"]}
    place |= {"dbname": said["NAME"], "password": said["PASSWORD"]}
    straight = make_conninfo(**{name: value for name, value in place.items() if value})
    start = a_bouncer(straight) if request.param == "pgbouncer" else a_pooler(straight)
    with start as port:
        yield port


@pytest.fixture
def behind(port, monkeypatch):
    """Return what turns this process to the pooler, with what the address of the database says."""

    @contextmanager
    def behind(asked):
        said = connection.settings_dict
        url = f"postgresql://{said['USER']}:x@127.0.0.1:{port}/{said['NAME']}{asked}"
        monkeypatch.setenv("POOLED_URL", url)
        wanted = environment.database("POOLED_URL")
        cursors = wanted["DISABLE_SERVER_SIDE_CURSORS"]
        with pointing_at(url):
            monkeypatch.setitem(said, "DISABLE_SERVER_SIDE_CURSORS", cursors)
            prepares = wanted["OPTIONS"]["prepare_threshold"]
            monkeypatch.setitem(said["OPTIONS"], "prepare_threshold", prepares)
            yield
            connection.close()

    return behind


@pytest.fixture
def others(port):
    """Return what has somebody else be in a transaction until the end of the test, as a page is."""
    opened = []

    def one():
        said = connection.settings_dict
        place = {"host": "127.0.0.1", "port": port, "user": said["USER"], "dbname": said["NAME"]}
        opened.append(psycopg.connect(**place, password="x", prepare_threshold=None))
        opened[-1].execute("SELECT 1")

    yield one
    for each in opened:
        each.close()


def test_what_one_does_alone_is_done_by_nobody_else_and_then_by_others(behind, others):
    with behind("?prepare=no"):
        with alone("batch", "1") as first:
            others()
            with alone("batch", "1") as meanwhile, alone("batch", "2") as another:
                pass
        with alone("batch", "1") as again:
            pass

    assert (first, meanwhile, another, again) == (True, False, True, True)


def test_who_fails_lets_go(behind, others):
    def fail():
        with alone("batch", "1"):
            others()
            raise ConnectionError

    with behind("?prepare=no"):
        with pytest.raises(ConnectionError):
            fail()
        with alone("batch", "1") as again:
            assert again


def test_what_is_done_alone_does_not_fail_for_its_lock_being_cut_off(monkeypatch):
    monkeypatch.setitem(connection.settings_dict, "DISABLE_SERVER_SIDE_CURSORS", True)

    with alone("batch", "1") as held:
        cut_off = rows(
            "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'"
            " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
        )
    with alone("batch", "1") as again:
        assert (held, cut_off, again) == (True, [(True,)], True)


def test_it_is_held_through_the_ends_of_the_transactions_of_what_is_done(behind):
    with behind("?prepare=no"), alone("batch", "1"):
        for one in Commune.objects.order_by("pk")[:3]:
            with transaction.atomic():
                Commune.objects.filter(pk=one.pk).update(name=F("name"))
        with alone("batch", "1") as meanwhile:
            assert not meanwhile


@pytest.fixture
def limited():
    """Let the role have the limit that a page has, a fifth of a second."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        (role,) = cursor.fetchone()
        limit = "idle_in_transaction_session_timeout"
        cursor.execute(f"ALTER ROLE \"{role}\" SET {limit} = '200ms'")
    connection.close()
    yield
    with connection.cursor() as cursor:
        cursor.execute(f'ALTER ROLE "{role}" RESET {limit}')
    connection.close()


HELD_FOR_LONG = """
    SELECT pid FROM pg_stat_activity JOIN pg_locks USING (pid)
    WHERE locktype = 'advisory' AND datname = current_database()
        AND clock_timestamp() - state_change > interval '400 ms'
"""


def test_the_limit_that_a_role_has_for_pages_does_not_end_it(limited, monkeypatch):
    monkeypatch.setitem(connection.settings_dict, "DISABLE_SERVER_SIDE_CURSORS", True)

    with alone("batch", "1") as held:
        eventually(lambda: rows(HELD_FOR_LONG))
        with alone("batch", "1") as meanwhile:
            pass

    assert (held, meanwhile) == (True, False)


def test_many_lines_are_read_where_cursors_do_not_last(behind, others):
    lines = Commune.objects.order_by("pk").values_list("pk", flat=True)
    wanted, found = list(lines), []
    with behind("?prepare=no"):
        for read in (lines.iterator(100), pooler.a_share_at_a_time(lines, 100)):
            for place, key in enumerate(read):
                found.append(key)
                if place == 50:
                    others()
        connection.close()

    assert len(wanted) > 200
    assert found == 2 * wanted


def test_a_pooler_that_is_not_said_is_told_of(behind):
    with behind(""):
        found = told()
    with behind("?prepare=no"):
        said = told()

    assert found == ["sporades.E010"]
    assert said == told() == []


def told():
    """Return what the check says of a pooler."""
    found = checks.the_database_is_migrated(databases=["default"])
    return [one.id for one in found if one.id == "sporades.E010"]


@pytest.mark.parametrize("by_keys", [False, True])
def test_rows_come_in_their_order_some_at_a_time(monkeypatch, by_keys, django_assert_num_queries):
    monkeypatch.setitem(connection.settings_dict, "DISABLE_SERVER_SIDE_CURSORS", by_keys)
    lines = Commune.objects.order_by("-name", "pk").values_list("name", "code")
    wanted = list(lines)
    shares = -(-len(wanted) // 70)

    with django_assert_num_queries(1 + shares if by_keys else 1):
        assert list(pooler.a_share_at_a_time(lines, 70)) == wanted
