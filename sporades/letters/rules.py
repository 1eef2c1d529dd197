"""Which letter or mail says what makes an earlier one false, or needless.

A message has a matter where a later one may overtake it: the piece, or what is decided of a
registration. Those that have none stand whatever is said later: receipts, documents, answers, what
a service writes in its own words. (A document that is taken back takes the letter that waits with
it along: `operations.leave_out_with`.)
"""

from django.db.models import Q

DECISION = "decision"
"""Validated, to validate again, in anomaly, no more so: the last says it all."""
STANDING = "standing"
"""Set aside, restored. Only one of them takes back the other, which may be contested."""
TO_GUARDIAN = "to_guardian"
"""The same, to the guardian of a minor, who reads of it beside their candidate: neither letter is the other's."""
WITHDRAWAL = "withdrawal"
REMINDER = "reminder"
CLOSING = "closing"
"""That registrations close sooner, or later: the last says it all."""
PIECE = "piece:"
"""How what is told of one piece begins, before the key of the piece."""

OVERTAKES = {
    DECISION: {DECISION},
    STANDING: {STANDING, DECISION, REMINDER},
    TO_GUARDIAN: {TO_GUARDIAN},
    WITHDRAWAL: {DECISION, REMINDER, CLOSING, PIECE},
    CLOSING: {CLOSING},
}
"""What each matter makes false of the same registration; a piece overtakes itself alone.

A validation does not overtake what is asked of a piece: it may be undone, and that would then be
asked by nobody. What is set aside is reminded of nothing, and a restoration says again what is asked.
"""


def of_piece(key: int) -> str:
    """Return the matter of what is told of a piece."""
    return f"{PIECE}{key}"


def is_of_piece(matter: str) -> bool:
    """Return whether a matter is a piece's."""
    return matter.startswith(PIECE)


def piece_of(matter: str) -> int | None:
    """Return the key of the piece that a matter is, if it is one's."""
    return int(matter.removeprefix(PIECE)) if is_of_piece(matter) else None


def overtaken_by(matter: str) -> Q | None:
    """Return what a letter must be about to be overtaken by a later one; nothing where none is."""
    if is_of_piece(matter):
        return Q(message__matter=matter)
    overtaken = OVERTAKES.get(matter)
    if overtaken is None:
        return None
    found = Q(message__matter__in=sorted(overtaken - {PIECE}))
    return found | Q(message__matter__startswith=PIECE) if PIECE in overtaken else found


def overtaking(matter: str) -> Q | None:
    """Return what a later message must be about to overtake this one; nothing where none does."""
    if not matter:
        return None
    group = PIECE if is_of_piece(matter) else matter
    later = {one for one, overtaken in OVERTAKES.items() if group in overtaken}
    if is_of_piece(matter):
        later.add(matter)
    return Q(matter__in=sorted(later)) if later else None
