"""How long requests for accommodations take from one step to the next, and where those that wait stand."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Case as If
from django.db.models import DateTimeField, DurationField, ExpressionWrapper, F, Value, When

from sporades.accommodations.as_sent import TAKEN_UP_AT
from sporades.accommodations.models import Case
from sporades.accommodations.states import State
from sporades.statistics.archived import requests
from sporades.statistics.delays import MEASURES, Delay, by, counts_by_age, whole, with_kept
from sporades.statistics.periods import Period
from sporades.statistics.selection import Selection
from sporades.statistics.stages import STAGES, WHOLE

STEPS = (3, 8, 15, 31, 61)
"""The bounds of ages, in whole days: what a doctor looks at takes longer than a paper."""

WAITING = (
    State.ASKED,
    State.INCOMPLETE,
    State.WITH_DOCTOR,
    State.OPINION_GIVEN,
    State.DECIDED,
    State.PREPARING,
)
"""Where a request waits that is not notified; at last, for its candidate who changes what was sent."""


@dataclass(frozen=True)
class Stage:
    """How long one step took.

    Attributes:
        delay: of all.
        ages: how many, by the place of their delay among `STEPS`.
    """

    delay: Delay
    ages: Mapping[int, int]


@dataclass(frozen=True)
class Delays:
    """What came to an end in a period, and what waits.

    Attributes:
        stages: each of `STAGES`.
        by_academy, by_exam: from the sending to the notification, by the code or key of each.
        waiting: how many wait in each state, by the place of their age.
        archived: how many of those that were notified are of archived registrations: numbers are
            all that is left.
        unsaid: how many more steps of these are not counted, as a part of their campaign is
            elsewhere.
        few: how many more, as too few of their service went through the same step.
        unsaid_exams: how many of those that are counted are told of no exam.
    """

    stages: Mapping[str, Stage]
    by_academy: Mapping[str, Delay]
    by_exam: Mapping[int, Delay]
    waiting: Mapping[str, Mapping[int, int]]
    archived: int = 0
    unsaid: int = 0
    few: int = 0
    unsaid_exams: int = 0


def delays(selection: Selection, period: Period, *, at: datetime) -> Delays:
    """Count the steps that ended in a period, and what waits at an instant.

    A decision that is taken again goes from an instant of the former one: it is not counted.

    Args:
        selection: what is counted.
        period: the days on which a step ended.
        at: the instant.
    """
    cases = Case.objects.within(selection.reach).filter(selection.condition("registration"))
    notified, kept = _ended(cases, WHOLE, period), requests(selection, period)
    return Delays(
        stages={
            name: _stage(_ended(cases, name, period), kept.steps[name], kept.ages[name])
            for name in STAGES
        },
        by_academy=by(notified, "academy", kept.academies),
        by_exam=by(notified, "registration__exam", kept.exams),
        waiting=_waiting(cases, at),
        archived=kept.count,
        unsaid=kept.unsaid,
        few=kept.few,
        unsaid_exams=kept.unsaid_exams,
    )


def _ended(cases: Any, name: str, period: Period) -> Any:
    since, until = STAGES[name]
    within = {f"{until}__gte": period.start, f"{until}__lt": period.end, f"{since}__isnull": False}
    took = ExpressionWrapper(F(until) - F(since), output_field=DurationField())
    return cases.filter(instead_of=None, **within).annotate(took=took)


def _stage(ended: Any, kept: Counter[int], days: Counter[int]) -> Stage:
    said = ended.aggregate(**MEASURES, **counts_by_age(STEPS))
    ages = {place: said[f"step_{place}"] for place in range(len(STEPS) + 1)}
    alone = Delay(said["count"], said["median"], said["most"])
    return Stage(whole(ended, kept) if kept else alone, with_kept(ages, days, STEPS))


def _waiting(cases: Any, at: datetime) -> dict[str, dict[int, int]]:
    since = If(When(state=State.PREPARING, then=TAKEN_UP_AT), default=F("since"))
    took = ExpressionWrapper(Value(at, DateTimeField()) - since, DurationField())
    rows = (
        cases.made()
        .filter(stands=True, state__in=WAITING)
        .annotate(took=took)
        .values("state")
        .annotate(**counts_by_age(STEPS))
    )
    found = {
        row["state"]: {place: row[f"step_{place}"] for place in range(len(STEPS) + 1)}
        for row in rows.order_by("state")
    }
    none = dict.fromkeys(range(len(STEPS) + 1), 0)
    return {state: found.get(state, none) for state in WAITING}
