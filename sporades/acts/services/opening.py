"""The dates of registration services: moved by one person, extended by two (I1)."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from django.db import transaction

from sporades import journal, mail
from sporades.accounts import asking
from sporades.accounts.models import Membership
from sporades.accounts.permissions import Permission, reach
from sporades.core.actors import Actor
from sporades.core.links import link_to
from sporades.core.queue import app, defer_once
from sporades.core.refusals import NoLongerProposed, Refused
from sporades.exams.models import RegistrationService, ServiceChange
from sporades.exams.models.change import LONGEST_REASON
from sporades.exams.operations import openings
from sporades.exams.operations.services import SERVICE_CHANGED
from sporades.exams.states import ChangeState

REFUSED, TAKEN_BACK = "extension refused", "extension taken back"
TELL = "acts.tell_change"
"""The job that tells who began or is registered there that a closing moved: see `closing_moved`."""
FOLLOW = "evidence.follow_dates"
FILED_BY_THEN = timedelta(minutes=10)
"""After what an act that had read the former closing has long ended, one way or the other."""


@transaction.atomic
def change(
    *,
    service: RegistrationService,
    opens_at: datetime,
    closes_at: datetime,
    reason: str,
    by: Actor,
    at: datetime,
    seen: str | None = None,
    is_urgent: bool = False,
) -> ServiceChange:
    """Give a service other dates, or propose to extend it: see `openings.change`.

    Whoever may approve an extension is told of it by mail, and learns in the same way of a closing
    brought forward once the service has opened: they alone put it back. What is urgent waits for nobody, and
    takes the place of what was proposed. What is pressed twice is made once.

    Args:
        service, opens_at, closes_at, reason, by, at, is_urgent: see there.
        seen: the mark of the dates that were read before (`openings.mark_of`); nothing where
            none were.

    Returns:
        The change, applied or proposed.

    Raises:
        Overtaken: the dates, or what is proposed, are no longer those that were read.
        NotMoved, Refused: see there.
    """
    wanted: dict[str, Any] = {"opens_at": opens_at, "closes_at": closes_at, "reason": reason}
    if seen is not None:
        made = openings.made_already(service=service, **wanted, seen=seen, by=by)
        if made is not None:
            return made
    if is_urgent:
        waiting = ServiceChange.objects.filter(service=service, state=ChangeState.PROPOSED)
        answer = f"Remplacée par : {reason}"[:LONGEST_REASON]
        replaced = [(one, by) for one in waiting.select_related("service")]
        refuse_together(replaced, answer=answer, at=at)
    made = openings.change(service=service, **wanted, by=by, at=at, is_urgent=is_urgent)
    if made.state == ChangeState.APPLIED:
        _applied(made, by=by, at=at)
        if made.cuts_short:
            _tell_approvers("closing_brought_forward", [made], at=at)
    else:
        _record("extension proposed", made, by=by, at=at)
        _tell_approvers("extension_to_approve", [made], at=at)
    return made


@dataclass(frozen=True)
class Later:
    """A service that is to close later.

    Attributes:
        service: which.
        closes_at: its new closing.
        by: who wants it, in the role that reaches it.
    """

    service: RegistrationService
    closes_at: datetime
    by: Actor


@transaction.atomic
def extend(
    *,
    wanted: Sequence[Later],
    reason: str,
    seen: str,
    together: UUID,
    at: datetime,
    is_urgent: bool = False,
) -> list[ServiceChange]:
    """Extend several services together: all of them or none, as an outage demands.

    It is proposed once, decided together and told once. What is pressed twice is made once.

    Args:
        wanted: what closes later, and when.
        reason: why, for those who decide and for the journal.
        seen: the mark of the dates that were read before (`openings.marks_of`); nothing where
            none were.
        together: names what is proposed together.
        at: the instant.
        is_urgent: whether it is in force at once; what was proposed of a service gives way.

    Returns:
        The changes, applied or proposed.

    Raises:
        OvertakenTogether: the dates, or what is proposed, are no longer those that were read.
        NotMoved: a service cannot be extended so: it is named.
    """
    services = {one.pk: one for one in openings.lock([one.service for one in wanted])}
    made = extended(together)
    if made:
        return made
    if seen and openings.marks_of(services.values()) != seen:
        raise openings.OvertakenTogether
    waiting = openings.awaiting(services.values())
    if is_urgent:
        answer = f"Remplacée par : {reason}"[:LONGEST_REASON]
        replaced = [
            (waiting.pop(one.service.pk), one.by) for one in wanted if one.service.pk in waiting
        ]
        refuse_together(replaced, answer=answer, at=at)
    for one in sorted(wanted, key=lambda one: one.service.pk):
        service = services[one.service.pk]
        try:
            openings.check_extension(service, one.closes_at, waiting=waiting, at=at)
        except openings.NotMoved as refusal:
            raise openings.NotMoved(f"{service} : {refusal}", refusal.date) from None
        change = openings.change(
            service=service,
            opens_at=service.opens_at,
            closes_at=one.closes_at,
            reason=reason,
            by=one.by,
            at=at,
            is_urgent=is_urgent,
            together=together,
        )
        if change.state == ChangeState.APPLIED:
            _applied(change, by=one.by, at=at)
        else:
            _record("extension proposed", change, by=one.by, at=at)
        made.append(change)
    proposed = [one for one in made if one.state == ChangeState.PROPOSED]
    if proposed:
        _tell_approvers("extension_to_approve", proposed, at=at)
    return made


@dataclass(frozen=True)
class PutOff:
    """A service that is to open later.

    Attributes:
        service: which; it has not opened.
        opens_at: its new opening.
        by: who wants it, in the role that reaches it.
    """

    service: RegistrationService
    opens_at: datetime
    by: Actor


@transaction.atomic
def put_off(
    *, wanted: Sequence[PutOff], reason: str, seen: str, together: UUID, at: datetime
) -> list[ServiceChange]:
    """Open several services later, all of them or none: at once, as one whose page changes its dates.

    What is pressed twice is done once.

    Args:
        wanted: what opens later, and when.
        reason: why, for the journal.
        seen: the mark of the dates that were read before (`openings.marks_of`).
        together: names what is put off together.
        at: the instant.

    Returns:
        The changes, applied.

    Raises:
        OvertakenTogether: the dates are no longer those that were read.
        NotMoved: a service cannot be put off so, since it has opened for instance: it is named.
    """
    services = {one.pk: one for one in openings.lock([one.service for one in wanted])}
    made = extended(together)
    if made:
        return made
    if openings.marks_of(services.values()) != seen:
        raise openings.OvertakenTogether
    waiting = openings.awaiting(services.values())
    for one in sorted(wanted, key=lambda one: one.service.pk):
        service = services[one.service.pk]
        try:
            openings.check_put_off(service, one.opens_at, waiting=waiting, at=at)
        except openings.NotMoved as refusal:
            raise openings.NotMoved(f"{service} : {refusal}", refusal.date) from None
        change = openings.change(
            service=service,
            opens_at=one.opens_at,
            closes_at=service.closes_at,
            reason=reason,
            by=one.by,
            at=at,
            together=together,
        )
        _applied(change, by=one.by, at=at)
        made.append(change)
    return made


def extended(together: UUID) -> list[ServiceChange]:
    """Return what was proposed together, or put off, under a name."""
    whole = ("service__domain", "service__session", "service__academy")
    return list(ServiceChange.objects.filter(together=together).select_related(*whole))


def approvers_of(change: ServiceChange, *, at: datetime) -> list[Membership]:
    """Return who may approve an extension: those of its perimeter, but for its author."""
    return approvers_of_each([change], at=at)[change.service_id]


def approvers_of_each(
    changes: Iterable[ServiceChange], *, at: datetime
) -> dict[int, list[Membership]]:
    """Return the same for several extensions, by the key of their service, asked for all at once."""
    authors = [(one.service, Actor("", one.proposed_by, one.proposed_by_id)) for one in changes]
    return others_for_each(authors, at=at)


def others_who_approve(
    service: RegistrationService, author: Actor, *, at: datetime
) -> list[Membership]:
    """Return who may approve the extensions of a service that somebody proposes.

    Args:
        service: the service.
        author: who proposes, and approves none of their own.
        at: the instant.
    """
    return others_for_each([(service, author)], at=at)[service.pk]


def others_for_each(
    wanted: Iterable[tuple[RegistrationService, Actor]], *, at: datetime
) -> dict[int, list[Membership]]:
    """Return who may approve the extensions of each service, by its key, asked for all at once.

    Args:
        wanted: the services, each with who proposes, and approves none of their own.
        at: the instant.
    """
    permission = Permission.APPROVE_EXTENSIONS
    able = [(one, reach([one], permission)) for one in asking.members_with(permission, at=at)]
    return {
        service.pk: [
            member
            for member, theirs in able
            if member.as_actor().identifier != author.identifier
            and theirs.covers(academy=service.academy_id, domain=service.domain.code)
        ]
        for service, author in wanted
    }


def _tell_approvers(kind: str, changes: Sequence[ServiceChange], *, at: datetime) -> None:
    """Write to those who may approve some of what was proposed together: each reads of theirs."""
    of_each: dict[str, tuple[Membership, list[ServiceChange]]] = {}
    approvers = approvers_of_each(changes, at=at)
    for change in changes:
        for approver in approvers[change.service_id]:
            theirs = of_each.setdefault(approver.user.email, (approver, []))[1]
            if change not in theirs:  # by another of their roles
                theirs.append(change)
    for email, (approver, theirs) in of_each.items():
        first = theirs[0]
        mail.write(
            kind,
            to=email,
            at=at,
            key=f"change:{first.pk}:approve",
            about=first,
            urgent=True,
            changes=theirs,
            change=first,
            approver=approver,
            is_closed=any(one.service.has_closed(at) for one in theirs),
            link=link_to("office:service", first.service_id),
        )


@transaction.atomic
def refuse(*, change: ServiceChange, answer: str, by: Actor, at: datetime) -> None:
    """Refuse what was proposed: who proposed it reads why. Raises Refused."""
    _refuse(change, answer=answer, by=by, at=at)
    _tell_proposer([change], by=by, at=at)


@dataclass(frozen=True)
class Decided:
    """What became of extensions that were proposed together.

    Attributes:
        done: those that were decided.
        left: those that could not be, and why.
    """

    done: list[ServiceChange]
    left: list[tuple[ServiceChange, Refused]]


type Decisions = Iterable[tuple[ServiceChange, Actor]]
"""What is decided, each by whom in the role that reaches it."""


@transaction.atomic
def approve_together(changes: Decisions, *, at: datetime) -> Decided:
    """Approve what somebody else proposed together; what cannot be put in force stays as it is.

    Returns:
        What was done; left for SamePerson, Outdated, NotMoved, Refused (see `openings.apply`), or
        NoLongerProposed: who proposed it may not any more.
    """
    return _together(_approve, changes, at=at)


@transaction.atomic
def refuse_together(changes: Decisions, *, answer: str, at: datetime) -> Decided:
    """Refuse what was proposed together: who proposed it reads why, once."""
    return _together(partial(_refuse, answer=answer), changes, at=at)


@transaction.atomic
def drop_together(changes: Decisions, *, at: datetime) -> Decided:
    """Take back what was proposed together; whoever proposed it is told when another does."""
    decide = partial(_decide, openings.drop, TAKEN_BACK)
    return _together(decide, changes, at=at)


def _together(decide: Callable[..., None], changes: Decisions, *, at: datetime) -> Decided:
    found = Decided([], [])
    of_each: dict[str, tuple[Actor, list[ServiceChange]]] = {}
    for change, by in changes:
        try:
            with transaction.atomic():
                decide(change, by=by, at=at)
        except Refused as refusal:
            found.left.append((change, refusal))
        else:
            found.done.append(change)
            of_each.setdefault(change.proposed_by_id, (by, []))[1].append(change)
    for proposer, (by, theirs) in of_each.items():
        if by.identifier != proposer:
            _tell_proposer(theirs, by=by, at=at)
    return found


def _approve(change: ServiceChange, *, by: Actor, at: datetime) -> None:
    place = (change.service.academy_id, change.service.domain.code)
    if not asking.still_proposes(
        change.proposed_by_id, permission=Permission.MOVE_SERVICES, places=[place], at=at
    ):
        raise NoLongerProposed
    openings.apply(change=change, by=by, at=at)
    _applied(change, by=by, at=at)


def _refuse(change: ServiceChange, *, answer: str, by: Actor, at: datetime) -> None:
    refusing = partial(openings.refuse, answer=answer)
    _decide(refusing, REFUSED, change, by=by, at=at)


def _tell_proposer(changes: Sequence[ServiceChange], *, by: Actor, at: datetime) -> None:
    """Write to whoever proposed extensions what became of them, if they still work here."""
    change = changes[0]
    user = asking.author_here(change.proposed_by_id, at=at)
    if user is not None:
        mail.write(
            "extension_decided",
            to=user.email,
            at=at,
            key=f"change:{change.pk}:{change.state}",
            about=change,
            urgent=True,
            changes=changes,
            change=change,
            decided=_DECIDED[change.state],
            is_approved=change.state == ChangeState.APPLIED,
            who=by.name,
            link=link_to("office:service", change.service_id),
        )


_DECIDED: dict[str, tuple[str, str]] = {
    ChangeState.APPLIED: ("approuve", "approuvée"),
    ChangeState.REFUSED: ("refuse", "refusée"),
    ChangeState.DROPPED: ("retire", "retirée"),
}
"""What is said of who decides, and of what was decided."""


def _decide(
    verb: Callable[..., None], said: str, change: ServiceChange, *, by: Actor, at: datetime
) -> None:
    verb(change=change, by=by, at=at)
    _record(said, change, by=by, at=at)


def _applied(change: ServiceChange, *, by: Actor, at: datetime) -> None:
    _record(SERVICE_CHANGED, change, by=by, at=at)
    if change.moves_closing:
        app.configure_task(TELL, queue="mail").defer(change=change.pk, after="")
        # Its own job: one that waits may be done before this change is there to be read.
        service = str(change.service_id)
        app.configure_task(FOLLOW, queue="evidence").defer(service=service, after="0")
        # Who files, or comes from another academy, at this very instant goes by the closing that
        # they have read, and is there to be found once they have ended.
        later = at + FILED_BY_THEN
        defer_once(
            FOLLOW, queue="evidence", instant=later, is_moved=True, service=service, after="0"
        )


def _record(verb: str, change: ServiceChange, *, by: Actor, at: datetime) -> None:
    journal.record(
        verb,
        by=by,
        on=change.service,
        at=at,
        academy=change.service.academy_id,
        before={
            "opens_at": change.opened_at.isoformat(),
            "closes_at": change.closed_at.isoformat(),
        },
        after={
            "opens_at": change.opens_at.isoformat(),
            "closes_at": change.closes_at.isoformat(),
            "reason": change.reason,
            **({"answer": change.answer} if change.answer else {}),
        },
    )
