"""Remind who has sent no request, before it is too late; and who has to send again what they sent (H1)."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from functools import reduce
from itertools import groupby
from operator import attrgetter, or_

from django.db import transaction
from django.db.models import CharField, Exists, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Cast, Coalesce, Greatest

from sporades import journal
from sporades.accommodations.as_sent import TAKEN_UP_AT
from sporades.accommodations.models import Case
from sporades.accommodations.queries import decided_elsewhere, lock_case
from sporades.accommodations.rules import deadline_from, deadline_of, rules_of
from sporades.accommodations.states import State
from sporades.acts.accommodating.telling import note
from sporades.acts.reminders import AT_ONCE, BEFORE, told, was_reminded
from sporades.acts.requests.silence import RESTORED
from sporades.core import apart
from sporades.core.actors import SYSTEM
from sporades.core.links import link_to
from sporades.exams.models import RegistrationService, ServiceChange
from sporades.exams.models.service import MINUTE
from sporades.exams.queries import rules
from sporades.exams.states import ChangeState
from sporades.journal.models import Entry
from sporades.letters.operations import tell
from sporades.letters.rules import REMINDER
from sporades.notices.queries import stops_writing
from sporades.registrations.models import Registration, Version
from sporades.registrations.queries import lock_registration
from sporades.registrations.snapshot import contact_of
from sporades.registrations.states import STANDING

KIND = "something_awaits"
"""A mail that does not say what: nobody else is to read that a handicap was declared (P-12)."""
AFTER = (timedelta(days=3), timedelta(days=10))
"""How long after it left the office a request is recalled to who has to send it again, once each time."""
NO_MORE_AFTER = timedelta(days=30)
"""And after how long it is not, were it recalled never: what was left in former sessions stays left."""


def remind_requests(*, at: datetime) -> int:
    """Remind those whose request is announced, begun or fallen, and not sent, as `remind_pieces` does of pieces; return how many.

    Also those who change what they had sent, or were told that it is incomplete, until their exam is
    over: nobody looks at it until it is sent again, and no deadline says so.

    Whoever has filed with less time left than that has just read the deadline: they are reminded at
    the next step. Nobody is who took a request back and began no other, nor who reads a decision that
    was made elsewhere, nor whose record the office keeps without an account: their request comes on paper. Nor anybody while nothing is written (R-05): they are
    reminded after that.
    """
    if stops_writing(at):
        return 0
    keys = [key for one in _soon(at) for key in one.values_list("pk", flat=True)]
    left = _left(at)[:AT_ONCE]
    return apart.each(_remind, keys[:AT_ONCE], at=at) + apart.each(_remind_again, left, at=at)


def _unsent(at: datetime) -> QuerySet[Registration]:
    same = {"registration": OuterRef("registration")}
    begun = Case.objects.filter(state=State.PREPARING, asked_at=None, **same)
    # The service itself takes back what was not sent, with the version that declares no handicap.
    dropped = Version.objects.filter(number__gt=1, filed_at=OuterRef("withdrawn_at"), **same)
    done = Case.objects.filter(
        Q(asked_at__isnull=False) | Q(Q(withdrawn_at__isnull=False), ~Exists(dropped)),
        ~Exists(begun),
        registration=OuterRef("pk"),
    )
    found: QuerySet[Registration] = Registration.objects.filter(
        Q(has_disability=True) | _is_begun() | _is_fallen(),
        ~Exists(done),
        ~Exists(decided_elsewhere(at).filter(document__folder=OuterRef("folder"))),
        state__in=STANDING,
        candidate__user__isnull=False,
    )
    return found


def _is_begun() -> Q:
    return Q(pk__in=Case.objects.filter(state=State.PREPARING).values("registration"))


def _is_fallen() -> Q:
    """Return whether a request fell with another registration, whatever this one declares."""
    fell = Case.objects.fallen_last().filter(measures__isnull=False)
    here = fell.filter(
        registration__candidate=OuterRef("candidate"), registration__exam=OuterRef("exam")
    )
    # The few candidates first: all registrations are many.
    return Q(candidate__in=fell.values("registration__candidate")) & Q(Exists(here))


def _soon(at: datetime) -> Iterator[QuerySet[Registration]]:
    """Return those to be reminded, by what their deadline is read from."""
    whose = "service", "regulation", "exam__code"
    every = _unsent(at).filter(service__opens_at__lte=at)
    yield from _soon_apart(every, at)
    known = every.exclude(_is_apart())
    groups = list(known.order_by(*whose).values_list(*whose).distinct())
    services = RegistrationService.objects.select_related("academy").in_bulk(
        [service for service, _, _ in groups]
    )
    told = _told_later(services)
    for key, regulation, code in groups:
        service, exam = services[key], rules(regulation).exam(code)
        if exam.accommodations is not None:
            mine = known.filter(service=key, regulation=regulation, exam__code=code)
            for closing, to_whom in [*told[key], (service.closes_at, ~_any_of(told[key]))]:
                until = deadline_from(exam, service, closing=closing)
                yield mine.filter(to_whom, _is_due(until, at)).order_by("pk")


def _is_apart() -> Q:
    """Return whose deadline is their own.

    Given to another academy, or modified under another réglementation, their version keeps what the
    former one told; registered by the office after the closing, they have the usual days, were it
    extended since.
    """
    versions = Version.objects.filter(registration=OuterRef("pk"))
    had_closed = ServiceChange.objects.filter(
        service=OuterRef("service"),
        state=ChangeState.APPLIED,
        decided_at__gte=OuterRef("filed_at"),
        closed_at__lte=OuterRef("filed_at") - MINUTE,
    )
    return (
        Q(is_placed=True)
        | Q(filed_at__gte=F("service__closes_at") + MINUTE)
        | Q(Exists(had_closed))
        | Q(Exists(versions.exclude(regulation=OuterRef("regulation"))))
    )


def _soon_apart(known: QuerySet[Registration], at: datetime) -> Iterator[QuerySet[Registration]]:
    due: dict[datetime, list[int]] = {}
    for one in Registration.objects.whole().filter(pk__in=known.filter(_is_apart()).values("pk")):
        if rules_of(one) is not None:
            due.setdefault(deadline_of(one), []).append(one.pk)
    for until, keys in due.items():
        yield known.filter(_is_due(until, at), pk__in=keys).order_by("pk")


def _told_later(services: Mapping[int, RegistrationService]) -> dict[int, list[tuple[datetime, Q]]]:
    """Return the closings that services had, later than today's, each with whom it was told to.

    Whoever was registered before it moved keeps it (`deadline_of`), however it was brought forward
    since.
    """
    found: dict[int, list[tuple[datetime, Q]]] = {key: [] for key in services}
    applied = ServiceChange.objects.filter(service__in=services, state=ChangeState.APPLIED)
    by_service = groupby(applied.order_by("service", "decided_at", "pk"), attrgetter("service_id"))
    for key, moves in by_service:
        changes, since = list(moves), Q()
        for place, change in enumerate(changes):
            since_told = (one.closes_at for one in changes[place:] if one.told_at)
            latest = max([change.closed_at, *since_told])
            if latest > services[key].closes_at:
                found[key].append((latest, since & Q(filed_at__lte=change.decided_at)))
            since = Q(filed_at__gt=change.decided_at)
    return found


def _any_of(told: Iterable[tuple[datetime, Q]]) -> Q:
    none = Q(pk__in=[])
    return reduce(or_, (whose for _, whose in told), none)


def _is_due(until: datetime, at: datetime) -> Q:
    """Return which are due for a reminder of a deadline that was not written."""
    due = Q(pk__in=[])
    for before in BEFORE:
        since = until - before
        if not since <= at < until:
            continue
        reminded = told(KIND, registration="pk").filter(written_at__gte=since)
        is_old = Q(amended_at=None) | Q(amended_at__lte=since)
        due |= Q(~Exists(reminded), is_old, filed_at__lte=since)
    return due


@transaction.atomic
def _remind(key: int, *, at: datetime) -> bool:
    lock_registration(key)
    found = Registration.objects.whole().get(pk=key)
    until = deadline_of(found)
    if not _unsent(at).filter(_is_due(until, at), pk=key).exists():
        return False
    _tell(
        found,
        at=at,
        key=f"accommodation unsent:{found.pk}:{at.isoformat()}",
        is_again=was_reminded(KIND, found),
        before=found.service.said(until, found.reader_zone),
    )
    journal.record("accommodation reminded", by=SYSTEM, on=found, at=at, academy=found.academy_id)
    return True


def _to_send_again(at: datetime) -> QuerySet[Case]:
    """Return the requests that wait for their candidate to send them again, and are to be recalled."""
    last = told(KIND, registration="registration").filter(matter=REMINDER).order_by("-written_at")
    about = {
        "object_kind": "registration",
        "object_id": Cast(OuterRef("registration"), CharField()),
    }
    restored = Entry.objects.filter(verb=RESTORED, **about).order_by("-at")
    found: QuerySet[Case] = Case.objects.filter(
        Q(state=State.INCOMPLETE, stands=True) | Q(pk__in=Case.objects.taken_up().values("pk")),
        registration__candidate__user__isnull=False,
    ).annotate(
        # Set aside, it was recalled to nobody.
        left_since=Greatest(Coalesce("since", TAKEN_UP_AT), Subquery(restored.values("at")[:1])),
        recalled_at=Subquery(last.values("written_at")[:1]),
    )
    due = Q(pk__in=[])
    for after in AFTER:
        is_unsaid = Q(recalled_at=None) | Q(recalled_at__lt=F("left_since") + after)
        due |= Q(left_since__lte=at - after) & is_unsaid
    return found.filter(due & Q(left_since__gt=at - NO_MORE_AFTER))


def _left(at: datetime) -> list[int]:
    """Return the keys of the requests to be recalled now: sending them again is of use until the exam is over."""
    found = dict(_to_send_again(at).order_by("pk").values_list("pk", "registration"))
    theirs = Registration.objects.whole().in_bulk(found.values())
    return [pk for pk, registration in found.items() if not theirs[registration].is_exam_over(at)]


@transaction.atomic
def _remind_again(key: int, *, at: datetime) -> bool:
    case = lock_case(Case.objects.get(pk=key))
    if not _to_send_again(at).filter(pk=key).exists():
        return False
    found = Registration.objects.whole().get(pk=case.registration_id)
    whose = f"accommodation left:{case.pk}:{at.isoformat()}"
    _tell(found, at=at, key=whose, is_again=True, is_waited_for=True)
    note("accommodation recalled", case, by=SYSTEM, at=at)
    return True


def _tell(
    found: Registration,
    *,
    at: datetime,
    key: str,
    is_again: bool,
    is_waited_for: bool = False,
    before: str = "",
) -> None:
    tell(
        found.candidate,
        KIND,
        service=found.service,
        at=at,
        key=key,
        about=found,
        matter=REMINDER,
        registration=found,
        is_again=is_again,
        is_waited_for=is_waited_for,
        may_run=False,
        before=before,
        contact=contact_of(found.service),
        link=link_to("candidate:registration", found.number),
    )
