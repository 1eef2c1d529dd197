"""Tell those who began or are registered at a service that its closing has moved."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Self
from uuid import UUID

from django.db import transaction
from django.db.models import CharField, Exists, F, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Cast, Concat
from django.db.models.lookups import IsNull

from sporades import mail
from sporades.acts.registrations.deciding import unmet_of
from sporades.acts.services.opening import TELL
from sporades.core import apart
from sporades.core.links import link_to
from sporades.core.queue import defer_once
from sporades.evidence.unmet import owes_pieces
from sporades.exams.models import RegistrationService, ServiceChange
from sporades.exams.operations import openings
from sporades.exams.states import ChangeState
from sporades.letters.operations import tell
from sporades.letters.rules import CLOSING
from sporades.mail.models import Message
from sporades.registrations.clocks import zone_of_draft
from sporades.registrations.models import Draft, Registration, Version
from sporades.registrations.models.draft import DraftQuerySet
from sporades.registrations.models.registration import UNDO_FOR, RegistrationQuerySet
from sporades.registrations.queries import with_owed
from sporades.registrations.snapshot import contact_of
from sporades.registrations.states import STANDING, State

TOLD_AT_ONCE = 500
REGISTERED = "registration:"
"""Before the key of a registration, where those who are told are registered and not those who fill."""
TOLD_WITHIN = timedelta(days=1)
"""For how long one looks for those whom a killed worker has left untold."""
SOONER, LATER = "sooner", "later"
"""Which way a closing moved, in the key of what a registration is told of it."""
TOLD_OF_CLOSING = ("service_closes_sooner", "service_closes_later", "coming_back_moved")
"""The mails and letters that tell it."""


@dataclass(frozen=True)
class Moved:
    """A closing that has moved, from before a change to what is in force as it is told.

    Where it moves again before everybody is told, those who are left hear of both at once, and of
    the second alone who was told of the first.

    Attributes:
        service: whose closing it is.
        before: the closing before the change.
        since: when the change was decided: who came later has read what was in force.
        told_as: the key of the last change, under which it is told once.
    """

    service: RegistrationService
    before: datetime
    since: datetime
    told_as: int

    @classmethod
    def by(cls, change: ServiceChange) -> Self:
        """Return what has moved since before a change that was applied, loaded with its service."""
        moves = _moves().filter(service=change.service_id).order_by("decided_at", "pk")
        last = moves.values_list("pk", flat=True).last()
        decided_at: Any = change.decided_at
        return cls(change.service, change.closed_at, decided_at, last or change.pk)

    @property
    def is_sooner(self) -> bool:
        """Whether it closes earlier than before."""
        return self.service.closes_at < self.before

    @property
    def is_back(self) -> bool:
        """Whether it closes as before: nobody who was told of nothing is told of anything."""
        return self.service.closes_at == self.before


def _moves() -> QuerySet[ServiceChange]:
    """Return the changes in force that gave a service another closing."""
    applied = ServiceChange.objects.filter(state=ChangeState.APPLIED)
    return applied.exclude(closes_at=F("closed_at"))


@transaction.atomic
def tell_change(change: int, *, after: str, at: datetime) -> str:
    """Write to those who have begun something at a service that its closing has moved.

    So are those who are registered there, where it is brought forward: they were told until when
    they may change their registration, or leave it. And those who have left, and were told until
    when they may come back with all their answers: where it is brought forward, or an extension
    gives them longer. Whoever was told that it is brought forward is told when it is put back.

    Args:
        change: the key of the change.
        after: the last draft, then registration, that was written about, nothing at first.
        at: the instant.

    Returns:
        The last one that was written about, nothing when none is left.
    """
    moved = Moved.by(ServiceChange.objects.select_related("service").get(pk=change))
    if moved.is_back:
        return ""
    openings.note_told(moved.service.pk, at=at)
    if after.startswith(REGISTERED):
        return _tell_registered(moved, after=int(after.removeprefix(REGISTERED)), at=at)
    waiting = _to_tell(moved)
    if after:
        waiting = waiting.filter(pk__gt=after)
    drafts = list(waiting.whole().order_by("pk")[:TOLD_AT_ONCE])
    told = {draft.pk: draft for draft in drafts}
    apart.each(_tell, told, drafts=told, moved=moved, at=at)
    if len(drafts) == TOLD_AT_ONCE:
        return str(drafts[-1].pk)
    return _tell_registered(moved, after=0, at=at)


def _tell_registered(moved: Moved, *, after: int, at: datetime) -> str:
    waiting = _registered_to_tell(moved).filter(pk__gt=after).order_by("pk")
    keys = list(waiting.values_list("pk", flat=True)[:TOLD_AT_ONCE])
    apart.each(_tell_one_registered, keys, moved=moved, at=at)
    return f"{REGISTERED}{keys[-1]}" if len(keys) == TOLD_AT_ONCE else ""


def take_up_again(*, older_than: datetime) -> int:
    """Queue again the closings moved lately of which somebody was not told; return how many.

    The last of each service counts: what it says is what is in force.
    """
    lately = _moves().filter(decided_at__range=(older_than - TOLD_WITHIN, older_than))
    since = _moves().filter(service=OuterRef("service"), decided_at__gt=OuterRef("decided_at"))
    last = lately.filter(~Exists(since)).select_related("service")
    left = [one.pk for one in last if _is_left(Moved.by(one))]
    return sum(defer_once(TELL, queue="mail", change=str(pk), after="") for pk in left)


def _is_left(moved: Moved) -> bool:
    return _to_tell(moved).exists() or _registered_to_tell(moved).exists()


def _to_tell(moved: Moved) -> DraftQuerySet:
    """Return what was begun at a service before its closing moved, and was not written about.

    To who modifies what was set aside the closing says nothing: they cannot save it.
    """
    key = Concat(
        Value("draft:"), Cast(OuterRef("pk"), CharField()), Value(f":moved:{moved.told_as}")
    )
    open_ones: DraftQuerySet = Draft.objects.unsaved().touched().savable()
    return open_ones.filter(
        ~Exists(Message.objects.filter(key=key)),
        Q(moved_at=None) | Q(moved_at__lte=moved.since),
        service=moved.service,
        candidate__user__isnull=False,
        created_at__lte=moved.since,
    )


def _registered_to_tell(moved: Moved) -> RegistrationQuerySet:
    """Return those registered at a service, or who may come back, who were not written to of a closing.

    The first where it now closes sooner, or where the last that they were told is that it does.
    """
    keys = [
        Concat(
            Value("registration:"),
            Cast(OuterRef("pk"), CharField()),
            Value(f":{way}:{moved.told_as}"),
        )
        for way in (SOONER, LATER)
    ]
    # Whoever was given to this academy since has read the closing that is in force.
    placed = Version.objects.filter(
        registration=OuterRef("pk"), number=OuterRef("version"), filed_at__gt=moved.since
    )
    came_since = Q(Exists(placed), is_placed=True)
    standing = Q(~came_since, state__in=STANDING, filed_at__lte=moved.since)
    whom = _may_come_back(moved) | (standing if moved.is_sooner else standing & _is_told_so(SOONER))
    found: RegistrationQuerySet = Registration.objects.alias(last_told=_last_told()).filter(whom)
    return found.filter(~Exists(Message.objects.filter(key__in=keys)), service=moved.service)


def _last_told() -> Subquery:
    """Return the key of the last thing that a registration was told of the closing."""
    told = Message.objects.filter(
        kind__in=TOLD_OF_CLOSING,
        about_kind="registration",
        about_id=Cast(OuterRef("pk"), CharField()),
        again_of=None,
    )
    return Subquery(told.order_by("-pk").values("key")[:1])


def _is_told_so(way: str) -> Q:
    return Q(last_told__contains=f":{way}:")


def _may_come_back(moved: Moved) -> Q:
    """Return what is left, and may still be undone before a change or after it (E8).

    Or whose candidate was told last that it closes sooner. None of which another registration, or
    what is begun anew, has taken the place.
    """
    same = _of_its_choice(Registration.objects.all())
    begun = _of_its_choice(Draft.objects.unsaved().touched().filter(amends=None))
    in_scope = Registration.objects.active().exclude(exclusive_scope="")
    excluding = in_scope.filter(
        candidate=OuterRef("candidate"), exclusive_scope=OuterRef("exclusive_scope")
    )
    since = moved.since if moved.is_sooner else max(moved.since, moved.before)
    concerned = Q(withdrawn_at__gt=since - UNDO_FOR)
    if not moved.is_sooner:
        concerned |= _is_told_so(SOONER)
    return Q(
        ~Exists(same.filter(Q(pk__gt=OuterRef("pk")) | Q(state__in=STANDING))),
        ~Exists(excluding),
        ~Exists(begun),
        concerned,
        state=State.WITHDRAWN,
        withdrawn_at__lte=moved.since,
    )


def _of_its_choice(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Return those of the same candidate for the same exam and speciality, which may be none."""
    has_none = IsNull(OuterRef("speciality"), True)  # noqa: FBT003 - as Django has it
    is_the_same = Q(speciality=OuterRef("speciality")) | Q(has_none, speciality=None)
    return rows.filter(is_the_same, candidate=OuterRef("candidate"), exam=OuterRef("exam"))


