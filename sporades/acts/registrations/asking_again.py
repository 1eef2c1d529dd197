"""What is asked for again of a registration: until when, and by a document that says it.

Set aside by mistake, or validated too soon, it could be given nothing meanwhile: once its day has
passed, it leaves the usual days from then. A summary, and a request for pieces, that were issued while
nothing was awaited ask for nothing: they are issued again (`acts.identities.correcting.issue_again`).
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sporades import journal
from sporades.core.actors import Actor
from sporades.core.french import local_day
from sporades.documents.queries import documents_in
from sporades.evidence import delays
from sporades.evidence import operations as evidence
from sporades.evidence.queries import Owed, pieces_of
from sporades.evidence.states import TO_PROVIDE
from sporades.exams.schema.evidence import USUAL_DAYS
from sporades.registrations.added import is_added
from sporades.registrations.deadlines import days_from
from sporades.registrations.models import Registration
from sporades.registrations.summary import SUMMARY

SUMMARY_ASKED = "summary asked again"
"""The act that leaves days for a signed summary; whatever causes it tells its candidate which."""


def last_summary(registration: Registration, *, at: datetime) -> dict[str, Any]:
    """Return what the last summary of a registration says."""
    issued = documents_in(folder=registration.folder_id, at=at)
    found: dict[str, Any] = next(
        (one.content for one in issued if one.document.kind == SUMMARY.slug), {}
    )
    return found


def is_unsaid(registration: Registration, *, at: datetime) -> bool:
    """Return whether its last summary lacks what is awaited, and the request for pieces with it.

    Args:
        registration: as `with_owed()` loads it.
        at: the instant.
    """
    if not registration.told:  # brought from elsewhere: it has none
        return False
    said = last_summary(registration, at=at)
    if registration.summary_awaited and not said.get("to_return"):
        return True
    asked = {piece.get("code") for piece in said.get("evidence") or ()}
    due = {one.row.code for one in pieces_of(registration) if one.row.state in TO_PROVIDE}
    # What the office asks for beyond the réglementation is told by a mail of its own.
    return any(code not in asked and not is_added(code) for code in due)


def ask_again(registration: Registration, *, by: Actor, at: datetime) -> None:
    """Leave time for the pieces, and the signed summary, that can be sent no more: see the module.

    Args:
        registration: locked, as `with_owed()` loads it; it owes its pieces again.
        by: who asks for them again.
        at: the instant.
    """
    if not registration.told:  # brought from elsewhere: no version says what it owes
        return
    _leave_days(registration, pieces_of(registration), by=by, at=at)
    ask_summary_again(registration, by=by, at=at)


def ask_added_again(registration: Registration, *, by: Actor, at: datetime) -> None:
    """Leave time for what the office asks for beyond the réglementation, and that can be sent no more.

    A modification undoes a validation, and its version gives the others their days.

    Args:
        registration: locked, as `with_owed()` loads it; it owes its pieces again.
        by: who modifies it.
        at: the instant.
    """
    added = [one for one in pieces_of(registration) if is_added(one.row.code)]
    _leave_days(registration, added, by=by, at=at)


def _leave_days(
    registration: Registration, pieces: Iterable[Owed], *, by: Actor, at: datetime
) -> None:
    if registration.is_exam_over(at):  # nothing is asked for any more
        return
    for owed in pieces:
        if owed.row.state not in TO_PROVIDE or owed.is_in_time(at) or owed.row.pk is None:
            continue
        day = delays.usual_day(registration, owed, at=at)
        if day is None:
            continue
        evidence.leave(owed.row, until=delays.last_minute(registration, day), at=at)
        journal.record(
            "piece given time",
            by=by,
            on=registration,
            at=at,
            academy=registration.academy_id,
            after={"piece": owed.row.code, "label": owed.row.label, "until": day.isoformat()},
        )


def ask_summary_again(registration: Registration, *, by: Actor, at: datetime) -> bool:
    """Leave time for the signed summary, where it is awaited and its day has passed; return whether it has.

    Args:
        registration: locked, as `with_owed()` loads it.
        by: who asks for it again.
        at: the instant.
    """
    if not registration.is_summary_late(at) or registration.is_exam_over(at):
        return False
    until = days_from(registration.service, at, days=USUAL_DAYS)
    registration.summary_until = until
    registration.save(update_fields=["summary_until"])
    journal.record(
        SUMMARY_ASKED,
        by=by,
        on=registration,
        at=at,
        academy=registration.academy_id,
        after={"until": local_day(until, registration.service.zone).isoformat()},
    )
    return True
