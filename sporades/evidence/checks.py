"""The pieces among what makes a registration sure (E6)."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.utils.text import capfirst

from sporades.core.french import day_in_words, local_day
from sporades.evidence.models import Evidence
from sporades.evidence.queries import Owed
from sporades.evidence.states import SETTLED, State
from sporades.evidence.unmet import is_let_go
from sporades.registrations.added import is_added
from sporades.registrations.checklist import CALL, Check, no_more_in_words
from sporades.registrations.evidence import due_in_words
from sporades.registrations.models import Registration

PASSED = f"La date limite est passée. {CALL}"
PIECE = "Pièce justificative : "
_TO_DO = ("missing", "yours")
GIVE, SEE = "Déposer cette pièce", "Voir cette pièce"
ACT_OF_SEVERAL = {GIVE: "Déposer ces pièces", SEE: "Voir ces pièces"}


def checks_of(registration: Registration, owed: Iterable[Owed], *, at: datetime) -> list[Check]:
    """Return a condition for each piece: of a validated registration, for those it could not do without.

    Args:
        registration: one that stands.
        owed: its pieces, as `owed_by` gives them.
        at: the instant.
    """
    if registration.is_validated:
        return [_once_validated(registration, one) for one in owed if one.row.is_mandatory]
    return [
        replace(_check(registration, one, at=at), added_at=one.row.asked_at)
        if is_added(one.row.code)
        else _check(registration, one, at=at)
        for one in owed
    ]


def each_once(checks: Iterable[Check]) -> list[Check]:
    """Return conditions, each thing to do once: as the home page says, and counts, them.

    The pieces to give by one day are one; a summary to be signed and sent back is opened for it.

    Args:
        checks: those of a registration, as `checklist` gives them.
    """
    every = list(checks)
    is_returned = any(one.about == "return" and one.state in _TO_DO for one in every)
    groups: dict[tuple[Any, ...], list[Check]] = {}
    for one in every:
        if one.about == "summary" and one.state in _TO_DO and is_returned:
            continue
        is_together = one.about == "piece" and one.state == "yours"
        key = (one.until, one.note, one.act) if is_together else (id(one),)
        groups.setdefault(key, []).append(one)
    return [_as_one(group) for group in groups.values()]


def _as_one(group: list[Check]) -> Check:
    first = group[0]
    if len(group) == 1:
        return first
    return replace(
        first,
        label=f"{len(group)} pièces justificatives",
        act=ACT_OF_SEVERAL[first.act],
        is_optional=all(one.is_optional for one in group),
        parts=tuple(one.label.removeprefix(PIECE) for one in group),
    )


def _once_validated(registration: Registration, owed: Owed) -> Check:
    """Say of a piece what was done of it: that it was checked only where it was."""
    row = owed.row
    label = f"{PIECE}{row.label}"
    if is_let_go(registration, row):
        return Check(label, "ended", no_more_in_words(registration))
    if row.state in SETTLED:
        return Check(label, "done", _settled(registration, row))
    given = f"{row.stands}." if row.state == State.POSTED else _deposited(registration, row)
    return Check(label, "done", f"{given} {no_more_in_words(registration)}")


def _check(registration: Registration, owed: Owed, *, at: datetime) -> Check:
    row = owed.row
    label = f"{PIECE}{row.label}" + ("" if row.is_mandatory else " (facultative)")
    is_optional = not row.is_mandatory
    if row.state in SETTLED:
        return Check(label, "done", _settled(registration, row))
    is_over = not owed.is_in_time(at)
    if row.state == State.REFUSED:
        due = PASSED if is_over else f"{due_in_words(registration, owed.before)}{_how(owed)}"
        note = f"Non conforme : {row.reason} Vérifiée {_decided(registration, row)}. {due}"
        act = "Remplacer cette pièce" if owed.may_be_given(at) else SEE
        refused = Check(label, "missing", note, "piece", row.code, is_optional, owed.until, act)
        return replace(refused, reason=row.reason)
    if row.state == State.OWED and is_over:
        was_due = f"Elle était à fournir avant le {owed.before}."
        if is_optional:
            return Check(label, "ended", was_due)
        said = f"{was_due} {CALL}"
        return Check(label, "missing", said, "piece", row.code, until=owed.until, act=SEE)
    is_theirs = row.state == State.OWED and not is_over
    state = "yours" if is_theirs else "waiting"
    note = _note(registration, owed)
    act = GIVE if is_theirs and owed.is_deposited else SEE
    return Check(label, state, note, "piece", row.code, is_optional, owed.until, act)


def _settled(registration: Registration, row: Evidence) -> str:
    """Say when a piece was found good, or done without, and why."""
    when = _decided(registration, row)
    if row.state == State.ACCEPTED:
        return f"Conforme, vérifiée par le service gestionnaire {when}."
    return f"{row.get_state_display()} {when}. {row.reason}"


def _decided(registration: Registration, row: Evidence) -> str:
    at = row.decided_at
    return f"le {_day(registration, at)}" if at else ""


def _note(registration: Registration, owed: Owed) -> str:
    row = owed.row
    if row.state == State.POSTED:
        late = " Hors délai." if _is_late(registration, owed) else ""
        return f"{row.stands}. {row.note}{late} Votre service gestionnaire la vérifiera."
    if row.deposit is None:
        return f"{due_in_words(registration, owed.before)}{_how(owed)}"
    given = _deposited(registration, row)
    if row.state == State.CHECKING:
        return f"{given} L'antivirus la vérifie, puis votre service gestionnaire."
    return f"{given} Votre service gestionnaire la vérifiera."


def _how(owed: Owed) -> str:
    """Say how a piece is given that is not given one way or the other."""
    return "" if owed.is_deposited and owed.is_posted else f" {capfirst(owed.way)}."


def _deposited(registration: Registration, row: Evidence) -> str:
    if row.deposit is None:
        return ""
    return f"Déposée le {_day(registration, row.deposit.given_at)}."


def _day(registration: Registration, at: datetime) -> str:
    """Return the day of what is past: the page of its piece says the hour."""
    return day_in_words(local_day(at, registration.service.zone))


def _is_late(registration: Registration, owed: Owed) -> bool:
    posted_on = owed.row.posted_on
    return posted_on is not None and posted_on > registration.last_day(owed.until)