@transaction.atomic
def _tell_one_registered(key: int, *, moved: Moved, at: datetime) -> bool:
    registration = with_owed.get(pk=key)
    service, left_at = registration.service, registration.withdrawn_at
    way = SOONER if moved.is_sooner else LATER
    kind = "coming_back_moved" if left_at else f"service_closes_{way}"
    tell(
        registration.candidate,
        kind,
        service=service,
        at=at,
        key=f"registration:{key}:{way}:{moved.told_as}",
        about=registration,
        matter=CLOSING,
        due_by=registration.undone_until(left_at) if left_at else service.closes_at,
        registration=registration,
        is_sooner=moved.is_sooner,
        is_anomaly=registration.state == State.ANOMALY,
        is_to_send=owes_pieces(registration) and unmet_of(registration).is_to_send,
        may_return=service.accepts(at),
        is_closed=service.has_closed(at),
        before=service.said(moved.before, registration.reader_zone),
        contact=contact_of(service),
        link=link_to("candidate:registration", registration.number),
    )
    return True


@transaction.atomic
def _tell(key: UUID, *, drafts: Mapping[UUID, Draft], moved: Moved, at: datetime) -> bool:
    draft = drafts[key]
    user = draft.candidate.user
    if user is None:
        return False
    mail.write(
        "service_moved",
        to=user.email,
        at=at,
        key=f"draft:{draft.pk}:moved:{moved.told_as}",
        about=draft,
        urgent=True,
        draft=draft,
        name=draft.candidate.identity.full_name,
        closing=draft.service.said(draft.service.closes_at, zone_of_draft(draft)),
        before=draft.service.said(moved.before, zone_of_draft(draft)),
        is_closed=draft.service.has_closed(at),
        contact=contact_of(draft.service),
        link=link_to("candidate:draft", draft.pk),
    )
    return True
