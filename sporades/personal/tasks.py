"""Jobs: prepare a copy, take up what a killed worker left, erase what waited long enough."""

from datetime import timedelta
from functools import partial

from django.utils import timezone

from sporades.core import apart
from sporades.core.queue import WHEN_BACK, app
from sporades.personal import operations

PATIENCE = timedelta(minutes=10)
"""After how long a copy that is not ready is taken up again."""


@app.task(name=operations.PREPARE, queue="exports", retry=WHEN_BACK)
def prepare(copy: str) -> None:
    """Gather a copy of somebody's data."""
    operations.prepare(copy, at=timezone.now())


@app.periodic(cron="*/5 * * * *")
@app.task(name="personal.sweep", queueing_lock="personal.sweep", pass_context=False)
def sweep(timestamp: int) -> None:  # noqa: ARG001 - given by the queue
    """Take up the copies whose worker was killed or candidate merged, erase those of a week ago."""
    now = timezone.now()
    apart.steps(
        partial(operations.carry_merged, at=now),
        partial(operations.take_up_again, older_than=now - PATIENCE),
        partial(operations.erase_old, at=now),
    )
