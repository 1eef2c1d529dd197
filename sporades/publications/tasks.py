"""Jobs: read deposited files, tell candidates, take up what a killed worker left."""

from datetime import timedelta
from functools import partial

from django.utils import timezone

from sporades.core import apart
from sporades.core.queue import WHEN_BACK, app, defer_once
from sporades.publications.operations import by_parts, depositing, telling

PATIENCE = timedelta(minutes=5)
"""After how long a publication that does not move is taken up again."""


@app.task(name="publications.fill", queue="publications", retry=WHEN_BACK)
def fill(publication: str) -> None:
    """Read some files, and leave the next ones to another job."""
    if depositing.fill(publication, at=timezone.now()):
        defer_once("publications.fill", queue="publications", publication=publication)


@app.task(name="publications.go_on", queue="publications", retry=WHEN_BACK)
def go_on(publication: str) -> None:
    """Go through some lines of a publication, and leave the next ones to another job."""
    if by_parts.go_on(publication, at=timezone.now()):
        defer_once("publications.go_on", queue="publications", publication=publication)


@app.task(name="publications.tell", queue="publications", retry=WHEN_BACK)
def tell(publication: str) -> None:
    """Tell some candidates, and leave the next ones to another job."""
    if telling.tell(publication, at=timezone.now()):
        defer_once("publications.tell", queue="publications", publication=publication)


@app.periodic(cron="*/5 * * * *")
@app.task(name="publications.sweep", queueing_lock="publications.sweep", pass_context=False)
def sweep(timestamp: int) -> None:  # noqa: ARG001 - given by the queue
    """Take up the archives, the publications and the announcements whose worker was killed."""
    now = timezone.now()
    apart.steps(
        partial(by_parts.take_up_again, older_than=now - PATIENCE),
        partial(depositing.take_up_again, older_than=now - PATIENCE),
        partial(telling.take_up_again, at=now, older_than=now - PATIENCE),
    )
