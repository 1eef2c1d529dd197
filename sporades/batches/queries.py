"""What will become of a batch that is not launched, and what one that is leaves to do."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Exists, OuterRef, Value

from sporades.accounts.permissions import Reach
from sporades.batches import accommodations, pieces
from sporades.batches.models import Batch
from sporades.batches.states import Outcome
from sporades.candidates.models import told_by_letter
from sporades.letters.models import Letter
from sporades.mail.queries import key_about
from sporades.registrations.states import State

WORDS = {**pieces.WORDS, **accommodations.WORDS}
"""What tells lines of one state apart, in words."""


@dataclass(frozen=True)
class Forecast:
    """What will become of the lines in one state.

    Attributes:
        state: the state.
        count: how many lines.
        refusal: why they will be refused, or nothing.
        by_letter: how many of their candidates are told by a letter, to print and to post.
        seen: what else tells them apart, in words.
        unmet: the same, where a validation does without it; nothing where nothing is missing.
    """

    state: State
    count: int
    refusal: str
    by_letter: int
    seen: str = ""
    unmet: str = ""


def forecast(batch: Batch, *reaches: Reach, at: datetime) -> list[Forecast]:
    """Return what will become of its lines, as far as their state, or that of a piece, says it.

    Args:
        batch: which.
        reaches: as for `Batch.lines_within`: what has left the perimeter is not counted.
        at: now.
    """
    seen = batch.does.seen
    states = (
        batch.lines_within(*reaches)
        .filter(outcome=Outcome.WAITING)
        .annotate(seen=seen(batch.piece, at) if seen else Value(""))
        .values_list("registration__state", "seen")
        .annotate(
            count=Count("pk"),
            by_letter=Count("pk", filter=told_by_letter("registration__candidate")),
        )
        .order_by("-count", "registration__state", "seen")
    )
    return [
        Forecast(
            State(state),
            count,
            batch.does.refusal_of(state) or batch.does.refusals.get(said, ""),
            by_letter,
            WORDS.get(said, ""),
            said if said in pieces.UNMET else "",
        )
        for state, said, count, by_letter in states
    ]


def letters_waiting(batch: Batch) -> int:
    """Return how many letters wait to be printed, of those written of what a batch has done.

    Args:
        batch: which; nothing is written before it is launched.
    """
    if batch.launched_at is None:
        return 0
    done = batch.lines.filter(outcome=Outcome.DONE, registration=OuterRef("registration_pk"))
    waiting = (
        Letter.objects.waiting()
        .filter(message__written_at__gte=batch.launched_at, message__about_kind="registration")
        .annotate(registration_pk=key_about("registration", path="message__"))
    )
    if batch.ended_at is not None:
        waiting = waiting.filter(message__written_at__lte=batch.ended_at)
    if batch.does.asked_apart and batch.about is not None:
        waiting = waiting.filter(message__key__startswith=f"mailing:{batch.about}:")
    return int(waiting.filter(Exists(done)).count())
