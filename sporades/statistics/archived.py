"""Figures of what is archived: kept when a registration leaves, counted with those that serve.

Nothing personal is in them: they are numbers, one thing at a time, and of what says something of a
person (category, state) those that are too few are told together.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet, Sum

from sporades.accommodations.models import Case
from sporades.core.french import local_day, said_by
from sporades.evidence.models import Verdict
from sporades.evidence.states import State as PieceState
from sporades.exams.models import RegistrationService
from sporades.exams.models.service import MINUTE
from sporades.exams.rules.evidence import what_is_wrong
from sporades.registrations.added import ADDED, is_added
from sporades.registrations.models import Registration
from sporades.registrations.states import STANDING
from sporades.statistics.models import ArchivedCount
from sporades.statistics.periods import Period, per_day
from sporades.statistics.selection import Selection
from sporades.statistics.stages import STAGES, WHOLE

FEWEST = 5
"""From how many on a category or a state is told by itself."""

ADD = """
INSERT INTO statistics_archivedcount
    (service_id, kind, day, exam_id, speciality_id, value, count)
VALUES (%s, %s, %s, %s, %s, %s, %s)
ON CONFLICT (service_id, kind, day, exam_id, speciality_id, value)
DO UPDATE SET count = statistics_archivedcount.count + EXCLUDED.count
"""

Kind = ArchivedCount.Kind
REGISTRATIONS = (Kind.DAY, Kind.CHOICE, Kind.CATEGORY, Kind.STATE)
"""What is counted of registrations by day and by all that tells them apart."""

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
WRITTEN = "%Y-%m-%dT%H"
"""How an hour is kept, by the clock of UTC: hours read in their order."""


class Figure(NamedTuple):
    """What a figure counts, beside its service."""

    kind: str
    day: date | None = None
    exam: int | None = None
    speciality: int | None = None
    value: str = ""


def keep(registration: Registration) -> None:
    """Count a registration among the figures of its service, in the transaction that archives it."""
    service, exam = registration.service, registration.exam_id
    filed_at = registration.filed_at
    counted = Counter(
        [
            Figure(Kind.CATEGORY, exam=exam, value=registration.category),
            Figure(Kind.CHOICE, exam=exam, speciality=registration.speciality_id),
            Figure(Kind.DAY, day=local_day(filed_at, service.zone)),
            Figure(Kind.HOUR, value=f"{filed_at.astimezone(UTC):{WRITTEN}}"),
            Figure(Kind.STATE, value=registration.state),
            *_of_verdicts(registration),
            *_of_requests(registration),
        ]
    )
    # In one order, so that two who archive at once never wait for each other in a circle.
    rows = [[service.pk, *one, count] for one, count in sorted(counted.items(), key=_in_order)]
    with connection.cursor() as cursor:
        cursor.executemany(ADD, rows)


def _in_order(counted: tuple[Figure, int]) -> tuple[object, ...]:
    one, _ = counted
    return one.kind, one.day or date.min, one.exam or 0, one.speciality or 0, one.value


def _of_verdicts(registration: Registration) -> Iterator[Figure]:
    """Give what is counted of the verdicts on its pieces: their days, delays, reasons of refusal."""
    found = Verdict.objects.filter(evidence__registration=registration.pk)
    said = found.values_list("evidence__code", "outcome", "motive", "arrived_at", "at")
    for code, outcome, motive, arrived_at, at in said:
        yield Figure(Kind.VERDICT, day=local_day(at, registration.service.zone))
        if outcome == PieceState.REFUSED:
            yield Figure(Kind.REFUSAL, value=what_is_wrong(motive))
        if arrived_at is not None:
            took, minutes = at - arrived_at, in_minutes(at - arrived_at)
            yield Figure(Kind.DELAY, exam=registration.exam_id, value=f"{took.days} {minutes}")
            yield Figure(Kind.PIECE, value=f"{code} {minutes}")


def _of_requests(registration: Registration) -> Iterator[Figure]:
    """Give what is counted of its requests for accommodations: the days and delays of their steps."""
    for case in Case.objects.filter(registration=registration.pk, instead_of=None):
        for stage, (since, until) in STAGES.items():
            begun, ended = getattr(case, since), getattr(case, until)
            if begun is None or ended is None:
                continue
            took, minutes = ended - begun, in_minutes(_in_whole_days(ended - begun))
            yield Figure(Kind.STEP, value=f"{stage} {took.days} {minutes}")
            if stage == WHOLE:
                yield Figure(Kind.REQUEST, exam=registration.exam_id, value=f"{minutes}")
            else:
                yield Figure(Kind.STEP_DAY, day=local_day(ended, registration.service.zone))


def _in_whole_days(took: timedelta) -> timedelta:
    """Return a delay in whole days, never less than it was: its exact minute would be of somebody."""
    return -(-took // DAY) * DAY


def in_minutes(took: timedelta) -> int:
    """Return a delay in minutes, as exactly as one is said: never less than it was."""
    unit = said_by(took)
    return -(-took // unit) * (unit // MINUTE)


@dataclass
class Archived:
    """What is archived of a period.

    Attributes:
        by_day: how many were filed each day, by the clock of the period; by that of their service
            where they were archived when no hour was kept.
        academies, domains: by code and by key.
        choices, categories, states: as of those that serve, as far as they are told.
        standing: how many stood, as far as it is told.
        is_least: whether others of them may have stood: of how many it is not told.
        unsaid: of what is not told apart, how many: too few, or of a part of their campaign alone.
        unsaid_domains: of which domain are those whose choice is not told.
    """

    by_day: Counter[date] = field(default_factory=Counter)
    academies: Counter[str] = field(default_factory=Counter)
    choices: Counter[tuple[int, int | None]] = field(default_factory=Counter)
    categories: Counter[tuple[int, str]] = field(default_factory=Counter)
    states: Counter[str] = field(default_factory=Counter)
    standing: int = 0
    is_least: bool = False
    unsaid: Counter[str] = field(default_factory=Counter)
    unsaid_domains: Counter[int] = field(default_factory=Counter)

    @property
    def total(self) -> int:
        """How many."""
        return self.by_day.total()


def archived(selection: Selection, period: Period) -> Archived:
    """Return what is archived of the services that are counted, in a period.

    Choices, categories and states were not kept by day: they are told of a service whose whole
    campaign lies in the period.
    """
    services = {one.pk: one for one in selection.services}
    # Days are those of their service: by another clock, they are told by their hours.
    elsewhere = [one.pk for one in services.values() if one.zone != period.zone]
    kept = ArchivedCount.objects.filter(
        Q(kind__in=REGISTRATIONS) | Q(kind=Kind.HOUR, service__in=elsewhere),
        service__in=list(services),
    )
    within = kept.filter(
        service=OuterRef("service"), day__gte=period.first - DAY, day__lte=period.last + DAY
    )
    rows: dict[int, list[ArchivedCount]] = {}
    for row in kept.filter(Exists(within)).order_by("pk"):
        rows.setdefault(row.service_id, []).append(row)
    found = Archived()
    for key, own in rows.items():
        _add(found, services[key], own, period)
    return found


def _add(
    found: Archived, service: RegistrationService, rows: Iterable[ArchivedCount], period: Period
) -> None:
    days = _days(service, rows, zone=period.zone)
    counted = {day: n for day, n in days.items() if period.first <= day <= period.last}
    if not (total := sum(counted.values())):
        return
    found.by_day.update(counted)
    found.academies[service.academy_id] += total
    if total < sum(days.values()):
        found.unsaid_domains[service.domain_id] += total
        for kind in (Kind.CHOICE, Kind.CATEGORY, Kind.STATE):
            found.unsaid[kind] += total
        found.is_least = True
        return
    for row in rows:
        _tell(found, row)
    _tell_standing(found, {row.value: row.count for row in rows if row.kind == Kind.STATE})


def _days(
    service: RegistrationService, rows: Iterable[ArchivedCount], *, zone: str
) -> Counter[date]:
    """Return how many were filed each day of a clock; of those of no hour, the day of their service."""
    days = Counter({row.day: row.count for row in rows if row.kind == Kind.DAY and row.day})
    if zone == service.zone:
        return days
    hours = Counter({_beginning(row.value): row.count for row in rows if row.kind == Kind.HOUR})
    return per_day(hours, zone) + (days - per_day(hours, service.zone))


def _beginning(written: str) -> datetime:
    """Return the instant at which an hour that is kept begins."""
    return datetime.strptime(written, WRITTEN).replace(tzinfo=UTC)


def _tell(found: Archived, row: ArchivedCount) -> None:
    if row.kind == Kind.CHOICE and row.exam_id:
        found.choices[row.exam_id, row.speciality_id] += row.count
    elif row.kind in {Kind.CATEGORY, Kind.STATE} and row.count < FEWEST:
        found.unsaid[row.kind] += row.count
    elif row.kind == Kind.CATEGORY and row.exam_id:
        found.categories[row.exam_id, row.value] += row.count
    elif row.kind == Kind.STATE:
        found.states[row.value] += row.count


def _tell_standing(found: Archived, states: Mapping[str, int]) -> None:
    """Tell how many of a service stood, also of states too few to be told by themselves.

    Where those that stood are too few, or the others, it is told of the states that are told.
    """
    standing = sum(states.get(one, 0) for one in STANDING)
    if any(0 < count < FEWEST for count in (standing, sum(states.values()) - standing)):
        standing = sum(states[one] for one in STANDING if states.get(one, 0) >= FEWEST)
        found.is_least = True
    found.standing += standing


def by_hour(selection: Selection, period: Period) -> tuple[Counter[datetime], int]:
    """Return what is archived of a period by the hour it was filed in, and how many have no hour kept.

    Args:
        selection: what is counted.
        period: the days; each hour is the one, counted from their first midnight, that holds it.
    """
    services = {one.pk: one for one in selection.services}
    kept = ArchivedCount.objects.filter(service__in=list(services))
    first, end = (one.astimezone(UTC) for one in (period.start, period.end))
    rows = kept.filter(
        kind=Kind.HOUR, value__gte=f"{first:{WRITTEN}}", value__lte=f"{end:{WRITTEN}}"
    )
    found: Counter[datetime] = Counter()
    for value, count in rows.values_list("value", "count"):
        beginning = _beginning(value)
        if first <= beginning < end:
            found[first + (beginning - first) // HOUR * HOUR] += count
    return found, _without_hour(kept, services, period)


def _without_hour(
    kept: QuerySet[ArchivedCount], services: Mapping[int, RegistrationService], period: Period
) -> int:
    """Return how many of a period have no hour: those that were archived when none was kept."""
    both = kept.filter(kind__in=(Kind.DAY, Kind.HOUR))
    sums = both.values_list("service").annotate(
        days=Sum("count", filter=Q(kind=Kind.DAY), default=0),
        hours=Sum("count", filter=Q(kind=Kind.HOUR), default=0),
    )
    lacking = [service for service, days, hours in sums.order_by() if hours < days]
    left: dict[int, Counter[date]] = defaultdict(Counter)
    for row in both.filter(service__in=lacking) if lacking else ():
        if row.kind == Kind.DAY and row.day:
            left[row.service_id][row.day] += row.count
        else:
            day = local_day(_beginning(row.value), services[row.service_id].zone)
            left[row.service_id][day] -= row.count
    return sum(period.count(+days) for days in left.values())


@dataclass
class Verdicts:
    """What is archived of the verdicts of a period.

    Attributes:
        count: how many, of those that say how long they took.
        ages: how many of these took so many whole days.
        delays: how many took so many minutes, over all.
        academies, exams, pieces: the same, by code, by key, by code; of pieces that the office asked
            for beyond the réglementation, by `ADDED`.
        refusals: how many refusals, by their usual reason; those of too few are told together.
        unsaid: of what is not told, how many: of a part of their campaign alone.
        few: how many refusals have a reason of too few.
    """

    ages: Counter[int] = field(default_factory=Counter)
    delays: Counter[int] = field(default_factory=Counter)
    academies: dict[str, Counter[int]] = field(default_factory=dict)
    exams: dict[int, Counter[int]] = field(default_factory=dict)
    pieces: dict[str, Counter[int]] = field(default_factory=dict)
    refusals: Counter[str] = field(default_factory=Counter)
    unsaid: int = 0
    few: int = 0

    @property
    def count(self) -> int:
        """How many."""
        return self.delays.total()


def verdicts(selection: Selection, period: Period) -> Verdicts:
    """Return what is archived of the verdicts of a period, of services all of whose verdicts lie in it."""
    services = {one.pk: one for one in selection.services}
    whole, unsaid = _wholly_within(services, Kind.VERDICT, period)
    found = Verdicts(unsaid=unsaid)
    refusals = []
    for row in _rows_of(whole, Kind.DELAY, Kind.PIECE, Kind.REFUSAL):
        if row.kind == Kind.REFUSAL:
            refusals.append(row)
        else:
            _tell_verdicts(found, services[row.service_id], row)
    _tell_refusals(found, refusals)
    return found


def _wholly_within(services: Iterable[int], kind: Kind, period: Period) -> tuple[list[int], int]:
    """Return the services all of whose days of a kind lie in a period, and how many others have there."""
    within = Q(day__gte=period.first, day__lte=period.last)
    sums = (
        ArchivedCount.objects.filter(service__in=list(services), kind=kind)
        .values_list("service")
        .annotate(within=Sum("count", filter=within, default=0), every=Sum("count"))
        .order_by()
    )
    whole, unsaid = [], 0
    for service, in_period, every in sums:
        if in_period == every:
            whole.append(service)
        else:
            unsaid += in_period
    return whole, unsaid


def _rows_of(services: list[int], *kinds: Kind) -> Iterable[ArchivedCount]:
    rows = ArchivedCount.objects.filter(service__in=services, kind__in=kinds)
    return rows.order_by("pk") if services else ()


def _tell_refusals(found: Verdicts, rows: Iterable[ArchivedCount]) -> None:
    """Tell the reasons of refusals of each service, those too that were kept as whole sentences."""
    counts: Counter[tuple[int, str]] = Counter()
    for row in rows:
        counts[row.service_id, what_is_wrong(row.value)] += row.count
    for (_, reason), count in counts.items():
        if count < FEWEST:
            found.few += count
        else:
            found.refusals[reason] += count


def _tell_verdicts(found: Verdicts, service: RegistrationService, row: ArchivedCount) -> None:
    said, _, minutes = row.value.rpartition(" ")
    took = int(minutes)
    if row.kind == Kind.PIECE:
        code = ADDED if is_added(said) else said
        found.pieces.setdefault(code, Counter())[took] += row.count
    elif row.exam_id:
        found.ages[int(said)] += row.count
        found.delays[took] += row.count
        found.academies.setdefault(service.academy_id, Counter())[took] += row.count
        found.exams.setdefault(row.exam_id, Counter())[took] += row.count


@dataclass
class Requests:
    """What is archived of the requests for accommodations of a period.

    Attributes:
        steps: how many took so many minutes, by each of `STAGES`.
        ages: how many took so many whole days, likewise.
        academies, exams: how many took so many minutes from the first step to the last, by code, by key.
        unsaid: how many steps of the period are not told: a part of their campaign lies elsewhere.
        few: how many more: too few of their service went through the same step.
        unsaid_exams: how many of those that are counted are told of no exam: too few of their
            service are of it, or as many as would be found without them.
    """

    steps: dict[str, Counter[int]] = field(
        default_factory=lambda: {one: Counter() for one in STAGES}
    )
    ages: dict[str, Counter[int]] = field(
        default_factory=lambda: {one: Counter() for one in STAGES}
    )
    academies: dict[str, Counter[int]] = field(default_factory=dict)
    exams: dict[int, Counter[int]] = field(default_factory=dict)
    unsaid: int = 0
    few: int = 0
    unsaid_exams: int = 0

    @property
    def count(self) -> int:
        """How many went from the first step to the last."""
        return self.steps[WHOLE].total()


def requests(selection: Selection, period: Period) -> Requests:
    """Return what is archived of the requests of a period, of services all of whose steps lie in it."""
    services = {one.pk: one for one in selection.services}
    whole, unsaid = _wholly_within(services, Kind.STEP_DAY, period)
    found = Requests(unsaid=unsaid)
    steps: dict[tuple[int, str], list[ArchivedCount]] = defaultdict(list)
    exams: dict[int, list[ArchivedCount]] = defaultdict(list)
    for row in _rows_of(whole, Kind.STEP, Kind.REQUEST):
        if row.kind == Kind.STEP:
            steps[row.service_id, row.value.partition(" ")[0]].append(row)
        else:
            exams[row.service_id].append(row)
    for rows in steps.values():
        if (count := sum(row.count for row in rows)) < FEWEST:
            found.few += count
            continue
        for row in rows:
            _tell_requests(found, services[row.service_id], row)
    for rows in exams.values():
        _tell_exams(found, rows)
    return found


def _tell_exams(found: Requests, rows: list[ArchivedCount]) -> None:
    """Tell the requests of a service by exam; of exams of too few, how many there are together."""
    counts: Counter[int] = Counter()
    for row in rows:
        counts[row.exam_id or 0] += row.count
    kept_back = _kept_back(counts)
    if counts.total() >= FEWEST:
        found.unsaid_exams += sum(counts[one] for one in kept_back)
    for row in rows:
        if row.exam_id and row.exam_id not in kept_back:
            found.exams.setdefault(row.exam_id, Counter())[int(row.value)] += row.count


def _kept_back(counts: Mapping[int, int]) -> set[int]:
    """Return which parts of a whole that is told are not: too few, or they would say how few others are."""
    found: set[int] = set()
    total = 0
    for one in sorted(counts, key=lambda part: (counts[part], part)):
        if counts[one] >= FEWEST and not 0 < total < FEWEST:
            break
        found.add(one)
        total += counts[one]
    return found


def _tell_requests(found: Requests, service: RegistrationService, row: ArchivedCount) -> None:
    stage, days, minutes = row.value.split(" ")
    found.steps[stage][int(minutes)] += row.count
    found.ages[stage][int(days)] += row.count
    if stage == WHOLE:
        took = found.academies.setdefault(service.academy_id, Counter())
        took[int(minutes)] += row.count
