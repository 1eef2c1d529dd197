"""What a managing service decides of a registration: set aside, restored, in anomaly, validated."""

from contextlib import nullcontext
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Value
from django.db.models.fields.json import KeyTransform
from django.db.models.functions import Coalesce

from sporades.core.refusals import ReasonMissing, Refused
from sporades.core.transitions import Transition, move
from sporades.registrations.exclusion import scope_of, standing_instead_of
from sporades.registrations.models import Registration
from sporades.registrations.operations import scoping
from sporades.registrations.states import DECISIONS, FLAG, REASONED, REOPEN, RESTORE, VALIDATE


class NoRoomLeft(Refused):
    """Another registration of the candidate stands in its place."""

    message = (
        "Une autre inscription de ce candidat a pris la place de celle-ci : elle ne peut pas être "
        "rétablie."
    )


def decisions_for(registration: Registration) -> list[Transition]:
    """Return what may be decided of a registration where it stands."""
    return [one for one in DECISIONS if registration.state in one.sources]


def needs_reason(decision: Transition) -> bool:
    """Return whether a decision says why."""
    return decision.target in REASONED


def decide(*, registration: Registration, decision: Transition, reason: str, at: datetime) -> None:
    """Move a registration to another state.

    Args:
        registration: the registration.
        decision: one of `DECISIONS`.
        reason: why, as its candidate will read it; for a decision that says why.
        at: the instant.

    Raises:
        ReasonMissing: the decision says why, and nothing is said.
        NoRoomLeft: restored, it would stand beside one that excludes it.
        Refused: it is no longer in a state that this decision may leave.
    """
    if needs_reason(decision) and not reason:
        raise ReasonMissing
    kept = reason if needs_reason(decision) else ""
    # Whoever validates has read what was to be reviewed, and takes it as it is.
    settled: dict[str, Any] = {"to_review_since": None} if decision is VALIDATE else {}
    if decision in (REOPEN, FLAG, RESTORE):
        settled = _to_review_again(registration, at=at)
    # Only what stands again may find its place taken.
    alone = _alone(registration) if decision is RESTORE else {}
    try:
        with transaction.atomic() if decision is RESTORE else nullcontext():
            move(registration, decision, reason=kept, decided_at=at, **settled, **alone)
    except IntegrityError as trouble:
        if "a_candidate_registers_once" in str(trouble):
            raise NoRoomLeft from trouble
        raise


def _to_review_again(registration: Registration, *, at: datetime) -> dict[str, Any]:
    """Return what is written of a registration that a validation took as it was, and that counts no more.

    Its last version still says what was to be reviewed.
    """
    versions = registration.versions.order_by("-number")
    last = versions.values_list(KeyTransform("to_review", "snapshot"), flat=True).first()
    return {"to_review_since": Coalesce("to_review_since", Value(at))} if last else {}


def _alone(registration: Registration) -> dict[str, str]:
    """Return what is written of a registration that is to stand again, by the rules in force.

    Raises:
        NoRoomLeft: it would stand beside one that excludes it, whatever rules that was filed under.
    """
    scoping.lock_candidate(registration.candidate_id)
    scoping.brought_up_to_date([registration.candidate_id])
    if standing_instead_of(registration) is not None:
        raise NoRoomLeft
    return {"exclusive_scope": scope_of(registration)}
