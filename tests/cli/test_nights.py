"""I8: a night of a rehearsal is played at once, its jobs at their hours, with no real clock waited for."""

import json
import os
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from django.core.files.storage import storages
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone
from procrastinate import periodic

from sporades.accounts.models import Membership, User
from sporades.cli import nights
from sporades.core import clock, files
from sporades.core.queue import app, defer_once
from sporades.journal.models import Entry
from tests.endurance.arena import together
from tests.factories import NOW
from tests.web.registry.world import a_member
from tools import demo, rehearsal

EVENING = datetime(2027, 1, 12, 22, 50, tzinfo=UTC)
"""Ten to midnight, in Paris."""
MORNING = datetime(2027, 1, 13, 6, 0, tzinfo=UTC)


@pytest.fixture
def rehearsed(stopped_clock, settings, monkeypatch):
    """This process rehearses, in the evening."""
    settings.REHEARSAL = EVENING - NOW
    monkeypatch.setattr(timezone, "now", timezone.now)
    monkeypatch.setattr(periodic, "time", periodic.time)
    clock.shift(EVENING - NOW)


def instant():
    """Return the instant at which this process rehearses."""
    told = timezone.now
    return told()


def jobs():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT task_name, args, scheduled_at FROM procrastinate_jobs WHERE status = 'todo'"
            " ORDER BY id"
        )
        return cursor.fetchall()


def asleep_since(user, since=EVENING - timedelta(days=300)):
    User.objects.filter(pk=user.pk).update(created_at=since, activated_at=since, last_login=since)


class Worker:
    """Does what waits by the clock of the machine, as the queue does, and keeps when it did."""

    def __init__(self, *, only_notes=False):
        self.done, self.only_notes = [], only_notes

    def __call__(self):
        now = instant()
        with connection.cursor() as cursor:
            cursor.execute(
                "DELETE FROM procrastinate_jobs WHERE status = 'todo'"
                " AND (scheduled_at IS NULL OR scheduled_at <= %s) RETURNING task_name, args",
                [clock.by_the_machine(now)],
            )
            found = cursor.fetchall()
        for name, arguments in found:
            said = json.loads(arguments) if isinstance(arguments, str) else arguments
            self.done.append((name, now))
            if not (self.only_notes or app.tasks[name].pass_context):
                app.tasks[name].func(**said)

    def hours(self, name):
        return [at for one, at in self.done if one == name]


def test_the_jobs_of_the_hour_come_by_the_clock_of_the_rehearsal(rehearsed):
    deferrer = periodic.PeriodicDeferrer(registry=app.periodic_registry)

    told = periodic.time.time
    now = told()

    assert datetime.fromtimestamp(now, UTC) == EVENING
    due = {one.task.name: at for one, at in deferrer.get_previous_tasks(at=now)}
    last = datetime.fromtimestamp(due["publications.sweep"], UTC)
    assert last == EVENING - timedelta(minutes=5)
    assert "retention.apply" not in due


def test_a_night_has_each_job_at_its_hours():
    found = nights.steps(after=EVENING, until=MORNING)

    hours = {name: [one.at for one in found if name in one.jobs] for name in app.tasks}
    assert hours["acts.relieve_doctors"] == [datetime(2027, 1, 13, 1, 20, tzinfo=UTC)]
    assert hours["doubles.sweep"] == [datetime(2027, 1, 13, 2, 15, tzinfo=UTC)]
    assert hours["retention.apply"] == [datetime(2027, 1, 13, 3, 10, tzinfo=UTC)]
    assert [at.hour for at in hours["letters.print_due"]] == [23, 0, 1, 2, 3, 4, 5]
    # What comes each minute comes once an hour: it takes up all that waits.
    assert [at.hour for at in hours["mail.sweep"]] == [22, 23, 0, 1, 2, 3, 4, 5, 6]
    assert [one.at for one in found] == sorted({one.at for one in found})
    assert found[-1].at == MORNING


def test_a_night_of_twenty_minutes_has_nothing_of_the_other_hours():
    found = nights.steps(after=EVENING, until=EVENING + timedelta(minutes=20))

    names = {name for one in found for name in one.jobs}
    assert "mail.sweep" in names
    assert not {"retention.apply", "letters.print_due"} & names


