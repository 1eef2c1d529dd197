"""What a dry run found, for a reader: within a perimeter, which is all that there is."""

import uuid
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Exists, Min, OuterRef, Prefetch, Q, QuerySet, Subquery, Sum

from sporades.accounts.permissions import Reach
from sporades.core.numbers import whole
from sporades.exams.models import Regulation
from sporades.registrations.models import Registration
from sporades.trials.models import Trial, TrialRefusal, TrialTally

MOST_REASONS = 50
"""How many reasons a page tells."""


@dataclass(frozen=True)
class Reason:
    """One reason for which registrations would be refused.

    Attributes:
        key: what names it in an address.
        place: the tab and the question.
        message: what would be answered.
        count: of how many registrations.
        anyway: how many of them the version in force would refuse for it too.
    """

    key: int
    place: str
    message: str
    count: int
    anyway: int


def beside_now(trials: QuerySet[Trial]) -> QuerySet[Trial]:
    """Have dry runs come with the version that they judged beside, and the number of that in force now."""
    latest = Regulation.objects.filter(
        domain__code=OuterRef("prepared__domain_code"),
        session__code=OuterRef("prepared__session_code"),
    ).order_by("-number")
    return trials.select_related("against").annotate(now=Subquery(latest.values("number")[:1]))


def with_moves(trials: QuerySet[Trial], reach: Reach) -> QuerySet[Trial]:
    """Have dry runs say whether registrations of a perimeter have left, or come, since they were judged."""
    moved = TrialRefusal.objects.moved(reach).filter(trial=OuterRef("pk"))
    return trials.annotate(has_moved=Exists(moved))


def counts(trials: Iterable[Trial], reach: Reach) -> dict[uuid.UUID, list[dict[str, Any]]]:
    """Return how many would be accepted and refused: trial by trial, then session by session."""
    sums = {
        "taken": Sum("accepted"),
        "losing": Sum("losing"),
        "left": Sum("refused"),
        "anyway": Sum("refused_anyway"),
    }
    tallies = TrialTally.objects.within(reach).filter(trial__in=list(trials))
    rows = tallies.values("trial", "session__label").annotate(**sums).order_by("-session__year")
    found: dict[uuid.UUID, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        found[row["trial"]].append(row)
    return found


def reasons(trial: Trial, reach: Reach, *, is_loss: bool = False) -> list[Reason]:
    """Return the reasons, the most frequent first; one more than a page tells, where there are more.

    Args:
        trial: the dry run.
        reach: where its reader may read.
        is_loss: what accepted registrations would lose, instead of what refuses others.
    """
    found = (
        trial.refusals.within(reach)
        .filter(is_loss=is_loss)
        .values("section", "label", "message")
        .annotate(
            count=Count("registration", distinct=True),
            anyway=Count("registration", distinct=True, filter=Q(is_new=False)),
            key=Min("pk"),
        )
        .order_by("-count", "key")[: MOST_REASONS + 1]
    )
    return [
        Reason(
            key=one["key"],
            place=" : ".join(filter(None, (one["section"], one["label"]))),
            message=one["message"],
            count=one["count"],
            anyway=one["anyway"],
        )
        for one in found
    ]


def reason_of(trial: Trial, reach: Reach, key: str) -> TrialRefusal | None:
    """Return the reason that an address names, nothing where it names none of the reader's.

    Args:
        trial: the dry run.
        reach: where its reader may read.
        key: `Reason.key`, as an address says it.
    """
    named = whole(key)
    if named is None:
        return None
    found: TrialRefusal | None = trial.refusals.within(reach).filter(pk=named).first()
    return found


def refused(
    trial: Trial, reach: Reach, reason: TrialRefusal | None = None, *, is_loss: bool = False
) -> QuerySet[Registration]:
    """Return the registrations that would be refused, each with its `trial_said`.

    Args:
        trial: the dry run.
        reach: where its reader may read.
        reason: one reason; all of them without it.
        is_loss: those that would be accepted and lose something, instead.
    """
    mine = trial.refusals.within(reach).filter(is_loss=is_loss)
    chosen = mine
    if reason is not None:
        chosen = mine.filter(section=reason.section, label=reason.label, message=reason.message)
    said = Prefetch("trial_refusals", mine.order_by("pk"), to_attr="trial_said")
    found: QuerySet[Registration] = Registration.objects.within(reach).for_office()
    return found.filter(pk__in=chosen.values("registration")).prefetch_related(said).order_by("pk")
