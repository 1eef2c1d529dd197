"""Questions of pages about requests for accommodations."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import groupby
from typing import Any

from django.db.models import DateTimeField, Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Cast

from sporades.accommodations.models import Appeal, AskedMeasure, Case
from sporades.accommodations.rules import (
    Sat,
    granted_for,
    papers_called_for,
    rules_for,
    rules_of,
    sat_under,
)
from sporades.accommodations.states import SETTLED, Decision, State
from sporades.accounts.models import Membership
from sporades.accounts.permissions import Reach
from sporades.core.prepared import prepared
from sporades.core.text import search_key
from sporades.documents import kinds
from sporades.documents.models import DocumentVersion
from sporades.exams.queries import programmes
from sporades.exams.schema.accommodations import Accommodations, HealthPaper
from sporades.letters.queries import with_posting
from sporades.registrations.former import and_gone, once_offered
from sporades.registrations.models import Registration
from sporades.registrations.queries import lock_registration

OTHER_PAPER = "Autre papier de santé"
"""How a paper is read that the réglementation does not name."""


@dataclass(frozen=True)
class Proposal:
    """A measure that was granted or asked for before, to be asked for again.

    Attributes:
        code: that of the réglementation of now.
        papers: the épreuves for which it was granted; none for all of them.
        session: where it was granted.
        precision: which one, how large, in the words in which it was asked.
        decision: the one that grants it, where it is on another registration; while its notification
            was not read, what it was asked for is proposed.
    """

    code: str
    papers: tuple[str, ...]
    session: str = ""
    precision: str = ""
    decision: Case | None = None


def requests_of(registration: int) -> QuerySet[Case]:
    """Return the requests of a registration, the last one first; which have an appeal that waits."""
    return _told_last_first(Case.objects.filter(registration=registration))


def requests_and_fallen_of(registration: int, candidate: int, exam: int) -> QuerySet[Case]:
    """Return the same, and those that fell with another registration of its candidate for its exam."""
    theirs = Case.objects.filter(registration__candidate=candidate)
    fallen = theirs.fallen_last().filter(registration__exam=exam)
    return _told_last_first(theirs.filter(registration=registration) | fallen)


def _told_last_first(cases: QuerySet[Case]) -> QuerySet[Case]:
    told = with_posting(_appealed(cases.select_related("notification")), "notification")
    found: QuerySet[Case] = told.order_by("-begun_at", "-pk")
    return found


def _appealed(cases: Any, **more: Any) -> Any:
    """Read along when the appeal that waits against each decision was received: `appealed_on`."""
    waiting = Appeal.objects.waiting().filter(case=OuterRef("pk"))
    return cases.annotate(appealed_on=Subquery(waiting.values("received_on")[:1]), **more)


def contested_among(cases: QuerySet[Case]) -> QuerySet[Case]:
    """Return those against whose decision an appeal waits, with when it was received.

    Of registrations that stand: `appealed_on`, and `appealed_at`, the instant at which that day begins.
    """
    # Of many requests few are contested: what is contested is looked up, not each request.
    waiting = Appeal.objects.waiting().values("case")
    theirs = cases.filter(pk__in=waiting, stands=True)
    found: QuerySet[Case] = _appealed(theirs, appealed_at=Cast("appealed_on", DateTimeField()))
    return found


def answers_unread_among(cases: QuerySet[Case], at: datetime) -> QuerySet[Case]:
    """Return those of whose appeal nobody has opened the answer, with when it was given: `answered_at`.

    Args:
        cases: among which requests.
        at: the instant.
    """
    unread = Appeal.objects.unread(at)
    given = unread.filter(case=OuterRef("pk")).values("answered_at")[:1]
    return cases.filter(pk__in=unread.values("case"), stands=True).annotate(
        answered_at=Subquery(given)
    )


def asked_here() -> QuerySet[Any, Any]:
    """Return the registrations for which accommodations are asked for here, or decided: their keys.

    A decision on them that is made elsewhere stands beside no other (H2).
    """
    return Case.objects.exclude(state=State.WITHDRAWN).values("registration")


def decided_elsewhere(at: datetime) -> QuerySet[DocumentVersion]:
    """Return the decisions on accommodations, made elsewhere, that are read at an instant."""
    read = DocumentVersion.objects.latest_visible(at)
    return read.filter(document__kind__in=kinds.decided_elsewhere())


def decided_elsewhere_among(registrations: Iterable[Registration], at: datetime) -> set[int]:
    """Return of which registrations a decision on accommodations, made elsewhere, is read: their keys.

    Args:
        registrations: of one candidate; where there are none, nothing is asked.
        at: the instant.
    """
    folders = {one.folder_id: one.pk for one in registrations}
    if not folders:
        return set()
    read = decided_elsewhere(at).filter(document__folder__in=folders)
    return {folders[key] for key in read.values_list("document__folder", flat=True)}


cases_of = prepared(Case)(requests_of)
"""The same, prepared: as everywhere, `requests_…` is a question to go on from, `cases_…` is asked as it is."""


def requests_of_user(user: int) -> QuerySet[Case]:
    """Return the requests of an account, those that were taken back too, the last one last."""
    told = with_posting(_appealed(Case.objects.visible_to(user)), "notification")
    found: QuerySet[Case] = told.order_by("begun_at", "pk")
    return found


def last_by_registration(cases: Iterable[Case]) -> dict[int, Case]:
    """Return the last request of each registration, taken back ones apart.

    Args:
        cases: as `requests_of_user` orders them.
    """
    return {case.registration_id: case for case in cases if case.withdrawn_at is None}


def fallen_by_exam(cases: Iterable[Case], registrations: Iterable[Registration]) -> dict[int, Case]:
    """Return the last request that fell with a registration for each exam, as `fallen_before` does.

    None after which a decision was notified for it: that one is what is started from.

    Args:
        cases: all of an account, as `requests_of_user` orders them.
        registrations: all of the same.
    """
    every = {one.pk: one for one in registrations}
    left = {pk: one for pk, one in every.items() if one.withdrawn_at is not None}
    decided: dict[int, datetime] = {}
    for case in cases:
        if case.notified_at is not None and case.registration_id in every:
            exam = every[case.registration_id].exam_id
            decided[exam] = max(decided.get(exam, case.notified_at), case.notified_at)
    found: dict[int, tuple[datetime, Case]] = {}
    for case in cases:
        registration, since = left.get(case.registration_id), case.withdrawn_at
        if registration is None or since is None or since != registration.withdrawn_at:
            continue
        if case.state == State.WITHDRAWN and case.instead_of_id is None:
            case.registration = registration
            before, _ = found.get(registration.exam_id, (since, case))
            if before <= since:
                found[registration.exam_id] = (since, case)
    return {
        exam: case
        for exam, (since, case) in found.items()
        if exam not in decided or decided[exam] <= since
    }


def open_case_of(registration: Registration) -> Case | None:
    """Return the request of a registration of which something is awaited, if there is one."""
    return open_among(cases_of(registration=registration.pk))


def open_among(cases: Iterable[Case]) -> Case | None:
    """Return the request of which something is awaited, if there is one."""
    return next((case for case in cases if case.is_open), None)


def last_case_of(registration: Registration) -> Case | None:
    """Return the last request of a registration, taken back ones apart, if there is one."""
    return last_among(cases_of(registration=registration.pk))


def is_asked_here(registration: Registration) -> bool:
    """Return whether accommodations are asked for here: what was sent is followed here to its end.

    Whatever its registration is under since.
    """
    if rules_of(registration) is not None:
        return True
    cases = cases_of(registration=registration.pk)
    return any(one.regulation_id is not None and one.withdrawn_at is None for one in cases)


def last_among(cases: Iterable[Case]) -> Case | None:
    """Return the last of requests that was not taken back, as `cases_of` orders them.

    It tells the takings again of it that were cancelled.
    """
    known = list(cases)
    last = next((case for case in known if case.withdrawn_at is None), None)
    if last is not None:
        last.cancelled = [one for one in known if one.is_cancelled and one.instead_of_id == last.pk]
    return last


def taken_back_among(cases: Iterable[Case]) -> Case | None:
    """Return the last of requests where its candidate took it back, or it fell with its registration.

    A decision that was taken again, and was so no more, is not theirs.
    """
    last = next((case for case in cases if not case.is_cancelled), None)
    is_theirs = last is not None and last.withdrawn_at is not None and last.instead_of_id is None
    return last if is_theirs else None


def decision_of(registration: Registration) -> Case | None:
    """Return the last decision that was notified for a registration, if there is one."""
    return decision_among(cases_of(registration=registration.pk))


def decision_among(cases: Iterable[Case]) -> Case | None:
    """Return the last decision that was notified, of requests as `cases_of` orders them."""
    return next((case for case in cases if case.notified_at is not None), None)


def appeals_of(registration: int) -> QuerySet[Appeal]:
    """Return the appeals against the decisions of a registration, the last one first, with what became of each."""
    found: QuerySet[Appeal] = Appeal.objects.filter(case__registration=registration)
    told = found.select_related("case__notification", "answer").prefetch_related("cases")
    return told.order_by("-kept_at", "-pk")


def appeal_against(case: Case) -> Appeal | None:
    """Return the appeal that stands against a decision, if there is one."""
    return appeals_of(case.registration_id).filter(case=case, withdrawn_at=None).first()


def appeal_of(registration: int) -> Appeal | None:
    """Return the appeal that waits for the authority, the oldest, whatever decision it contests; else nothing."""
    return next((one for one in reversed(list(appeals_of(registration))) if one.is_waiting), None)


def revision_after(cases: Iterable[Case]) -> int:
    """Return the revision with which another request of a registration begins.

    It is of none of those before: a page that was made from one of them writes over no other.
    """
    return 1 + max((case.revision for case in cases), default=0)


@prepared(Case)
def _locked(pk: int) -> QuerySet[Case]:
    found: QuerySet[Case] = Case.objects.filter(pk=pk)
    return found.select_for_update(of=("self",))


def lock_case(case: Case) -> Case:
    """Return a request, locked after its registration, as every act does."""
    registration = lock_registration(case.registration_id)
    found = _locked.get(pk=case.pk)
    found.registration = registration
    return found


def left_by_their_doctor(*, day: date) -> QuerySet[Case]:
    """Return the requests whose doctor is no doctor of their academy and domain any more.

    Their role has ended, their account is closed, or their perimeter has changed; what they have
    signed stays theirs.

    Args:
        day: today.
    """
    found: QuerySet[Case] = Case.objects.filter(~_is_of_its_doctor(day), state=State.WITH_DOCTOR)
    return found


def with_a_doctor_of_theirs(*, day: date) -> QuerySet[Case]:
    """Return the requests that wait for a doctor whose role, account and perimeter are theirs today.

    Args:
        day: today.
    """
    found: QuerySet[Case] = Case.objects.filter(_is_of_its_doctor(day), state=State.WITH_DOCTOR)
    return found


def _is_of_its_doctor(day: date) -> Exists:
    domain = OuterRef("registration__exam__domain__code")
    current = Membership.objects.current(day).filter(
        Q(domains=[]) | Q(domains__contains=[domain]),
        role=Membership.Role.DOCTOR,
        user=OuterRef("doctor"),
        user__is_active=True,
        academies__contains=[OuterRef("registration__academy")],
    )
    return Exists(current)


def measures_within(reach: Reach) -> dict[str, str]:
    """Return the measures that are proposed within a perimeter, by code.

    First those of the réglementations in force, then those of the ones before them, said as such.
    """
    found: dict[str, str] = {}
    for programme in programmes():
        if not reach.knows(programme.regulation.domain.code):
            continue
        for offered in programme.exams:
            asked = offered.rules.accommodations
            for measure in asked.measures if asked else ():
                found.setdefault(measure.code, measure.label)
    in_force = dict(sorted(found.items(), key=lambda pair: search_key(pair[1])))
    asked_once = (former.rules.accommodations for former in once_offered(reach))
    once = (measure for asked in asked_once if asked for measure in asked.measures)
    return and_gone(in_force, ((measure.code, measure.label) for measure in once))


def labels_of_papers(registration: Registration, case: Case | None) -> dict[str, str]:
    """Return how each kind of paper of health is read, whether it is still called for or not.

    Args:
        registration: whose they are.
        case: its last request, if there is one.
    """
    asked = (rules_of(registration), rules_for(registration, case))
    return {one.code: one.label for said in asked if said is not None for one in said.papers}


def papers_asked_of(registration: Registration) -> list[HealthPaper]:
    """Return the papers of health that the last request of a registration calls for.

    Until one is begun, all that the réglementation names.
    """
    return papers_called_for_by(last_case_of(registration), registration)


def papers_called_for_by(case: Case | None, registration: Registration) -> list[HealthPaper]:
    """Return the papers of health that a request calls for; before there is one, all of them."""
    asked = rules_for(registration, case)
    if asked is None:
        return []
    codes = [one.code for one in case.measures.all()] if case else []
    if case is None or not codes:
        return list(asked.papers)
    return papers_called_for(registration, case, measures=codes)


def proposals(registration: Registration) -> list[Proposal]:
    """Return what was granted to a candidate for this exam in other sessions, the last word on each.

    Only what was notified: nothing else is to say what was decided, and of a notification that was
    not read, what it was asked for.

    A decision is valid until the diploma is obtained: it is proposed again, never renewed unasked.
    A measure that the réglementation of now does not know is left out.

    Args:
        registration: the one that a new request is for.
    """
    asked = rules_of(registration)
    if asked is None:
        return []
    told = _granted_before(
        registration=registration.pk,
        candidate=registration.candidate_id,
        exam=registration.exam.code,
        domain=registration.exam.domain_id,
    )
    # The épreuves that are sat say for which of them another measure than was asked was granted.
    is_another = any(one.decision == Decision.OTHER for one in told)
    taken = sat_under(registration, asked) if is_another else []
    found: dict[str, Proposal] = {}
    for _, of_one in groupby(told, key=lambda one: one.case_id):
        measures = list(of_one)
        case = measures[0].case
        for one in measures:
            found.pop(one.code, None)
        proposed = (
            _asked_in(measures, asked) if case.is_to_read else granted_by(measures, asked, taken)
        )
        session = case.registration.exam.session.label
        for again in proposed:
            found[again.code] = replace(again, session=session, decision=case)
    return list(found.values())


@prepared(AskedMeasure)
def _granted_before(
    registration: int, candidate: int, exam: str, domain: int
) -> QuerySet[AskedMeasure]:
    """Return the measures of a candidate's last decisions for an exam, but for one registration."""
    later = Case.objects.settled().filter(
        registration=OuterRef("case__registration"),
        notified_at__isnull=False,
        decided_at__gt=OuterRef("case__decided_at"),
    )
    earlier = AskedMeasure.objects.filter(
        ~Exists(later),
        case__state__in=SETTLED,
        case__notified_at__isnull=False,
        case__registration__candidate=candidate,
        case__registration__exam__code=exam,
        case__registration__exam__domain=domain,
    ).exclude(case__registration=registration)
    told = earlier.select_related(
        "case__registration__exam__session", "case__registration__service", "case__notification"
    )
    return told.order_by("case__decided_at", "case", "place")


