"""Jobs that deliver mail."""

from contextlib import suppress
from time import monotonic

from django.db import transaction
from django.utils import timezone
from procrastinate.exceptions import AlreadyEnqueued

from sporades.core.queue import WHEN_BACK, app
from sporades.mail import delivery
from sporades.mail.models import Message
from sporades.mail.relay import relay

SWEPT_AT_ONCE = 500
SLICE = 5.0
"""After how many seconds a job leaves the mails that still wait to another, which all else overtakes."""
GO_ON = "mail.go_on"


@app.task(name="mail.deliver", queue="mail", retry=WHEN_BACK)
def deliver(message_id: int) -> None:
    """Send one message, as soon as the act that wrote it is committed, to a server that is prompt."""
    if relay.is_away:
        return
    if relay.is_slow:
        _defer()
        return
    delivery.deliver(message_id, at=timezone.now())


@app.periodic(cron="* * * * *")
@app.task(name="mail.sweep", queue="mail", queueing_lock="mail.sweep", pass_context=False)
def sweep(timestamp: int) -> None:  # noqa: ARG001 - given by the queue
    """Try again what waits: refused for a while, left by a worker that died, or by a server that hung."""
    if not relay.rests(timezone.now()):
        _deliver_some()


@app.task(name=GO_ON, queue="mail", priority=-10, retry=WHEN_BACK)
def go_on() -> None:
    """Send what a job before has left, once nothing else waits."""
    if not relay.is_away:
        _deliver_some()


def _deliver_some() -> None:
    end = monotonic() + SLICE
    due = list(Message.objects.due(timezone.now()).values_list("pk", flat=True)[:SWEPT_AT_ONCE])
    for rank, message_id in enumerate(due, 1):
        delivery.deliver(message_id, at=timezone.now())
        if relay.is_away:
            return
        if monotonic() >= end or rank == SWEPT_AT_ONCE:
            _defer()
            return


def _defer() -> None:
    # One that waits already sends what all of them would.
    with suppress(AlreadyEnqueued), transaction.atomic():
        app.configure_task(GO_ON, queueing_lock=GO_ON, queue="mail", priority=-10).defer()
