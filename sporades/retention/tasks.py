"""Jobs that apply the table of retention, some rows at a time."""

from contextlib import suppress
from functools import partial

from django.db import transaction
from django.utils import timezone
from procrastinate.exceptions import AlreadyEnqueued

from sporades.core import apart
from sporades.core.queue import WHEN_BACK, app
from sporades.retention import operations

GO_ON = "retention.go_on"


@app.periodic(cron="10 3 * * *")
@app.task(name="retention.apply", queueing_lock="retention.apply", pass_context=False)
def apply(timestamp: int) -> None:  # noqa: ARG001 - given by the queue
    """Begin to archive the registrations whose active use is over, to erase what is past its time."""
    apart.steps(
        partial(_defer, operations.BEGINNING),
        partial(operations.forget_acts, at=timezone.now()),
    )


@app.task(name=GO_ON, priority=-10, retry=WHEN_BACK)
def go_on(step: int, after: str) -> None:
    """Take some rows, and leave the next ones to another job, which mails overtake."""
    _, place = operations.apply_some((step, after), at=timezone.now())
    if place:
        _defer(place)


def _defer(place: operations.Place) -> None:
    step, after = place
    # Yesterday's may still be at it: of two that go on, one ends.
    with suppress(AlreadyEnqueued), transaction.atomic():
        app.configure_task(GO_ON, queueing_lock=GO_ON, priority=-10).defer(step=step, after=after)
