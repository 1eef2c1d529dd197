"""How long supporting documents wait to be verified, and why they are refused."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import (
    Aggregate,
    Case,
    Count,
    DateTimeField,
    DurationField,
    ExpressionWrapper,
    F,
    Func,
    IntegerField,
    Q,
    Value,
    When,
)

from sporades.evidence.models import Evidence, Verdict
from sporades.evidence.queries import TO_COMPLETE
from sporades.evidence.states import TO_VERIFY, State
from sporades.exams.rules.evidence import what_is_wrong
from sporades.registrations.added import ADDED
from sporades.statistics.archived import verdicts
from sporades.statistics.periods import Period
from sporades.statistics.selection import Selection

STEPS = (1, 3, 8, 15, 31)
"""The bounds of ages, in whole days: below the first one, between two of them, from the last one on."""


PIECE = Case(
    When(evidence__code__startswith=f"{ADDED}-", then=Value(ADDED)), default=F("evidence__code")
)
"""By what a verdict is counted among those of its piece."""


class Percentile(Aggregate):
    """The value that a share of the others does not exceed."""

    # One that was seen, and not a mean of two of them: of a few, a mean is exceeded by more.
    function = "percentile_disc"
    template = "%(function)s(%(share)s) WITHIN GROUP (ORDER BY %(expressions)s)"

    def __init__(self, expression: Any, *, share: float, **options: Any) -> None:
        """Take a share between 0 and 1."""
        super().__init__(expression, share=share, output_field=DurationField(), **options)


@dataclass(frozen=True)
class Delay:
    """How long it took from the arrival of pieces to their verdict.

    Attributes:
        count: of how many verdicts.
        median: half of them took no longer.
        most: nine out of ten took no longer.
    """

    count: int
    median: timedelta | None
    most: timedelta | None


@dataclass(frozen=True)
class Delays:
    """What was found of pieces in a period, and what waits.

    Attributes:
        whole: all the verdicts.
        ages: how many of them, by the place of their delay among `STEPS`.
        waiting: how many pieces wait, by the place of their age.
        by_academy, by_exam, by_piece: the verdicts, by the code or key of each; of pieces that the
            office asked for beyond the réglementation, by `ADDED`.
        refusals: how many refusals, by their usual reason; nothing for one in free words.
        archived: how many of the verdicts are of archived registrations: numbers are all that is
            left.
        unsaid: how many more of these are not counted, as a part of their campaign is elsewhere.
        few: how many refusals of these have a reason of too few to be told.
    """

    whole: Delay
    ages: Mapping[int, int]
    waiting: Mapping[int, int]
    by_academy: Mapping[str, Delay]
    by_exam: Mapping[int, Delay]
    by_piece: Mapping[str, Delay]
    refusals: Mapping[str, int]
    archived: int = 0
    unsaid: int = 0
    few: int = 0


def delays(selection: Selection, period: Period, *, at: datetime) -> Delays:
    """Count the verdicts of a period, and what waits at an instant.

    Args:
        selection: what is counted.
        period: the days of the verdicts.
        at: the instant.
    """
    took = ExpressionWrapper(F("at") - F("arrived_at"), output_field=DurationField())
    of_selection = selection.condition("evidence__registration")
    given = Verdict.objects.within(selection.reach).filter(
        of_selection, at__gte=period.start, at__lt=period.end
    )
    timed = given.filter(arrived_at__isnull=False).annotate(took=took)
    waiting = (
        Evidence.objects.within(selection.reach)
        .filter(
            selection.condition("registration"),
            state__in=TO_VERIFY,
            registration__state__in=TO_COMPLETE,
        )
        .annotate(
            took=ExpressionWrapper(Value(at, DateTimeField()) - F("arrived_at"), DurationField())
        )
    )
    refused = given.filter(outcome=State.REFUSED).values_list("motive")
    refusals = Counter[str]()
    for motive, count in refused.annotate(count=Count("pk")).order_by("motive"):
        refusals[what_is_wrong(motive)] += count
    kept = verdicts(selection, period)
    return Delays(
        whole=whole(timed, kept.delays),
        ages=with_kept(_by_age(timed), kept.ages, STEPS),
        waiting=_by_age(waiting),
        by_academy=by(timed, "evidence__registration__academy", kept.academies),
        by_exam=by(timed, "evidence__registration__exam", kept.exams),
        by_piece=by(timed.annotate(piece=PIECE), "piece", kept.pieces),
        refusals=refusals + kept.refusals,
        archived=kept.count,
        unsaid=kept.unsaid,
        few=kept.few,
    )


MEASURES: dict[str, Any] = {
    "count": Count("pk"),
    "median": Percentile("took", share=0.5),
    "most": Percentile("took", share=0.9),
}


MINUTES = Func(
    F("took"),
    function="CEIL",
    template="CEIL(EXTRACT(EPOCH FROM %(expressions)s) / 60)::int",
    output_field=IntegerField(),
)
"""A delay in minutes, never less than it was."""


def whole(timed: Any, kept: Counter[int]) -> Delay:
    """Return the delay of rows that have one, `took`, with that of what is archived.

    Args:
        timed: the rows.
        kept: how many of what is archived took so many minutes.
    """
    if not kept:
        return Delay(**timed.aggregate(**MEASURES))
    rows = timed.values_list(MINUTES).annotate(count=Count("pk")).order_by()
    return _counted(Counter(dict(rows)) + kept)


def by(timed: Any, path: str, kept: Mapping[Any, Counter[int]]) -> dict[Any, Delay]:
    """Return the delays of rows that have one, `took`, by what tells them apart.

    Args:
        timed: the rows.
        path: what tells them apart.
        kept: of what is archived, how many took so many minutes, by the same.
    """
    rows = timed.values_list(path).annotate(**MEASURES).order_by(path)
    found = {key: Delay(count, median, most) for key, count, median, most in rows}
    if not kept:
        return found
    of_both: dict[Any, Counter[int]] = {key: Counter(counts) for key, counts in kept.items()}
    rows = timed.filter(**{f"{path}__in": list(kept)}).values_list(path, MINUTES)
    for key, minutes, count in rows.annotate(count=Count("pk")).order_by():
        of_both[key][minutes] += count
    both = {**found, **{key: _counted(counts) for key, counts in of_both.items()}}
    return dict(sorted(both.items()))


def _counted(minutes: Counter[int]) -> Delay:
    """Return a delay of how many took so many minutes."""
    return Delay(minutes.total(), _share(minutes, 0.5), _share(minutes, 0.9))


def _share(minutes: Counter[int], share: float) -> timedelta:
    """Return the delay that a share of them does not exceed, as `Percentile` does."""
    wanted, passed = share * minutes.total(), 0
    for one in sorted(minutes):
        passed += minutes[one]
        if passed >= wanted:
            break
    return timedelta(minutes=one)


def with_kept(ages: dict[int, int], days: Counter[int], steps: Sequence[int]) -> dict[int, int]:
    """Add what is archived, by its whole days, to the places of ages among some steps."""
    for one, count in days.items():
        ages[bisect_right(steps, one)] += count
    return ages


def _by_age(rows: Any) -> dict[int, int]:
    found = rows.aggregate(**counts_by_age(STEPS))
    return {place: found[f"step_{place}"] for place in range(len(STEPS) + 1)}


def counts_by_age(steps: Sequence[int]) -> dict[str, Count]:
    """Return what counts rows by the place of their age, `took`, among steps of whole days."""
    bounds = [timedelta(), *(timedelta(days=days) for days in steps)]
    return {
        f"step_{place}": Count(
            "pk",
            filter=Q(took__gte=low)
            & (Q(took__lt=bounds[place + 1]) if place < len(steps) else Q()),
        )
        for place, low in enumerate(bounds)
    }
