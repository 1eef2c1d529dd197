"""Remind of the pieces that are still to be sent, before it is too late (G1)."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import CharField, Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Cast

from sporades import journal
from sporades.core import apart
from sporades.core.actors import SYSTEM
from sporades.core.links import absolute
from sporades.evidence.models import Evidence
from sporades.evidence.queries import TO_COMPLETE, Owed, giving_to, owed_by
from sporades.evidence.states import TO_PROVIDE
from sporades.letters.operations import tell
from sporades.letters.rules import REMINDER
from sporades.mail.models import Message
from sporades.notices.queries import stops_writing
from sporades.registrations.evidence import are_named_to
from sporades.registrations.queries import lock_registration, with_owed
from sporades.registrations.snapshot import contact_of

KIND = "pieces_due"
BEFORE = (timedelta(days=7), timedelta(days=2))
"""How long before the deadline of a piece its candidate is reminded, once each time."""

REMINDED_AT_ONCE = 500


def remind_pieces(*, at: datetime) -> int:
    """Remind those who owe a piece soon, one message for each registration; return how many.

    Whoever was asked for a piece, or told that it is not good, with less time left than that has
    just read its deadline: they are reminded at the next step. Nobody is pressed to give anything
    while nothing is written (R-05): they are reminded after that.
    """
    if stops_writing(at):
        return 0
    keys = _due(at).order_by("until", "registration").values_list("registration", flat=True)
    found = dict.fromkeys(keys[:REMINDED_AT_ONCE])
    return apart.each(_remind, found, at=at)


def _due(at: datetime) -> QuerySet[Evidence]:
    """Return the pieces of which a reminder is due and was not written."""
    owed = Evidence.objects.filter(
        state__in=TO_PROVIDE, is_mandatory=True, registration__state__in=TO_COMPLETE, until__gt=at
    )
    due = Q()
    for before in BEFORE:
        since = F("until") - before
        told = Message.objects.filter(
            about_kind="registration",
            about_id=Cast(OuterRef("registration"), CharField()),
            kind=KIND,
            written_at__gte=OuterRef("until") - before,
        )
        is_old = Q(decided_at=None) | Q(decided_at__lte=since)
        due |= Q(~Exists(told), is_old, until__lte=at + before, asked_at__lte=since)
    return owed.filter(due)


@transaction.atomic
def _remind(key: int, *, at: datetime) -> bool:
    lock_registration(key)
    rows = list(_due(at).filter(registration=key))
    if not rows:
        return False
    registration = with_owed.get(pk=key)
    asked = Evidence.objects.asked().filter(registration=key)
    owed = [one for one in owed_by(registration, asked) if one.is_awaited(at)]
    if not _is_soon(owed, at):
        return False
    tell(
        registration.candidate,
        KIND,
        service=registration.service,
        at=at,
        key=f"pieces due:{registration.pk}:{at.isoformat()}",
        about=registration,
        matter=REMINDER,
        registration=registration,
        pieces=owed,
        giving=giving_to(registration, owed),
        is_named=are_named_to(registration),
        contact=contact_of(registration.service),
        link=absolute(f"/mes-inscriptions/{registration.number}/pieces"),
    )
    journal.record(
        "pieces reminded",
        by=SYSTEM,
        on=registration,
        at=at,
        academy=registration.academy_id,
        after={
            "pieces": [one.row.code for one in owed],
            "labels": [one.row.label for one in owed],
        },
    )
    return True


def _is_soon(owed: list[Owed], at: datetime) -> bool:
    """Return whether one of the deadlines comes soon, as the dates of their service are now."""
    return any(one.until <= at + max(BEFORE) for one in owed)
