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
from sporades.registrations.checklist import (
    ASKED_BY_SERVICE,
    CALL,
    Check,
    no_more_in_words,
)
from sporades.registrations.evidence import due_in_words
from sporades.registrations.models import Registration

PASSED = f"La date limite est passée. {CALL}"
PIECE = "Pièce justificative : "
_TO_DO = ("missing", "yours")
GIVE, SEE, REPLACE = "Déposer cette pièce", "Voir cette pièce", "Remplacer cette pièce"
GIVE_SEVERAL, SEE_SEVERAL = "Déposer ces pièces", "Voir ces pièces"
ACT_OF_SEVERAL = {GIVE: GIVE_SEVERAL, SEE: SEE_SEVERAL, REPLACE: "Remplacer ces pièces"}


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
    """Return conditions, each thing to do once, as `together` has them.

    Args:
        checks: those of a registration, as `checklist` gives them.
    """
    return [_as_one(group) for group in together(checks)]


def together(checks: Iterable[Check]) -> list[list[Check]]:
    """Return conditions, those that are one thing to do together: every page says, and counts, them so.

    The pieces to give by one day are one, those to be replaced too; so are those whose day has
    passed, and where there is an anomaly it asks for them. A summary to be signed and sent back is
    opened for it.

    Args:
        checks: those of a registration, or those of its pieces alone.
    """
    every = list(checks)
    is_returned = any(one.about == "return" and one.state in _TO_DO for one in every)
    is_asked = any(one.label == ASKED_BY_SERVICE and one.state in _TO_DO for one in every)
    groups: dict[tuple[Any, ...], list[Check]] = {}
    for one in every:
        is_to_do = one.state in _TO_DO
        if is_to_do and one.about == "summary" and is_returned:
            continue
        key = _what(one, is_asked=is_asked) if is_to_do else (id(one),)
        groups.setdefault(key, []).append(one)
    return list(groups.values())


def _what(check: Check, *, is_asked: bool) -> tuple[Any, ...]:
    """Return what tells one thing to do from the others."""
    if check.label == ASKED_BY_SERVICE or (check.is_late and is_asked):
        return (ASKED_BY_SERVICE,)
    if check.about != "piece":
        return (id(check),)
    return (PASSED,) if check.is_late else (check.until, check.due)


def _as_one(group: list[Check]) -> Check:
    first = group[0]
    if len(group) == 1:
        return first
    if first.label == ASKED_BY_SERVICE:
        late = group[1:]
        parts = tuple(map(_part, late))
        act = SEE if len(late) == 1 else SEE_SEVERAL
        return replace(first, about="piece", piece=late[0].piece, act=act, parts=parts)
    acts, notes = {one.act for one in group}, {one.note for one in group}
    is_said_once = len(notes) == 1 and first.state == "yours"
    return replace(
        first,
        label=f"{len(group)} pièces justificatives",
        state="yours" if any(one.state == "yours" for one in group) else "missing",
        note=first.note if is_said_once else PASSED if first.is_late else first.due,
        act=ACT_OF_SEVERAL[first.act]
        if len(acts) == 1
        else GIVE_SEVERAL
        if takes_files(group)
        else SEE_SEVERAL,
        is_optional=all(one.is_optional for one in group),
        parts=tuple(name_of(one) if is_said_once else _part(one) for one in group),
    )


def takes_files(group: Iterable[Check]) -> bool:
    """Return whether a file may be given for any of some pieces that are left to do."""
    return any(one.act in (GIVE, REPLACE) for one in group)


def name_of(check: Check) -> str:
    """Return what a piece is called."""
    return check.label.removeprefix(PIECE)


def _part(check: Check) -> str:
    """Return what is said of one piece among others: its name, and what is of it alone."""
    return f"{name_of(check)}. {check.apart}" if check.apart else name_of(check)


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
    # What a registration is complete without, or an exam that is over, asks for nothing any more.
    is_ended = is_over and (is_optional or registration.is_exam_over(at))
    due = PASSED if is_over else due_in_words(registration, owed.before)
    how = "" if is_over else _how(owed)
    if row.state == State.REFUSED:
        verdict = f"Non conforme : {row.reason} Vérifiée {_decided(registration, row)}."
        if is_ended:
            return Check(label, "ended", verdict, reason=row.reason)
        return Check(
            label,
            "missing",
            f"{verdict} {due}{how}",
            "piece",
            row.code,
            is_optional,
            owed.until,
            REPLACE if owed.may_be_given(at) else SEE,
            reason=row.reason,
            due=due,
            apart=f"{verdict}{how}",
            is_late=is_over,
        )
    if row.state == State.OWED and is_over:
        was_due = f"Elle était à fournir avant le {owed.before}."
        if is_ended:
            return Check(label, "ended", was_due)
        late = Check(label, "missing", f"{was_due} {CALL}", "piece", row.code, until=owed.until)
        return replace(late, act=SEE, due=due, apart=was_due, is_late=True)
    is_theirs = row.state == State.OWED
    state = "yours" if is_theirs else "waiting"
    note = f"{due}{how}" if is_theirs else _given(registration, owed)
    act = GIVE if is_theirs and owed.is_deposited else SEE
    found = Check(label, state, note, "piece", row.code, is_optional, owed.until, act)
    return replace(found, due=due, apart=how.strip())


def _settled(registration: Registration, row: Evidence) -> str:
    """Say when a piece was found good, or done without, and why."""
    when = _decided(registration, row)
    if row.state == State.ACCEPTED:
        return f"Conforme, vérifiée par le service gestionnaire {when}."
    return f"{row.get_state_display()} {when}. {row.reason}"


def _decided(registration: Registration, row: Evidence) -> str:
    at = row.decided_at
    return f"le {_day(registration, at)}" if at else ""


def _given(registration: Registration, owed: Owed) -> str:
    row = owed.row
    if row.state == State.POSTED:
        late = " Hors délai." if _is_late(registration, owed) else ""
        return f"{row.stands}. {row.note}{late} Votre service gestionnaire la vérifiera."
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
