"""Jobs: compare somebody with those who look like them; each night, those whom no job compared."""

from datetime import timedelta

from django.utils import timezone

from sporades.core.queue import WHEN_BACK, app, defer_once
from sporades.doubles import operations

AT_ONCE = 500
"""How many one job compares: whoever waits for a document does not wait behind them all."""
LOOKED_BACK = timedelta(days=2)


@app.task(name="doubles.look", queue="batches", priority=-5, retry=WHEN_BACK)
def look(candidate: int) -> None:
    """Compare a candidate who has just filed, whose civil data changed or who took others in."""
    operations.look(candidate, at=timezone.now())


@app.periodic(cron="15 2 * * *")
@app.task(name="doubles.sweep", queueing_lock="doubles.sweep", pass_context=False)
def sweep(timestamp: int) -> None:  # noqa: ARG001 - given by the queue
    """Compare again those of the last two days, whose job may have failed."""
    since = (timezone.now() - LOOKED_BACK).isoformat()
    defer_once("doubles.go_on", queue="batches", since=since, after="0")


@app.task(name="doubles.go_on", queue="batches", priority=-5, retry=WHEN_BACK)
def go_on(since: str, after: str) -> None:
    """Compare some of them, and leave the next ones to another job."""
    last = operations.look_at_some(since=since, after=int(after), at=timezone.now(), most=AT_ONCE)
    if last:
        defer_once("doubles.go_on", queue="batches", since=since, after=str(last))
