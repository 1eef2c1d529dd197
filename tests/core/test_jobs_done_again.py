"""No job is lost for good because its database was away."""

import ast
import inspect
import logging
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import pytest
from asgiref.sync import async_to_sync
from django.db import InterfaceError, InternalError, OperationalError, connection, connections
from procrastinate.exceptions import ConnectorException
from procrastinate.jobs import Job

from sporades.acts import tasks
from sporades.core.queue import LONGEST_WAIT, UNTIL_DONE, WHEN_BACK, app, defer_once
from sporades.core.queue import take_up_stalled as take_up

ADDRESS = "camille@exemple.test"
A_DAY_OF_TRIES = 40
GIVEN_UP = {tasks.HELP_BACK_IN, tasks.SEND_ACTIVATION_AGAIN}
"""They hold an address, and their mail is of use for an hour."""
OF_THE_CLOCK = {name for name, _ in app.periodic_registry.periodic_tasks}
OURS = {
    name: task
    for name, task in app.tasks.items()
    if task.func.__module__ != "procrastinate.builtin_tasks"
}
LEFT_TO_THEMSELVES = sorted(OURS.keys() - OF_THE_CLOCK)


def tried(name, *, times=0):
    """Return a job of a task that was tried so many times before."""
    return Job(
        id=7,
        status="doing",
        queue="mail",
        lock=None,
        queueing_lock=None,
        task_name=name,
        task_kwargs={"address": ADDRESS},
        attempts=times,
    )


def decided(name, failure, *, times=0):
    """Return what is decided of a job that fails."""
    return app.tasks[name].get_retry_exception(exception=failure, job=tried(name, times=times))


def test_the_registry_is_whole():
    assert {"mail.deliver", "batches.go_on", "evidence.follow_dates"} <= set(LEFT_TO_THEMSELVES)
    assert {"mail.sweep", "acts.sweep_jobs"} <= OF_THE_CLOCK


@pytest.mark.parametrize("name", sorted(OF_THE_CLOCK & OURS.keys()))
def test_a_job_of_the_clock_does_one_thing_or_its_steps_apart(name):
    job = ast.parse(inspect.getsource(OURS[name].func)).body[0]

    done = [step for step in job.body if isinstance(step, ast.Expr)]

    # What says it, and one call: of two, the first that fails would keep the second from its turn.
    assert len(done) <= 2, f"{name}: sporades.core.apart.steps"


@pytest.mark.parametrize("name", LEFT_TO_THEMSELVES)
@pytest.mark.parametrize(
    "failure", [OperationalError, InterfaceError, InternalError, ConnectorException]
)
def test_every_job_that_time_does_not_bring_back_is_done_again(name, failure):
    assert decided(name, failure()) is not None
    assert (decided(name, failure(), times=A_DAY_OF_TRIES) is None) == (name in GIVEN_UP)


@pytest.mark.parametrize("name", sorted(GIVEN_UP))
def test_a_demand_of_a_mail_is_given_up_when_its_link_would_be_of_no_use(name):
    assert decided(name, OperationalError(), times=8) is not None
    assert decided(name, OperationalError(), times=9) is None


def test_what_fails_by_itself_is_left_to_the_sweep_that_finds_it():
    assert WHEN_BACK.get_retry_exception(exception=ValueError(), job=tried("batches.go_on")) is None
    assert UNTIL_DONE.get_retry_exception(exception=ValueError(), job=tried("documents.print"))


@pytest.mark.parametrize(
    ("times", "seconds"), [(0, 5), (1, 10), (3, 40), (9, 2560), (10, 3600), (500, 3600)]
)
def test_it_is_tried_less_and_less_often_an_hour_apart_at_most(times, seconds, caplog):
    job = tried("documents.print", times=times)

    with caplog.at_level(logging.WARNING, "sporades.core.queue"):
        UNTIL_DONE.get_retry_exception(exception=ValueError(ADDRESS), job=job)

    assert seconds <= LONGEST_WAIT.total_seconds()
    (line,) = caplog.records
    said = f"Job documents.print[7] failed (ValueError), done again in {seconds} s"
    assert line.getMessage() == said
    assert bool(line.exc_info) == (times == 0)


def jobs():
    """Return the jobs there are: what they are and how they stand."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT task_name, status::text FROM procrastinate_jobs ORDER BY id")
        return cursor.fetchall()


def left_by_a_killed_worker():
    """Let the jobs that wait have been taken by a worker that is no more."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET status = 'doing'")


def take_up_stalled():
    """Look for them in a thread of its own: this one may have the loop of a browser."""

    def done():
        try:
            return async_to_sync(take_up)(SimpleNamespace(app=app))
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as apart:
        return apart.submit(done).result()


@pytest.mark.django_db(transaction=True)
def test_what_a_killed_worker_was_doing_waits_again():
    defer_once("trials.go_on", queue="batches", trial="1")
    app.configure_task("mail.deliver", queue="mail").defer(message_id=1)
    app.tasks["mail.sweep"].defer(timestamp=0)
    left_by_a_killed_worker()

    assert take_up_stalled() == 2

    # Those of the clock come again by themselves.
    assert jobs() == [("trials.go_on", "todo"), ("mail.deliver", "todo"), ("mail.sweep", "doing")]


@pytest.mark.django_db(transaction=True)
def test_what_waits_already_is_not_done_twice_and_the_others_are_taken_up():
    defer_once("trials.go_on", queue="batches", trial="1")
    app.configure_task("mail.deliver", queue="mail").defer(message_id=1)
    left_by_a_killed_worker()
    assert defer_once("trials.go_on", queue="batches", trial="1")

    assert take_up_stalled() == 1

    assert jobs() == [("mail.deliver", "todo"), ("trials.go_on", "todo")]
