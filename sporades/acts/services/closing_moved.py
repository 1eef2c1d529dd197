"""Tell those who began or are registered at a service that its closing has moved."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import CharField, Exists, F, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Cast, Concat
from django.db.models.lookups import IsNull

from sporades import mail
from sporades.acts.services.opening import TELL
from sporades.core import apart
from sporades.core.links import link_to
from sporades.core.queue import defer_once
from sporades.exams.models import ServiceChange
from sporades.exams.states import ChangeState
from sporades.letters.operations import tell
from sporades.mail.models import Message
from sporades.registrations.clocks import zone_of_draft
from sporades.registrations.models import Draft, Registration
from sporades.registrations.models.draft import DraftQuerySet
from sporades.registrations.models.registration import UNDO_FOR, RegistrationQuerySet
from sporades.registrations.snapshot import contact_of
from sporades.registrations.states import STANDING, State

TOLD_AT_ONCE = 500
REGISTERED = "registration:"
"""Before the key of a registration, where those who are told are registered and not those who fill."""
TOLD_WITHIN = timedelta(days=1)
"""For how long one looks for those whom a killed worker has left untold."""


@transaction.atomic
def tell_change(change: int, *, after: str, at: datetime) -> str:
    """Write to those who have begun something at a service that its closing has moved.

    So are those who are registered there, where it is brought forward: they were told until when
    they may change their registration, or leave it. And those who have left, and were told until
    when they may come back with all their answers: where it is brought forward, or an extension
    gives them longer.

    Args:
        change: the key of the change.
        after: the last draft, then registration, that was written about, nothing at first.
        at: the instant.

    Returns:
        The last one that was written about, nothing when none is left.
    """
    made = ServiceChange.objects.select_related("service").get(pk=change)
    if after.startswith(REGISTERED):
        return _tell_registered(made, after=int(after.removeprefix(REGISTERED)), at=at)
    waiting = _to_tell(made)
    if after:
        waiting = waiting.filter(pk__gt=after)
    drafts = list(waiting.whole().order_by("pk")[:TOLD_AT_ONCE])
    told = {draft.pk: draft for draft in drafts}
    apart.each(_tell, told, drafts=told, change=made, at=at)
    if len(drafts) == TOLD_AT_ONCE:
        return str(drafts[-1].pk)
    return _tell_registered(made, after=0, at=at)


def _tell_registered(change: ServiceChange, *, after: int, at: datetime) -> str:
    waiting = _registered_to_tell(change).filter(pk__gt=after).order_by("pk")
    keys = list(waiting.values_list("pk", flat=True)[:TOLD_AT_ONCE])
    apart.each(_tell_one_registered, keys, change=change, at=at)
    return f"{REGISTERED}{keys[-1]}" if len(keys) == TOLD_AT_ONCE else ""


def take_up_again(*, older_than: datetime) -> int:
    """Queue again the closings moved lately of which somebody was not told; return how many.

    The last of each service counts: what it says is what is in force.
    """
    applied = ServiceChange.objects.filter(state=ChangeState.APPLIED)
    lately = applied.filter(decided_at__range=(older_than - TOLD_WITHIN, older_than))
    since = applied.filter(service=OuterRef("service"), decided_at__gt=OuterRef("decided_at"))
    moved = lately.exclude(closes_at=F("closed_at")).filter(~Exists(since))
    left = [one.pk for one in moved if _to_tell(one).exists() or _registered_to_tell(one).exists()]
    return sum(defer_once(TELL, queue="mail", change=str(pk), after="") for pk in left)


def _to_tell(change: ServiceChange) -> DraftQuerySet:
    """Return what was begun at a service before its closing moved, and was not written about.

    To who modifies what was set aside the closing says nothing: they cannot save it.
    """
    key = Concat(Value("draft:"), Cast(OuterRef("pk"), CharField()), Value(f":moved:{change.pk}"))
    open_ones: DraftQuerySet = Draft.objects.open().touched().savable()
    return open_ones.filter(
        ~Exists(Message.objects.filter(key=key)),
        service=change.service_id,
        candidate__user__isnull=False,
        created_at__lte=change.decided_at,
    )


def _registered_to_tell(change: ServiceChange) -> RegistrationQuerySet:
    """Return those registered at a service, or who may come back, who were not written to of a change.

    The first where it now closes sooner alone.
    """
    key = Concat(
        Value("registration:"), Cast(OuterRef("pk"), CharField()), Value(f":sooner:{change.pk}")
    )
    whom = _may_come_back(change)
    if change.cuts_short:
        whom |= Q(state__in=STANDING, filed_at__lte=change.decided_at)
    found: RegistrationQuerySet = Registration.objects.filter(whom)
    return found.filter(~Exists(Message.objects.filter(key=key)), service=change.service_id)


def _may_come_back(change: ServiceChange) -> Q:
    """Return what is left, and may still be undone before a change or after it (E8).

    None of which another registration, or what is begun anew, has taken the place.
    """
    same = _of_its_choice(Registration.objects.all())
    begun = _of_its_choice(Draft.objects.open().touched().filter(amends=None))
    in_scope = Registration.objects.active().exclude(exclusive_scope="")
    excluding = in_scope.filter(
        candidate=OuterRef("candidate"), exclusive_scope=OuterRef("exclusive_scope")
    )
    decided_at: Any = change.decided_at
    since = decided_at if change.cuts_short else max(decided_at, change.closed_at)
    return Q(
        ~Exists(same.filter(Q(pk__gt=OuterRef("pk")) | Q(state__in=STANDING))),
        ~Exists(excluding),
        ~Exists(begun),
        state=State.WITHDRAWN,
        withdrawn_at__gt=since - UNDO_FOR,
        withdrawn_at__lte=decided_at,
    )


def _of_its_choice(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Return those of the same candidate for the same exam and speciality, which may be none."""
    has_none = IsNull(OuterRef("speciality"), True)  # noqa: FBT003 - as Django has it
    is_the_same = Q(speciality=OuterRef("speciality")) | Q(has_none, speciality=None)
    return rows.filter(is_the_same, candidate=OuterRef("candidate"), exam=OuterRef("exam"))


@transaction.atomic
def _tell_one_registered(key: int, *, change: ServiceChange, at: datetime) -> bool:
    registration = Registration.objects.whole().get(pk=key)
    service, left_at = registration.service, registration.withdrawn_at
    kind = "coming_back_moved" if left_at else "service_closes_sooner"
    tell(
        registration.candidate,
        kind,
        service=service,
        at=at,
        key=f"registration:{key}:sooner:{change.pk}",
        about=registration,
        due_by=registration.undone_until(left_at) if left_at else service.closes_at,
        registration=registration,
        is_sooner=change.cuts_short,
        may_return=service.accepts(at),
        before=service.said(change.closed_at, registration.reader_zone),
        contact=contact_of(service),
        link=link_to("candidate:registration", registration.number),
    )
    return True


@transaction.atomic
def _tell(key: UUID, *, drafts: Mapping[UUID, Draft], change: ServiceChange, at: datetime) -> bool:
    draft = drafts[key]
    user = draft.candidate.user
    if user is None:
        return False
    mail.write(
        "service_moved",
        to=user.email,
        at=at,
        key=f"draft:{draft.pk}:moved:{change.pk}",
        about=draft,
        urgent=True,
        draft=draft,
        name=draft.candidate.identity.full_name,
        closing=draft.service.said(draft.service.closes_at, zone_of_draft(draft)),
        before=draft.service.said(change.closed_at, zone_of_draft(draft)),
        link=link_to("candidate:draft", draft.pk),
    )
    return True
