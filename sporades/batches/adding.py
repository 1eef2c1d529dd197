"""« Demander une pièce de plus » to many: whoever it is asked of already, in the same words, is left alone."""

from datetime import date, datetime
from typing import Any

from django.db.models import Case, OuterRef, Subquery, Value, When
from django.db.models.functions import Coalesce, Concat

from sporades.acts.pieces import verifying
from sporades.acts.registrations.adding import AskedAlready, More, NothingMore
from sporades.batches.pieces import OVER
from sporades.core.actors import Actor
from sporades.evidence.models import Evidence
from sporades.evidence.states import ASKED
from sporades.registrations.giving import Giving
from sporades.registrations.models import Registration
from sporades.registrations.over import exams_over

ASK = "ask-piece"
_PREFIX = "already-"
WORDS: dict[str, str] = {
    f"{_PREFIX}{state.value}": f"déjà demandée : {state.label}" for state in ASKED
}
"""What is seen of a line, in words."""
REFUSALS = {
    **{f"{_PREFIX}{state.value}": str(AskedAlready(state)) for state in ASKED},
    OVER: NothingMore.message,
}
"""Why it is not asked for, by what is seen of it."""


def state_of(piece: str, at: datetime, *, label: str, until: date, giving: Giving) -> Any:  # noqa: ARG001 - as its act is told
    """Return that the registration of a line is asked for a piece in these words, and where it stands; or nothing.

    Or that its exam is over.

    Args:
        piece, until, giving: as every act is told them.
        at: the instant.
        label: the words.
    """
    rows = Evidence.objects.asked().filter(
        registration=OuterRef("registration"), label__iexact=label
    )
    known = rows.order_by("place", "pk").annotate(seen=Concat(Value(_PREFIX), "state"))
    return Case(
        When(registration__exam__in=exams_over(at), then=Value(OVER)),
        default=Coalesce(Subquery(known.values("seen")[:1]), Value("")),
    )


def ask(
    *,
    registration: Registration,
    reason: str,  # noqa: ARG001 - every act is told it
    about: object,  # noqa: ARG001 - every act is told it
    label: str,
    until: date,
    giving: Giving,
    by: Actor,
    at: datetime,
) -> None:
    """Ask a registration for a piece that no réglementation lists. Raises Refused."""
    more = More(label=label, until=until, giving=giving)
    verifying.ask_more(registration=registration, more=more, may_repeat=False, by=by, at=at)