def test_a_night_is_lived_through_at_its_hours_and_ends_in_the_morning(rehearsed, db):
    sleeper = a_member("dort@exemple.test", Membership.Role.MANAGER, ["A09"])
    asleep_since(sleeper)
    worker = Worker()

    lived = [one.at for one in nights.play(until=MORNING, work=worker)]

    assert instant() == MORNING
    assert lived == sorted(lived)
    assert worker.hours("retention.apply")[0] == datetime(2027, 1, 13, 3, 10, tzinfo=UTC)
    assert worker.hours("acts.forget_unused") == [datetime(2027, 1, 13, 5, 40, tzinfo=UTC)]
    closed = Entry.objects.get(verb="dormant member closed")
    assert closed.at == datetime(2027, 1, 13, 5, 40, tzinfo=UTC)
    assert not sleeper.memberships_on(MORNING.date())


def test_what_waits_for_an_instant_of_the_night_is_done_that_night_and_not_before(rehearsed, db):
    five = datetime(2027, 1, 13, 4, 0, tzinfo=UTC)
    defer_once("publications.tell", queue="batches", instant=five, publication="une")
    [(_, _, waits)] = jobs()
    # The database compares it with its own clock, which rehearses nothing.
    assert waits == NOW + (five - EVENING)
    worker = Worker(only_notes=True)

    for step in nights.play(until=MORNING, work=worker):
        told = worker.hours("publications.tell")
        assert bool(told) == (step.at >= five)
        assert all(five <= at <= five + timedelta(hours=1) for at in told)


def test_what_is_being_written_is_not_swept_away_by_a_night_that_is_played(rehearsed, kept):
    being_written = Path(storages["default"].path(files.PARTIAL)) / "en-cours"
    being_written.parent.mkdir(parents=True)
    being_written.touch()
    written = NOW.timestamp()
    os.utime(being_written, (written, written))

    files.sweep(at=instant())
    assert kept() == ["en-cours"]
    written -= timedelta(days=1, seconds=1).total_seconds()
    os.utime(being_written, (written, written))

    files.sweep(at=instant())
    assert kept() == []


def test_what_waits_for_an_instant_waits_for_it_anywhere_else(stopped_clock, db):
    at = NOW + timedelta(days=1)

    defer_once("publications.tell", queue="batches", instant=at, publication="une")

    assert [one[2] for one in jobs()] == [at]


@pytest.mark.parametrize(
    ("now", "day"),
    [("2027-01-12T23:50", 13), ("2027-01-13T02:00", 13), ("2027-01-13T07:00", 14)],
)
def test_a_night_ends_at_seven_by_the_clock_of_paris(now, day):
    typed = datetime.fromisoformat(now).replace(tzinfo=rehearsal.PARIS)

    morning = rehearsal.morning_after(typed.astimezone(UTC))

    assert morning == datetime(2027, 1, day, 7, tzinfo=rehearsal.PARIS)


def test_no_night_is_played_anywhere_else(db):
    with pytest.raises(CommandError, match="que dans une répétition"):
        call_command("repetition", "nuit", MORNING.isoformat())


def test_no_night_is_asked_of_a_rehearsal_that_does_not_run(monkeypatch, tmp_path):
    monkeypatch.setattr(rehearsal, "CONNECTION", tmp_path / "connexion.json")
    monkeypatch.setattr(rehearsal, "FOLDER", tmp_path)
    monkeypatch.setattr(rehearsal, "NIGHT", tmp_path / "nuit")

    with pytest.raises(demo.Failed, match="Aucune répétition"):
        rehearsal.ask_for_the_night()
    (tmp_path / "connexion.json").touch()
    with pytest.raises(demo.Failed, match="Aucune répétition"):
        rehearsal.ask_for_the_night()

    assert not (tmp_path / "nuit").exists()
    with rehearsal.holding(tmp_path):
        rehearsal.ask_for_the_night()
    assert (tmp_path / "nuit").exists()


@pytest.mark.django_db(transaction=True)
def test_the_command_plays_an_hour_with_the_worker_itself(rehearsed, capsys):
    soon = EVENING - timedelta(hours=48) + timedelta(minutes=20)
    user = User.objects.create_user("jamais@exemple.test", None, created_at=soon)

    # In a thread of its own: the worker begins a loop, and a browser of other tests may hold ours.
    until = (EVENING + timedelta(minutes=40)).isoformat()
    assert together(partial(call_command, "repetition", "nuit", until)) == [None]

    said = capsys.readouterr().out.replace("\N{NO-BREAK SPACE}", " ")
    assert "mercredi 13 janvier 2027 à 0 h 25 (heure de Paris) : " in said
    assert "letters.print_due" in said
    # Nobody activated it within the forty-eight hours that ended meanwhile.
    assert not User.objects.filter(pk=user.pk).exists()
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT status::text FROM procrastinate_jobs")
        assert {status for [status] in cursor.fetchall()} <= {"succeeded", "todo"}
