"""When a candidate is reminded of what they have to send, and whether they were (G1, H1, E9)."""

from datetime import timedelta

from django.db.models import CharField, OuterRef, QuerySet
from django.db.models.functions import Cast

from sporades.letters.rules import REMINDER
from sporades.mail.models import Message, about_of
from sporades.registrations.models import Registration

BEFORE = (timedelta(days=7), timedelta(days=2))
"""How long before the deadline of what is to be sent its candidate is reminded, once each time."""

BEFORE_BY_LETTER = (timedelta(days=14), timedelta(days=7))
"""The same for whom letters reach: one is printed the next day, posted, and on its way for days."""

AT_ONCE = 500
"""How many one job reminds."""


def told(kind: str, *, registration: str) -> QuerySet[Message]:
    """Return the reminders of a registration that were written, for a query of rows that have one.

    Args:
        kind: of which mail.
        registration: the column of those rows that names the registration.
    """
    return Message.objects.filter(
        about_kind="registration", about_id=Cast(OuterRef(registration), CharField()), kind=kind
    )


def was_reminded(kind: str, registration: Registration) -> bool:
    """Return whether a candidate was reminded by that kind of mail before: the next one says so."""
    own: QuerySet[Message] = Message.objects.filter(**about_of(registration))
    return own.filter(kind=kind, matter=REMINDER).exists()
