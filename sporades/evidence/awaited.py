"""What is awaited of a registration, as a message says it to its candidate."""

from datetime import datetime
from typing import Any

from sporades.evidence.completeness import as_many_as_fit, named_there, to_provide
from sporades.evidence.queries import Owed, giving_to, pieces_of
from sporades.evidence.unmet import owes_pieces
from sporades.exams.models.service import MINUTE
from sporades.registrations.evidence import are_named_to
from sporades.registrations.giving import Giving
from sporades.registrations.models import Registration

MOST_SIGNS = 1_000
"""Of what a sentence says of pieces: it stands among others."""
NO_PIECE = "aucune pièce"


def awaited_of(found: Registration, *, at: datetime) -> dict[str, Any] | None:
    """Return what a candidate has still to send, with how, as `mail/awaited.txt` reads it; nothing if nothing is.

    Args:
        found: a registration that owes it, as `with_owed()` loads it.
        at: the instant.
    """
    if not found.told or found.is_exam_over(at):  # brought from elsewhere; over
        return None
    pieces = [one for one in pieces_of(found) if one.is_awaited(at)]
    summary = found.summary_awaited
    if summary and at >= datetime.fromisoformat(summary["until"]) + MINUTE:
        summary = None
    if not pieces and not summary:
        return None
    days = [one.until for one in pieces]
    return {
        "pieces": pieces,
        "summary": summary,
        "is_by_two": bool(summary) and found.is_signed_by_two,
        "last_day": found.summary_last_day if summary else "",
        "due_by": min([*days, datetime.fromisoformat(summary["until"])] if summary else days),
        "is_named": are_named_to(found),
        "giving": giving_to(found, pieces),
    }


def pieces_in_words(found: Registration, *, at: datetime) -> str:
    """Say, inside a sentence, which pieces a candidate has still to give, as their own page does.

    Those whose day has passed are said so; one that nobody must give is not asked for here. A mail
    names none of an exam of which one tells of health (`are_named_to`).

    Args:
        found: a registration, as `with_owed()` loads it.
        at: the instant.
    """
    if not found.told or not owes_pieces(found) or found.is_exam_over(at):
        return NO_PIECE
    owed = to_provide(pieces_of(found))
    if not owed:
        return NO_PIECE
    has_space = found.candidate.has_account
    if not are_named_to(found):
        return f"les pièces justificatives {named_there(has_space=has_space)}"
    is_each = giving_to(found, owed) is Giving.EACH
    by_all = _day_of_all(owed, at=at)
    said = [_due(one, is_each=is_each, says_day=not by_all, at=at) for one in owed]
    return f"{as_many_as_fit(said, MOST_SIGNS - len(by_all), has_space=has_space)}{by_all}"


def _day_of_all(owed: list[Owed], *, at: datetime) -> str:
    """Say once the day of several that are all due by one; nothing where they are not."""
    days = {one.before for one in owed if one.is_in_time(at)}
    is_one = len(owed) > 1 and len(days) == 1 and all(one.is_in_time(at) for one in owed)
    return f", chacune avant le {days.pop()}" if is_one else ""


def _due(owed: Owed, *, is_each: bool, says_day: bool, at: datetime) -> str:
    refused = " (celle que vous avez fournie n'est pas conforme)" if owed.row.is_refused else ""
    named = f"{owed.row.label}{refused}"
    if not owed.is_in_time(at):
        return f"{named}, qui était à fournir avant le {owed.before}"
    day = f", avant le {owed.before}" if says_day else ""
    way = f", {owed.way}" if is_each else ""
    return f"{named}{day}{way}"
