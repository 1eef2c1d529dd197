"""Jobs that deliver mail."""

from contextlib import suppress
from time import monotonic

from django.db import transaction
from django.utils import timezone
from procrastinate.exceptions import AlreadyEnqueued

from sporades.core.queue import WHEN_BACK, app
from sporades.mail import delivery
from sporades.mail.conversation import Conversation
from sporades.mail.models import Message
from sporades.mail.relay import relay

SWEPT_AT_ONCE = 500
SLICE = 5.0
"""After how many seconds a job leaves the mails that still wait to another, which all else overtakes."""
BRIEFLY = 1.0
"""For how many seconds the job of a mail goes on with others: what is printed or sealed may wait for it."""
GO_ON = "mail.go_on"


@app.task(name="mail.deliver", queue="mail", retry=WHEN_BACK)
def deliver(message_id: int) -> None:
    """Send a message, as soon as the act that wrote it is committed, to a server that is prompt.

    Those that wait behind it are sent in the same conversation: each has a job, which finds it sent.
    """
    if relay.is_away:
        return
    if relay.is_slow:
        _defer()
        return
    end = monotonic() + BRIEFLY
    with Conversation() as conversation:
        if not delivery.deliver(message_id, at=timezone.now(), through=conversation):
            return
        for other in _due():
            if not relay.is_prompt or monotonic() >= end:
                return
            delivery.deliver(other, at=timezone.now(), through=conversation)


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
    with Conversation() as conversation:
        for rank, message_id in enumerate(_due(), 1):
            delivery.deliver(message_id, at=timezone.now(), through=conversation)
            if relay.is_away:
                return
            if monotonic() >= end or rank == SWEPT_AT_ONCE:
                _defer()
                return


def _due() -> list[int]:
    return list(Message.objects.due(timezone.now()).values_list("pk", flat=True)[:SWEPT_AT_ONCE])


def _defer() -> None:
    # One that waits already sends what all of them would.
    with suppress(AlreadyEnqueued), transaction.atomic():
        app.configure_task(GO_ON, queueing_lock=GO_ON, queue="mail", priority=-10).defer()
