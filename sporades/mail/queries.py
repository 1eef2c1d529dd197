"""Questions that a reader asks about messages."""

from django.db.models import QuerySet

from sporades.core.prepared import prepared
from sporades.mail.models import Message


def undelivered_to(address: str) -> Message | None:
    """Return the last message to an address, if it was refused: nothing has arrived since."""
    for message in _last_settled(recipient=address):
        if message.state == Message.State.REFUSED:
            return message
    return None


@prepared(Message)
def _last_settled(recipient: str) -> QuerySet[Message]:
    settled = Message.objects.filter(recipient=recipient).exclude(state=Message.State.WAITING)
    return settled.defer("body").order_by("-written_at", "-pk")[:1]
