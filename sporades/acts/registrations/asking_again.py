"""What is asked for again of a registration, once its day has passed, leaves the usual days from then.

Set aside by mistake, or validated too soon, it could be given nothing meanwhile.
"""

from datetime import datetime

from sporades import journal
from sporades.core.actors import Actor
from sporades.core.french import local_day
from sporades.evidence import delays
from sporades.evidence import operations as evidence
from sporades.evidence.queries import pieces_of
from sporades.evidence.states import TO_PROVIDE
from sporades.exams.models.service import MINUTE
from sporades.exams.schema.evidence import USUAL_DAYS
from sporades.registrations.deadlines import days_from
from sporades.registrations.models import Registration


def ask_again(registration: Registration, *, by: Actor, at: datetime) -> None:
    """Leave time for the pieces, and the signed summary, that can be sent no more: see the module.

    Args:
        registration: locked, as `with_owed()` loads it; it owes its pieces again.
        by: who asks for them again.
        at: the instant.
    """
    if not registration.told:  # brought from elsewhere: no version says what it owes
        return
    for owed in pieces_of(registration):
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
    _ask_summary_again(registration, by=by, at=at)


def _ask_summary_again(registration: Registration, *, by: Actor, at: datetime) -> None:
    asked = registration.summary_awaited
    if not asked or at < datetime.fromisoformat(asked["until"]) + MINUTE:
        return
    until = days_from(registration.service, at, days=USUAL_DAYS)
    registration.summary_until = until
    registration.save(update_fields=["summary_until"])
    journal.record(
        "summary asked again",
        by=by,
        on=registration,
        at=at,
        academy=registration.academy_id,
        after={"until": local_day(until, registration.service.zone).isoformat()},
    )
