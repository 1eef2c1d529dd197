"""When a candidate is reminded of what they have to send, and whether they were (G1, H1, E9)."""

from datetime import datetime, timedelta

from django.db.models import CharField, OuterRef, QuerySet
from django.db.models.functions import Cast

from sporades.evidence.models import Evidence
from sporades.evidence.queries import owed_by
from sporades.letters.models import Letter
from sporades.letters.operations import leave_out
from sporades.letters.rules import REMINDER
from sporades.letters.states import LetterState
from sporades.mail.models import Message, about_of
from sporades.registrations.models import Registration
from sporades.registrations.queries import with_owed

BEFORE = (timedelta(days=7), timedelta(days=2))
"""How long before the deadline of what is to be sent its candidate is reminded, once each time."""

BEFORE_BY_LETTER = (timedelta(days=14), timedelta(days=7))
"""The same for whom letters reach: one is printed the next day, posted, and on its way for days."""

AT_ONCE = 500
"""How many one job reminds."""

OF_SUMMARY = ("summary_asked_again", "summary_given_time")
"""The mails that recall the signed summary alone."""

OF_PIECES = ("pieces_due", "pieces_given_time", *OF_SUMMARY)
"""Those that recall pieces, or the signed summary."""


def told(*kinds: str, registration: str) -> QuerySet[Message]:
    """Return the reminders of a registration that were written, for a query of rows that have one.

    A letter that was left out before it was printed reminded nobody.

    Args:
        kinds: of which mails.
        registration: the column of those rows that names the registration.
    """
    written: QuerySet[Message] = Message.objects.filter(
        about_kind="registration",
        about_id=Cast(OuterRef(registration), CharField()),
        kind__in=kinds,
    )
    return written.exclude(letter__state=LetterState.OVERTAKEN)


def was_reminded(kind: str, registration: Registration) -> bool:
    """Return whether a candidate was reminded by that kind of mail before: the next one says so."""
    own: QuerySet[Message] = Message.objects.filter(**about_of(registration))
    mine = own.filter(kind=kind, matter=REMINDER)
    return mine.exclude(letter__state=LetterState.OVERTAKEN).exists()


def leave_out_answered(registration: Registration, *, at: datetime) -> None:
    """Print no more a reminder that waits, once nothing that it may recall is to be sent.

    One that recalls something else too goes: its reader has still to send that.

    Args:
        registration: to which something has just come, or of which a piece is asked no more.
        at: the instant.
    """
    own = {f"message__{name}": of for name, of in about_of(registration).items()}
    waiting = Letter.objects.waiting().filter(**own, message__kind__in=OF_PIECES)
    if not waiting.exists():
        return
    answered = [kind for kind in OF_PIECES if not recalls_something(kind, registration, at=at)]
    if answered:
        needless = waiting.filter(message__kind__in=answered)
        leave_out(needless, why="plus rien de ce qu'il rappelle n'est à envoyer", at=at)


def recalls_something(kind: str, registration: Registration, *, at: datetime) -> bool:
    """Return whether anything is still to be sent of what a reminder may recall.

    Args:
        kind: one of `OF_PIECES`.
        registration: of which it is.
        at: the instant.
    """
    now = with_owed.get(pk=registration.pk)
    if now.summary_awaited or kind in OF_SUMMARY:
        return bool(now.summary_awaited)
    owed = owed_by(now, Evidence.objects.asked().filter(registration=registration.pk))
    return any(one.is_awaited(at) for one in owed)
