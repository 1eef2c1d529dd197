"""What is awaited of a registration, as a message says it to its candidate."""

from datetime import datetime
from typing import Any

from sporades.evidence.queries import giving_to, pieces_of
from sporades.exams.models.service import MINUTE
from sporades.registrations.evidence import are_named_to
from sporades.registrations.models import Registration


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
