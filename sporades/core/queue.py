"""The job queue: rows of the same database, written in the transaction that causes them."""

from datetime import datetime, timedelta

from django.db import connection, transaction
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from sporades.core.clock import by_the_machine

__all__ = ["app", "bring_nearer", "defer_once"]


def defer_once(task: str, *, queue: str, instant: datetime | None = None, **arguments: str) -> bool:
    """Queue a job unless the same one waits already; return whether it was queued.

    What a job leaves to the next one, and what is taken up again because nobody seems to be at
    it, would otherwise be two chains of jobs on one row, and four the time after.

    Args:
        task: the name of the task.
        queue: the queue that it waits in.
        instant: from when on it is done; at once unless it is said.
        arguments: what it is given, which says what the job is about.
    """
    lock = ":".join((task, *arguments.values()))
    try:
        with transaction.atomic():
            on = by_the_machine(instant) if instant else None
            waiting = app.configure_task(task, queue=queue, queueing_lock=lock, schedule_at=on)
            waiting.defer(**arguments)
    except AlreadyEnqueued:
        return False
    return True


def bring_nearer(by: timedelta) -> None:
    """Let the jobs that wait for an instant wait for less: time has passed at once, in a rehearsal."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE procrastinate_jobs SET scheduled_at = scheduled_at - make_interval(secs => %s)"
            " WHERE scheduled_at IS NOT NULL",
            [by.total_seconds()],
        )
