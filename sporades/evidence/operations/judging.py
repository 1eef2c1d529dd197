"""What a piece is worth, and who looks at it."""

from datetime import datetime

from sporades.core.actors import Actor
from sporades.core.refusals import ReasonMissing, Refused
from sporades.core.transitions import move
from sporades.evidence.completeness import to_be_said
from sporades.evidence.delays import more_time
from sporades.evidence.meanwhile import check_seen
from sporades.evidence.models import Evidence, Incompleteness, Verdict
from sporades.evidence.states import ACCEPT, CORRECT_REFUSAL, OVERTURN, REFUSE, State
from sporades.registrations.added import is_added
from sporades.registrations.models import Registration


class NothingThere(Refused):
    """Nothing was given that may be found good: no paper, no file, or one that nobody opens."""

    message = "Rien de lisible n'est déposé pour cette pièce : elle ne peut pas être dite conforme."


class SameReason(Refused):
    """The reason that is given is the one that is to be corrected."""

    message = "C'est le motif qui est déjà enregistré : rien n'est à corriger."


def accept(row: Evidence, *, seen: int | None, by: Actor, at: datetime) -> None:
    """Find a piece good. Raises OtherFile, Refused."""
    check_seen(row, seen)
    move(row, ACCEPT, decided_at=at, decided_name=by.name)
    _note_verdict(row, at=at)


def refuse(
    row: Evidence,
    *,
    reason: str,
    motive: str,
    until: datetime | None,
    seen: int | None,
    by: Actor,
    at: datetime,
) -> None:
    """Find that a piece is not what was asked for, and say why.

    Args:
        row: the piece, its registration locked.
        reason: why, as its candidate reads it.
        motive: what verifiers call the usual reason that it is, if it is one.
        until: until when it may be replaced, if longer than its deadline gives.
        seen: the key of the deposit that was looked at, if it was one.
        by: who decides.
        at: the instant.

    Raises:
        ReasonMissing, OtherFile, Refused: see each.
    """
    if not reason:
        raise ReasonMissing
    check_seen(row, seen)
    time = more_time(until)
    move(row, REFUSE, reason=reason, decided_at=at, decided_name=by.name, **time)
    _note_verdict(row, motive=motive, at=at)


def correct_refusal(
    row: Evidence,
    *,
    reason: str,
    motive: str,
    until: datetime | None,
    seen: int | None,
    by: Actor,
    at: datetime,
) -> None:
    """Say anew why a piece is refused: it was not for what was said.

    Its verdict is counted once, on its day, for the reason that holds.

    Args:
        row, reason, motive, until, seen, by, at: as `refuse` has them.

    Raises:
        ReasonMissing, OtherFile, SameReason, Refused: see each.
        NothingThere: the antivirus refused it, and its reason is not the office's.
    """
    if not reason:
        raise ReasonMissing
    check_seen(row, seen)
    if row.state == State.REFUSED and not row.is_there:
        raise NothingThere
    if reason == row.reason:
        raise SameReason
    time = more_time(until)
    move(row, CORRECT_REFUSAL, reason=reason, decided_at=at, decided_name=by.name, **time)
    wrong = Verdict.objects.filter(evidence=row, outcome=State.REFUSED).order_by("at", "pk").last()
    if wrong is not None:
        wrong.delete()
    first = at if wrong is None else wrong.at
    _note_verdict(row, motive=motive, at=first)


def overturn(row: Evidence, *, seen: int | None, by: Actor, at: datetime) -> None:
    """Find good, after all, a piece that was refused.

    Args:
        row: the piece, its registration locked.
        seen: the key of the deposit that was looked at, if it was one.
        by: who decides.
        at: the instant.

    Raises:
        OtherFile, NothingThere, Refused: see each.
    """
    check_seen(row, seen)
    if not row.is_there:
        raise NothingThere
    move(row, OVERTURN, reason="", decided_at=at, decided_name=by.name)
    _note_verdict(row, at=at)


def _note_verdict(row: Evidence, *, motive: str = "", at: datetime) -> None:
    Verdict.objects.create(
        evidence=row, outcome=row.state, motive=motive, arrived_at=row.arrived_at, at=at
    )


def note_lifted(registration: Registration, *, found_at: datetime | None, at: datetime) -> None:
    """Remember that the office lets a registration be without the pieces that it lacks.

    Those of its incompleteness; or those that the office itself had asked for, where no other lacks.

    Args:
        registration: locked.
        found_at: when its anomaly was decided: another one than that of its pieces is not lifted so.
        at: the instant.
    """
    found = Incompleteness.objects.filter(registration=registration, at=found_at)
    found.update(lifted_at=at)
    missing = to_be_said(at).filter(registration=registration).values_list("code", flat=True)
    if missing and all(map(is_added, missing)):
        Incompleteness.objects.update_or_create(
            registration=registration, defaults={"at": found_at or at, "lifted_at": at}
        )


def note_looked(row: Evidence, *, by: Actor, at: datetime) -> None:
    """Say to colleagues who has a piece open."""
    Evidence.objects.filter(pk=row.pk).update(
        looked_at=at, looked_by=by.identifier, looked_name=by.name
    )
