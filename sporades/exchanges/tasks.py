"""Jobs: write a file, take up what a killed worker left, forget what was kept long enough."""

from datetime import timedelta
from functools import partial

from django.utils import timezone

from sporades.core import apart
from sporades.core.queue import WHEN_BACK, app
from sporades.exchanges import operations

PATIENCE = timedelta(minutes=10)
"""After how long an export that does not end is taken up again."""


@app.task(name="exchanges.prepare", queue="exports", retry=WHEN_BACK)
def prepare(export: str) -> None:
    """Write the file of an export."""
    operations.prepare(export, at=timezone.now())


@app.periodic(cron="*/5 * * * *")
@app.task(name="exchanges.sweep", queueing_lock="exchanges.sweep", pass_context=False)
def sweep(timestamp: int) -> None:  # noqa: ARG001 - given by the queue
    """Take up the exports whose worker was killed, and forget the files of two days ago."""
    now = timezone.now()
    apart.steps(
        partial(operations.take_up_again, older_than=now - PATIENCE),
        partial(operations.forget_old, at=now),
    )