def holds_decision_of(registration: Registration) -> bool:
    """Return whether the service has notified a decision to a candidate, for this exam."""
    exam = registration.exam
    return bool(_notified(registration.candidate_id, exam=exam.code, domain=exam.domain_id))


def decision_elsewhere(registration: Registration) -> Case | None:
    """Return the last decision that was notified to a candidate for this exam, for another registration.

    Args:
        registration: the one that a request is for.

    Returns:
        The decision, with its registration; nothing where there is none, or it is archived.
    """
    exam = registration.exam
    known = Case.objects.filter(
        state=State.NOTIFIED,
        registration__candidate=registration.candidate_id,
        registration__exam__code=exam.code,
        registration__exam__domain=exam.domain_id,
    ).exclude(registration=registration.pk)
    found: Case | None = known.order_by("-notified_at", "-pk").first()
    if found is not None:
        found.registration = Registration.objects.whole().get(pk=found.registration_id)
    return found


@prepared(Case)
def _notified(candidate: int, exam: str, domain: int) -> QuerySet[Case]:
    found = Case.objects.filter(
        state=State.NOTIFIED,
        registration__candidate=candidate,
        registration__exam__code=exam,
        registration__exam__domain=domain,
    )
    return found.only("pk")[:1]


def asked_again(former: Case, asked: Accommodations, sat: Iterable[Sat]) -> list[Proposal]:
    """Return the measures from which another request starts: those that a decision grants.

    While its notification was not read, those that it was asked for: nothing else is to say what
    was decided.

    Args:
        former: the last decision that was notified.
        asked: what the réglementation says now.
        sat: the épreuves that are sat.
    """
    if former.is_to_read:
        return asked_by(former, asked)
    return granted_by(former.measures.all(), asked, sat)


