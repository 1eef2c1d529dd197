"""Questions that a reader asks about messages."""

from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db.models import (
    BigIntegerField,
    Case,
    Exists,
    Field,
    Model,
    OuterRef,
    QuerySet,
    When,
)
from django.db.models.functions import Cast

from sporades.core.days import bounds
from sporades.core.prepared import prepared
from sporades.mail.models import Message, about_of


def undelivered_to(address: str) -> Message | None:
    """Return the last message to an address, if it was refused: nothing has arrived since."""
    for message in _last_settled(recipient=address):
        if message.state == Message.State.REFUSED:
            return message
    return None


def first_of(message: Message) -> Message:
    """Return the message that a copy repeats, or a copy of a copy; of what is none, itself."""
    while message.again_of is not None:
        message = message.again_of
    return message


def refused_for_good(since: datetime | None) -> QuerySet[Message]:
    """Return the refused mails that were not sent again, the oldest first.

    Args:
        since: those written from this instant on; all of them where nothing is said.
    """
    found = Message.objects.filter(state=Message.State.REFUSED, again__isnull=True)
    return (found.filter(written_at__gte=since) if since else found).order_by("written_at", "pk")


def last_written(kind: str, *, about: Model) -> datetime | None:
    """Return when the last message of a kind was written about a row."""
    written: datetime | None = (
        Message.objects.filter(kind=kind, **about_of(about))
        .order_by("-written_at")
        .values_list("written_at", flat=True)
        .first()
    )
    return written


def key_about(
    kind: str, field: "type[Field[Any, Any]]" = BigIntegerField, *, path: str = ""
) -> Case:
    """Return the key of the row of a kind that a message is about, nothing where it is of another.

    Args:
        kind: as `about_of` names it.
        field: of which sort the keys of these rows are.
        path: leads to the message, where something else is asked of.
    """
    # What a mail is about is text: it is read as a key where it is one alone.
    return Case(When(**{f"{path}about_kind": kind, "then": Cast(f"{path}about_id", field())}))


def with_fate(messages: QuerySet[Message]) -> QuerySet[Message]:
    """Return messages, the last first, with whether each was sent again and without their text."""
    again = Message.objects.filter(again_of=OuterRef("pk"))
    found = messages.annotate(is_sent_again=Exists(again)).defer("body")
    return found.order_by("-written_at", "-pk")


def written_between(messages: QuerySet[Message], first: date, last: date) -> QuerySet[Message]:
    """Keep the messages of some days, both included, by the clock of the service."""
    begin, end = bounds(first, last, settings.TIME_ZONE)
    return messages.filter(written_at__gte=begin, written_at__lt=end)


@prepared(Message)
def _last_settled(recipient: str) -> QuerySet[Message]:
    settled = Message.objects.filter(recipient=recipient).exclude(state=Message.State.WAITING)
    return settled.defer("body").order_by("-written_at", "-pk")[:1]
