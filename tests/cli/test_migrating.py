"""R-60: a migration that a reader holds up makes nobody wait behind it, and gives up in one line."""

import os
from io import StringIO

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from sporades.cli.management.commands import migrate
from tests import moulds
from tests.endurance.arena import a_copy, pointing_at, rows

pytestmark = pytest.mark.django_db(transaction=True)
HELD = "Une table est tenue ailleurs"
LIMIT = "SHOW lock_timeout"
IS_WHOLE = "SELECT indisvalid FROM pg_index WHERE indexrelid = 'entry_with_network'::regclass"


@pytest.fixture(autouse=True)
def _invented():
    """These tests need no exam."""


@pytest.fixture
def reader(db):
    """Who has read, in a database that is to be changed, and whose transaction has not ended."""
    name = f"sporades_migrating_{os.getpid()}"
    with a_copy(moulds.mould(), name) as url, pointing_at(url), psycopg.connect(url) as other:
        other.execute("SELECT FROM django_session")
        yield other


@pytest.fixture
def between_tries(monkeypatch):
    """Return what says what happens between two tries, rather than a pause of some seconds."""
    monkeypatch.setattr(migrate, "PATIENCE", "50ms")

    def between_tries(act):
        monkeypatch.setattr(migrate, "sleep", lambda _: act())

    return between_tries


def change():
    """Do a migration that needs a table for itself; return what is said of it on the error output."""
    told = StringIO()
    try:
        call_command("migrate", "sessions", "zero", verbosity=0, stderr=told)
    except CommandError as refusal:
        return f"{told.getvalue()}\n{refusal}"
    return told.getvalue()


def has_sessions():
    return rows("SELECT to_regclass('django_session') IS NOT NULL") == [(True,)]


def test_a_table_that_is_read_for_ever_is_given_up_in_one_line(reader, between_tries):
    waited = []
    between_tries(lambda: waited.append(reader.execute("SELECT FROM django_session").rowcount))

    told = change()

    *tries, end = [line for line in told.splitlines() if line]
    assert [line.startswith(HELD) for line in tries] == [True] * migrate.TRIES
    assert end.startswith("Une autre transaction tient une table que cette migration change")
    assert len(waited) == migrate.TRIES - 1
    assert has_sessions()


def test_what_is_let_go_between_two_tries_is_migrated(reader, between_tries):
    between_tries(reader.rollback)

    told = change()

    assert told.strip() == f"{HELD} (essai 1 sur {migrate.TRIES})."
    assert not has_sessions()


def test_nothing_else_of_the_process_is_in_a_hurry_afterwards(reader, between_tries):
    before = rows(LIMIT)
    between_tries(reader.rollback)

    change()

    assert rows(LIMIT) == before


def test_behind_a_pooler_nothing_is_said_of_a_connection_that_others_share(reader, monkeypatch):
    reader.rollback()
    monkeypatch.setitem(connection.settings_dict["OPTIONS"], "prepare_threshold", None)
    said = []

    def listen(execute, question, *rest):
        said.append(question)
        return execute(question, *rest)

    with connection.execute_wrapper(listen):
        change()

    assert said
    assert [one for one in said if "lock_timeout" in str(one)] == []


def test_an_index_that_was_cut_off_is_made_anew(reader, between_tries):
    call_command("migrate", "journal", "0002_provenance", verbosity=0)
    reader.rollback()
    reader.execute("LOCK TABLE journal_entry IN ROW EXCLUSIVE MODE")
    left = []

    def go():
        left.extend(rows(IS_WHOLE))
        reader.rollback()

    between_tries(go)
    told = StringIO()
    call_command("migrate", "journal", verbosity=0, stderr=told)

    assert HELD in told.getvalue()
    assert left == [(False,)]
    assert rows(IS_WHOLE) == [(True,)]
