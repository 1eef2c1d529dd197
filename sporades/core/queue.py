"""The job queue: rows of the same database, written in the transaction that causes them."""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import InterfaceError, InternalError, OperationalError, connection, transaction
from procrastinate import BaseRetryStrategy, JobContext, RetryDecision
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued, ConnectorException, UniqueViolation
from procrastinate.jobs import Job, Status

from sporades.core.clock import by_the_machine

__all__ = [
    "FIRST_WAIT",
    "LONGEST_WAIT",
    "OUTAGES",
    "UNTIL_DONE",
    "WHEN_BACK",
    "Again",
    "app",
    "bring_nearer",
    "defer_once",
    "take_up_stalled",
]

FIRST_WAIT = timedelta(seconds=5)
LONGEST_WAIT = timedelta(hours=1)
OUTAGES = (OperationalError, InterfaceError, InternalError, ConnectorException)
"""What a job meets when its database restarts, is only read or undoes a deadlock: none of its doing."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Again(BaseRetryStrategy):
    """Do a job again when it fails, less and less often: what is down comes back.

    A job without it is lost for good by one restart of PostgreSQL, unless something else finds what
    it was about. `tests/core/test_jobs_done_again.py` asks it of every job that time does not bring
    back by itself.

    Attributes:
        after: what it has to fail of; anything unless it is said.
        within: for how long it is of use to anybody; for ever unless it is said.
    """

    after: tuple[type[BaseException], ...] = (BaseException,)
    within: timedelta | None = None

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:
        """Return when to do a job again, nothing when it is given up."""
        waited = sum((_wait(tries) for tries in range(job.attempts + 1)), timedelta())
        if not isinstance(exception, self.after) or (self.within and waited > self.within):
            return None
        seconds = int(_wait(job.attempts).total_seconds())
        # The queue itself says nothing of a job that it does again: each reason is told once.
        logger.warning(
            "Job %s[%s] failed (%s), done again in %s s",
            job.task_name,
            job.id,
            type(exception).__name__,
            seconds,
            exc_info=None if job.attempts else exception,
        )
        return RetryDecision(retry_in={"seconds": seconds})


UNTIL_DONE = Again()
"""For what nothing else would find."""
WHEN_BACK = Again(after=OUTAGES)
"""For what a sweep finds too: it waits for the database alone, and its own failures are for the sweep."""


def _wait(tries: int) -> timedelta:
    doublings: int = 2 ** min(tries, 12)
    return min(FIRST_WAIT * doublings, LONGEST_WAIT)


async def take_up_stalled(context: JobContext) -> int:
    """Queue again the jobs that killed workers were doing; return how many.

    Those of the clock come again by themselves.

    Args:
        context: of the job that looks for them.
    """
    manager = context.app.job_manager
    of_the_clock = {name for name, _ in context.app.periodic_registry.periodic_tasks}
    count = 0
    for job in await manager.get_stalled_jobs():
        if job.task_name in of_the_clock:
            continue
        try:
            await manager.retry_job(job)
        except UniqueViolation:
            # The same one waits already (`defer_once`): it does the work of both.
            await manager.finish_job(job=job, status=Status.FAILED, delete_job=True)
        else:
            count += 1
    return count


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
