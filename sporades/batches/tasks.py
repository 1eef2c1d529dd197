"""Jobs: some lines of a batch; what a killed worker left."""

from datetime import timedelta
from functools import partial

from django.utils import timezone

from sporades.batches import operations
from sporades.core import apart
from sporades.core.queue import WHEN_BACK, app, defer_once

PATIENCE = timedelta(minutes=5)
"""After how long a batch that does not move is taken up again."""


@app.task(name="batches.go_on", queue="batches", retry=WHEN_BACK)
def go_on(batch: str) -> None:
    """Go through some lines, and leave the next ones to another job."""
    if operations.go_on(batch, at=timezone.now()):
        defer_once("batches.go_on", queue="batches", batch=batch)


@app.periodic(cron="*/5 * * * *")
@app.task(name="batches.sweep", queueing_lock="batches.sweep", pass_context=False)
def sweep(timestamp: int) -> None:  # noqa: ARG001 - given by the queue
    """Take up the batches whose worker was killed, forget the old ones."""
    now = timezone.now()
    apart.steps(
        partial(operations.take_up_again, older_than=now - PATIENCE),
        partial(operations.forget_old, at=now),
    )
