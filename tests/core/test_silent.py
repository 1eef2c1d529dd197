"""A worker that gives no sign of life is known, and is not mistaken for one that cannot be asked."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import OperationalError, connection
from django.utils import timezone

from sporades.core.queue import app
from sporades.core.silent import SILENT_FOR, is_silent

pytestmark = pytest.mark.django_db


def a_worker(*, last_sign):
    """Register a worker that has given its last sign so long ago."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - %s) RETURNING id",
            [last_sign],
        )
        return cursor.fetchone()[0]


@pytest.mark.parametrize(
    ("last_sign", "expected"),
    [(timedelta(seconds=10), False), (SILENT_FOR + timedelta(seconds=5), True)],
)
def test_a_worker_is_silent_after_a_while_without_a_sign(last_sign, expected):
    assert is_silent(a_worker(last_sign=last_sign)) is expected


def test_a_worker_that_others_have_forgotten_is_silent():
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(max(id), 0) + 1 FROM procrastinate_workers")
        nobody = cursor.fetchone()[0]

    assert is_silent(nobody)


def test_a_database_that_does_not_answer_says_nothing_of_a_worker():
    def out_of_reach(execute, sql, params, many, context):
        raise OperationalError("connection refused")

    worker = a_worker(last_sign=2 * SILENT_FOR)
    with connection.execute_wrapper(out_of_reach):
        assert not is_silent(worker)


def test_every_worker_is_watched():
    assert [one.__module__ for one in app.worker_defaults["worker_middleware"]] == [
        "sporades.core.silent"
    ]


def test_a_rehearsal_at_another_instant_takes_no_worker_for_dead(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: datetime(2037, 1, 12, tzinfo=UTC))

    assert not is_silent(a_worker(last_sign=timedelta(seconds=10)))
