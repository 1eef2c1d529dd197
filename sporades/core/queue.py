"""The job queue: rows of the same database, written in the transaction that causes them."""

from datetime import datetime, timedelta

from django.db import connection, transaction
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from sporades.core.clock import by_the_machine

__all__ = ["app", "bring_nearer", "defer_once"]


BEGUN = ("doing", "succeeded", "failed", "cancelled", "aborting", "aborted")
"""The states of a job that waits no more."""


def defer_once(
    task: str,
    *,
    queue: str,
    instant: datetime | None = None,
    is_moved: bool = False,
    **arguments: str,
) -> bool:
    """Queue a job unless the same one waits already; return whether it was queued.

    What a job leaves to the next one, and what is taken up again because nobody seems to be at
    it, would otherwise be two chains of jobs on one row, and four the time after.

    Args:
        task: the name of the task.
        queue: the queue that it waits in.
        instant: from when on it is done; at once unless it is said.
        is_moved: whether the same one, where it waits already, waits for this instant instead.
        arguments: what it is given, which says what the job is about.
    """
    lock = ":".join((task, *arguments.values()))
    on = by_the_machine(instant) if instant else None
    try:
        with transaction.atomic():
            waiting = app.configure_task(task, queue=queue, queueing_lock=lock, schedule_at=on)
            waiting.defer(**arguments)
    except AlreadyEnqueued:
        if is_moved:
            _move(lock, on)
        return False
    return True


def _move(lock: str, on: datetime | None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE procrastinate_jobs SET scheduled_at = %s"
            " WHERE queueing_lock = %s AND NOT status::text = ANY(%s)",
            [on, lock, list(BEGUN)],
        )


def bring_nearer(by: timedelta) -> None:
    """Let the jobs that wait for an instant wait for less: time has passed at once, in a rehearsal."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE procrastinate_jobs SET scheduled_at = scheduled_at - make_interval(secs => %s)"
            " WHERE scheduled_at IS NOT NULL",
            [by.total_seconds()],
        )
