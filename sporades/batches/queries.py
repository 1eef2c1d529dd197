"""What will become of a batch that is not launched."""

from dataclasses import dataclass

from django.db.models import Count

from sporades.batches.models import Batch
from sporades.batches.states import Outcome
from sporades.candidates.models import told_by_letter
from sporades.registrations.states import State


@dataclass(frozen=True)
class Forecast:
    """What will become of the lines in one state.

    Attributes:
        state: the state.
        count: how many lines.
        refusal: why they will be refused, or nothing.
        by_letter: how many of their candidates are told by a letter, to print and to post.
    """

    state: State
    count: int
    refusal: str
    by_letter: int


def forecast(batch: Batch) -> list[Forecast]:
    """Return what will become of its lines, as far as their state says it."""
    states = (
        batch.lines.filter(outcome=Outcome.WAITING)
        .values_list("registration__state")
        .annotate(
            count=Count("pk"),
            by_letter=Count("pk", filter=told_by_letter("registration__candidate")),
        )
        .order_by("-count", "registration__state")
    )
    return [
        Forecast(State(state), count, batch.does.refusal_of(state), by_letter)
        for state, count, by_letter in states
    ]