def offered_no_more(former: Case, asked: Accommodations) -> list[str]:
    """Return what `asked_again` leaves out, since it cannot be asked for any more.

    Args:
        former: the last decision that was notified.
        asked: what the réglementation says now.
    """
    read = not former.is_to_read
    known = (
        (one.decided_code, one.decided_label) if read else (one.code, one.label)
        for one in former.measures.all()
    )
    return [label for code, label in known if code and asked.measure(code) is None]


def fallen_before(registration: Registration) -> Case | None:
    """Return the last request that fell with another registration for the same exam, withdrawn; or nothing.

    What it asked was not taken back by its candidate: whoever is registered anew starts from it.

    Args:
        registration: the one that a new request is for.
    """
    fallen, _ = fallen_and_held(registration)
    return fallen


def fallen_and_held(registration: Registration) -> tuple[Case | None, bool]:
    """Return the same, and what `holds_decision_of` does, in one question.

    Args:
        registration: the one that a new request is for.
    """
    theirs = Case.objects.filter(
        registration__candidate=registration.candidate_id,
        registration__exam__code=registration.exam.code,
        registration__exam__domain=registration.exam.domain_id,
    )
    fallen = theirs.fallen_last().filter(registration__exam=registration.exam_id)
    earlier = theirs.filter(state=State.NOTIFIED) | fallen
    known = list(earlier.select_related("registration").order_by("-withdrawn_at", "-pk"))
    last = next((one for one in known if one.state == State.WITHDRAWN), None)
    is_held = any(one.state == State.NOTIFIED for one in known)
    return last if last is not None and last.measures.all() else None, is_held


