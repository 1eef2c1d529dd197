"""What a batch of accommodations will decide or notify, seen before it is launched.

Only of the lines that it will go through: what is refused is told by the forecast.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Min, Prefetch, Q, QuerySet

from sporades.accommodations import operations as accommodations
from sporades.accommodations.models import AskedMeasure, Case
from sporades.accommodations.models.measure import OTHERWISE
from sporades.accommodations.notification import Notified
from sporades.accommodations.operations import (
    ADVISED,
    Author,
    as_advised,
    measures_decided,
    stamps_of,
)
from sporades.accommodations.states import Decision, Opinion
from sporades.accounts.permissions import Reach
from sporades.acts import accommodating
from sporades.batches.accommodations import AWAITED, FOLLOW
from sporades.batches.models import Batch
from sporades.batches.states import Outcome
from sporades.core.actors import Actor
from sporades.core.refusals import Refused
from sporades.registrations.models import Registration

IN_PART = "Accordée en partie"
LABELS = (Decision.GRANTED.label, IN_PART, Decision.REFUSED.label, Decision.OTHER.label)
PAPERS = {"opinion": "opinion_papers", "decision": "decided_papers"}
MOST_AUTHORS = 10
"""How many services, or signatures, are told: more are counted together."""

type By = Callable[[Registration], Actor]


@dataclass(frozen=True)
class Signed:
    """How decisions are signed.

    Attributes:
        author: first name, last name, quality and service, in words.
        count: of how many decisions.
    """

    author: str
    count: int


def is_foreseen(batch: Batch) -> bool:
    """Return whether a batch decides of accommodations, or notifies them."""
    return batch.action in AWAITED


def cases_of(batch: Batch, *reaches: Reach) -> QuerySet[Case]:
    """Return the requests that a batch will go through, in the order of its lines.

    Args:
        batch: which.
        reaches: as for `Batch.lines_within`.
    """
    lines = (
        batch.lines_within(*reaches)
        .filter(outcome=Outcome.WAITING, registration__state__in=batch.does.sources)
        .values("registration")
    )
    waiting = Case.objects.filter(registration__in=lines, state=AWAITED[batch.action])
    found: QuerySet[Case] = (
        waiting.without_one_taken_again()
        .exclude(pk__in=waiting.with_a_reason_to_write())
        .exclude(pk__in=waiting.accepted_against_their_opinion())
        .filter(opined_at__lte=batch.asked_at)
        if batch.action == FOLLOW
        else waiting.filter(decided_at__lte=batch.asked_at)
    )
    return found.order_by("registration")


def measures_in(batch: Batch, *reaches: Reach) -> list[tuple[str, int]]:
    """Return how many measures a batch will grant, grant in part, refuse or replace, in words.

    Args:
        batch: which.
        reaches: as for `Batch.lines_within`.
    """
    cases = cases_of(batch, *reaches).order_by()
    counted = AskedMeasure.objects.filter(case__in=cases).order_by()
    said = "opinion" if batch.action == FOLLOW else "decision"
    rows = (
        counted.annotate(is_whole=Q(**{PAPERS[said]: []}))
        .values_list(said, "is_whole")
        .annotate(Count("pk"))
    )
    found: dict[str, int] = {}
    for one, is_whole, count in rows:
        decision = ADVISED[Opinion(one)] if batch.action == FOLLOW else Decision(one)
        label = IN_PART if decision is Decision.GRANTED and not is_whole else decision.label
        found[label] = found.get(label, 0) + count
    return [(label, found[label]) for label in LABELS if label in found]


def signed_in(batch: Batch, by: By, *reaches: Reach) -> list[Signed]:
    """Return how the decisions of a batch are signed, the most frequent first.

    Args:
        batch: which.
        by: who acts on a registration.
        reaches: as for `Batch.lines_within`.
    """
    cases = cases_of(batch, *reaches).order_by()
    if batch.action == FOLLOW:
        return _signed_by(cases, by)
    names = ("decided_first_name", "decided_last_name", "decided_quality", "decided_service")
    found = cases.values_list(*names).annotate(count=Count("pk")).order_by("-count", *names)
    return [Signed(_in_words(Author(*said)), count) for *said, count in found[:MOST_AUTHORS]]


def is_unsigned(batch: Batch, by: Actor) -> bool:
    """Return whether a batch would decide for somebody who never wrote in what quality they do, in their role."""
    return batch.action == FOLLOW and accommodations.author_known(by.identifier) is None


def _signed_by(cases: QuerySet[Case], by: By) -> list[Signed]:
    found = cases.values_list("registration__service").annotate(
        one=Min("registration"), count=Count("pk")
    )
    services = list(found.order_by("-count", "one")[:MOST_AUTHORS])
    some = Registration.objects.whole().in_bulk([one for _, one, _ in services])
    counts: dict[str, int] = {}
    for _, one, count in services:
        try:
            author = _in_words(accommodating.author_of(some[one], by(some[one])))
        except LookupError:  # it has left the perimeter meanwhile: its line will be refused
            continue
        counts[author] = counts.get(author, 0) + count
    return [Signed(author, count) for author, count in counts.items()]


def with_measures(cases: QuerySet[Case]) -> QuerySet[Case]:
    """Return requests with their measures, to be listed."""
    measures = Prefetch("measures", AskedMeasure.objects.order_by("place"))
    return cases.prefetch_related(measures)


def foreseen(batch: Batch, case: Case, by: By, *, at: datetime) -> Notified:
    """Return what the decision of a line will say, as its candidate will read it.

    Args:
        batch: which.
        case: one of those that it goes through, with its registration; it is not to be saved.
        by: who acts on a registration.
        at: now.

    Raises:
        UnknownMeasure, Excluding, ReasonMissing, AuthorUnknown: it will be refused.
    """
    if batch.action != FOLLOW:
        return accommodating.notified(case, at=at)
    measures = measures_decided(case, as_advised(case), former={})
    author = accommodating.author_of(case.registration, by(case.registration))
    if not author.quality:
        raise accommodating.AuthorUnknown
    for name, value in stamps_of(author, at=at).items():
        setattr(case, name, value)
    return accommodating.notified(case, at=at, measures=measures)


def refusal_of(batch: Batch, case: Case, given: accommodating.Counted, *, at: datetime) -> str:
    """Say why a line will be refused, of what its opinion says; nothing where it will not.

    Args:
        batch: which.
        case: one of those that it goes through, with its registration and its measures.
        given: from what silence counts on each, as `accommodating.given_for` says it.
        at: now.
    """
    if batch.action != FOLLOW:
        return ""
    try:
        accommodations.check_advised(case)
        accommodating.check_silence(case, given, at=at)
    except Refused as refusal:
        return str(refusal)
    return ""


def reasons_in(batch: Batch, case: Case) -> list[str]:
    """Return why a line decides as it does, what was asked and is granted, as its candidate will read it.

    Args:
        batch: which.
        case: one of those that it goes through, with its measures.
    """
    asked = [one.precision for one in case.measures.all()]
    if batch.action == FOLLOW:
        said = as_advised(case).values()
        return [text for one in said for text in (one.reason, one.precision)] + asked
    decided = case.measures.all()
    return [text for one in decided for text in (one.reason, one.decided_precision)] + asked


def decided_in_words(batch: Batch, one: AskedMeasure) -> str:
    """Say what a line decides of a measure."""
    if batch.action != FOLLOW:
        return one.decision_in_words
    decision = ADVISED[Opinion(one.opinion)]
    if decision is Decision.GRANTED and one.opinion_papers:
        return IN_PART
    if one.opinion_code == one.code:
        return f"{Decision.GRANTED.label}, {OTHERWISE} : {one.opinion_precision}"
    return f"{decision.label} : {one.opinion_named}" if one.opinion_label else str(decision.label)


def _in_words(author: Author) -> str:
    return f"{author.first_name} {author.last_name}, {author.quality}, {author.service}"


def reader(reach: Any) -> By:
    """Return who acts on a registration, of what a reach allows."""
    return lambda registration: reach.author(
        academy=registration.academy_id, domain=registration.exam.domain.code
    )
