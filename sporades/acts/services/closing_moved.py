"""Tell those who began or are registered at a service that its closing has moved."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import CharField, Exists, F, OuterRef, Q, Value
from django.db.models.functions import Cast, Concat

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
from sporades.registrations.states import STANDING

TOLD_AT_ONCE = 500
REGISTERED = "registration:"
"""Before the key of a registration, where those who are told are registered and not those who fill."""
TOLD_WITHIN = timedelta(days=1)
"""For how long one looks for those whom a killed worker has left untold."""


@transaction.atomic
def tell_change(change: int, *, after: str, at: datetime) -> str:
    """Write to those who have begun something at a service that its closing has moved.

    So are those who are registered there, where it is brought forward: they were told until when
    they may change their registration, or leave it.

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
    """Return those registered at a service that now closes sooner, who were not written to of it.

    Whoever withdrew may come back with their answers until a day that a mail has given: so are they,
    where the closing takes some of these hours, and nothing stands in its place.
    """
    found: RegistrationQuerySet = Registration.objects.all()
    if change.decided_at is None or not change.cuts_short:
        return found.none()
    back = Registration.objects.active().filter(
        Q(speciality=OuterRef("speciality")) | Q(speciality=None),
        candidate=OuterRef("candidate"),
        exam=OuterRef("exam"),
    )
    may_return = Q(
        ~Exists(back),
        withdrawn_at__gt=max(change.decided_at, change.closes_at) - UNDO_FOR,
        withdrawn_at__lte=change.decided_at,
    )
    key = Concat(
        Value("registration:"), Cast(OuterRef("pk"), CharField()), Value(f":sooner:{change.pk}")
    )
    return found.filter(
        Q(state__in=STANDING) | may_return,
        ~Exists(Message.objects.filter(key=key)),
        service=change.service_id,
        filed_at__lte=change.decided_at,
    )


@transaction.atomic
def _tell_one_registered(key: int, *, change: ServiceChange, at: datetime) -> bool:
    registration = Registration.objects.whole().get(pk=key)
    service = registration.service
    tell(
        registration.candidate,
        "service_closes_sooner",
        service=service,
        at=at,
        key=f"registration:{key}:sooner:{change.pk}",
        about=registration,
        due_by=service.closes_at,
        registration=registration,
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
