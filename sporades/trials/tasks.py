"""Jobs: some registrations of a dry run; what a killed worker left; what is old."""

from datetime import timedelta
from functools import partial

from django.utils import timezone

from sporades.core import apart
from sporades.core.queue import WHEN_BACK, app, defer_once
from sporades.trials import operations

PATIENCE = timedelta(minutes=5)
"""After how long a trial that does not move is taken up again."""


@app.task(name="trials.go_on", queue="batches", retry=WHEN_BACK)
def go_on(trial: str) -> None:
    """Judge some registrations, and leave the next ones to another job."""
    if operations.go_on(trial, at=timezone.now()):
        defer_once("trials.go_on", queue="batches", trial=trial)


@app.periodic(cron="*/5 * * * *")
@app.task(name="trials.sweep", queueing_lock="trials.sweep", pass_context=False)
def sweep(timestamp: int) -> None:  # noqa: ARG001 - given by the queue
    """Take up the trials whose worker was killed, forget the old ones."""
    now = timezone.now()
    apart.steps(
        partial(operations.take_up_again, older_than=now - PATIENCE),
        partial(operations.forget_old, at=now),
    )
