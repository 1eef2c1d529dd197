"""The job queue: rows of the same database, written in the transaction that causes them."""

from datetime import datetime

from django.db import transaction
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

__all__ = ["app", "defer_once"]


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
            waiting = app.configure_task(task, queue=queue, queueing_lock=lock, schedule_at=instant)
            waiting.defer(**arguments)
    except AlreadyEnqueued:
        return False
    return True
