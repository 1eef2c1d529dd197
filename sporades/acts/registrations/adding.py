"""« Demander une pièce de plus »: what the office asks of one registration beyond the réglementation (I4)."""

from dataclasses import dataclass
from datetime import date, datetime

from sporades import journal
from sporades.core.actors import Actor
from sporades.core.refusals import Refused
from sporades.evidence import delays
from sporades.evidence import operations as evidence
from sporades.evidence.models import Evidence
from sporades.registrations.giving import Giving
from sporades.registrations.models import Registration


class NothingMore(Refused):
    """The dates of its exam have passed: nothing is asked for any more."""

    message = (
        "Les dates de cet examen ou concours sont passées : plus rien n'est demandé au candidat."
    )


@dataclass(frozen=True)
class More:
    """A piece that the office asks for.

    Attributes:
        label: what it is, as its candidate reads it.
        until: the last day to send it.
        giving: how it is given; `Giving.EACH` as the exam says of its other pieces.
    """

    label: str
    until: date
    giving: Giving = Giving.EACH


def ask_more_within(registration: Registration, more: More, *, by: Actor, at: datetime) -> Evidence:
    """Ask for a piece, in its caller's transaction, which tells its candidate.

    Args:
        registration: locked, as `with_owed()` loads it; it owes its pieces.
        more: the piece.
        by: who asks for it.
        at: the instant.

    Raises:
        NothingMore: its exam is over.
        delays.Shorter, delays.TooFar, evidence.TooMany: see each.
    """
    if registration.is_exam_over(at):
        raise NothingMore
    until = delays.to_come(registration, more.until, at=at)
    evidence.ask(registration, registration.owed["evidence"], at=at)
    row = evidence.ask_more(registration, more.label, giving=more.giving, until=until, at=at)
    journal.record(
        "piece asked for",
        by=by,
        on=registration,
        at=at,
        academy=registration.academy_id,
        after={"piece": row.code, "label": row.label, "until": more.until.isoformat()},
    )
    return row
