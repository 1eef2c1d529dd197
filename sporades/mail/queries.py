"""Questions that a reader asks about messages."""

from datetime import datetime

from django.db.models import Model, QuerySet

from sporades.core.prepared import prepared
from sporades.mail.models import Message, about_of


def undelivered_to(address: str) -> Message | None:
    """Return the last message to an address, if it was refused: nothing has arrived since."""
    for message in _last_settled(recipient=address):
        if message.state == Message.State.REFUSED:
            return message
    return None


def last_written(kind: str, *, about: Model) -> datetime | None:
    """Return when the last message of a kind was written about a row."""
    written: datetime | None = (
        Message.objects.filter(kind=kind, **about_of(about))
        .order_by("-written_at")
        .values_list("written_at", flat=True)
        .first()
    )
    return written


def written_about(row: Model) -> QuerySet[Message]:
    """Return the messages about a row, the last first, without their text."""
    return Message.objects.filter(**about_of(row)).defer("body").order_by("-written_at", "-pk")


@prepared(Message)
def _last_settled(recipient: str) -> QuerySet[Message]:
    settled = Message.objects.filter(recipient=recipient).exclude(state=Message.State.WAITING)
    return settled.defer("body").order_by("-written_at", "-pk")[:1]