def asked_by(fallen: Case, asked: Accommodations) -> list[Proposal]:
    """Return the measures that a request asked, each once.

    Args:
        fallen: the request.
        asked: what the réglementation says now.
    """
    return _asked_in(fallen.measures.all(), asked)


def _asked_in(measures: Iterable[AskedMeasure], asked: Accommodations) -> list[Proposal]:
    return _proposed(((one.code, one.papers, one.precision) for one in measures), asked)


def granted_by(
    measures: Iterable[AskedMeasure], asked: Accommodations, sat: Iterable[Sat]
) -> list[Proposal]:
    """Return the measures that a decision grants, each once.

    Args:
        measures: what is decided of each.
        asked: what the réglementation says now.
        sat: the épreuves that are sat.
    """
    taken = list(sat)
    granted = ((one, granted_for(one, asked, taken)) for one in measures)
    return _proposed(
        (
            (one.decided_code, papers, one.granted_precision)
            for one, papers in granted
            if papers is not None
        ),
        asked,
    )


def _proposed(
    told: Iterable[tuple[str, Iterable[str], str]], asked: Accommodations
) -> list[Proposal]:
    """Return measures each once, of their codes, their épreuves and their precisions."""
    found: dict[str, Proposal] = {}
    for code, named, own in told:
        measure = asked.measure(code) if code else None
        if measure is None:
            continue
        papers = tuple(named) if measure.is_by_paper else ()
        before = found.get(code)
        if before is not None:
            # Of one that is granted twice, for some épreuves and for all, all count.
            papers = (*before.papers, *papers) if papers and before.papers else ()
        said = own or (before.precision if before else "")
        found[code] = Proposal(code, tuple(dict.fromkeys(papers)), precision=said)
    return list(found.values())


def still_sat(proposed: list[Proposal], sat: list[Sat]) -> list[Proposal]:
    """Return what may be asked for again of the épreuves that are sat, each measure with those that it suits.

    What was granted for those alone that are sat no more, or for all where none of those that it suits
    is, is left out.
    """
    found = []
    for one in proposed:
        suited = [paper.code for paper in sat if one.code in paper.measures]
        papers = tuple(code for code in suited if code in one.papers)
        if papers or (suited and not one.papers):
            found.append(replace(one, papers=papers))
    return found
