"""« Demander une pièce de plus »: what the office asks of one registration beyond the réglementation (I4)."""

from dataclasses import dataclass
from datetime import date, datetime

from sporades import journal
from sporades.core.actors import Actor
from sporades.core.french import local_day
from sporades.core.links import link_to
from sporades.core.refusals import Refused
from sporades.evidence import delays
from sporades.evidence import operations as evidence
from sporades.evidence.models import Evidence
from sporades.evidence.queries import giving_to, owed_by, rows_of
from sporades.evidence.states import TO_PROVIDE, State
from sporades.letters.operations import tell
from sporades.letters.rules import of_piece
from sporades.registrations.added import added_code, added_ways, is_added
from sporades.registrations.evidence import are_named_to
from sporades.registrations.giving import Giving
from sporades.registrations.models import Registration
from sporades.registrations.snapshot import contact_of


class NothingMore(Refused):
    """The dates of its exam have passed: nothing is asked for any more."""

    message = (
        "Les dates de cet examen ou concours sont passées : plus rien n'est demandé au candidat."
    )


class AskedAlready(Refused):
    """It is among the pieces that are asked for, in the same words."""

    def __init__(self, state: State) -> None:
        """Say where it stands."""
        super().__init__(
            f"Cette pièce est déjà demandée à ce candidat : elle est « {state.label} »."
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


def asked_already(registration: Registration, more: More) -> Evidence | None:
    """Return the piece that was asked for in these words already, to be given as this one, and is still to be sent.

    Args:
        registration: locked.
        more: the piece that would be asked for.
    """
    rows = rows_of(registration=registration.pk)
    ways = added_ways(added_code(1, more.giving))
    same = (row for row in rows if is_added(row.code) and row.label == more.label)
    return next(
        (row for row in same if row.state in TO_PROVIDE and added_ways(row.code) == ways), None
    )


def asked_so(registration: Registration, label: str) -> Evidence | None:
    """Return the piece that is asked for in some words, whoever asks for it and whatever came of it; or nothing.

    Args:
        registration: locked.
        label: the words, in small letters or capitals.
    """
    rows = rows_of(registration=registration.pk)
    return next((row for row in rows if row.label.casefold() == label.casefold()), None)


def ask_more_within(registration: Registration, more: More, *, by: Actor, at: datetime) -> Evidence:
    """Ask for a piece, in its caller's transaction, which tells its candidate.

    One that was asked for in the same words, and is still to be sent, is asked for anew: until the later
    of the two days.

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
    row = asked_already(registration, more)
    if row is None:
        row = evidence.ask_more(registration, more.label, giving=more.giving, until=until, at=at)
    else:
        evidence.leave(row, until=max(until, row.until), at=at)
    day = local_day(row.until, registration.service.zone)
    journal.record(
        "piece asked for",
        by=by,
        on=registration,
        at=at,
        academy=registration.academy_id,
        after={"piece": row.code, "label": row.label, "until": day.isoformat()},
    )
    return row


def tell_asked_for(row: Evidence, registration: Registration, *, at: datetime) -> None:
    """Tell a candidate that a piece is asked for in addition.

    Args:
        row: the piece.
        registration: whose it is, as `with_owed()` loads it.
        at: the instant of the act.
    """
    owed = owed_by(registration, [row])[-1]
    tell(
        registration.candidate,
        "piece_asked_for",
        service=registration.service,
        at=at,
        key=f"piece_asked_for:{row.pk}:{at.isoformat()}",
        about=registration,
        matter=of_piece(row.pk),
        due_by=owed.until,
        urgent=True,
        registration=registration,
        piece=row,
        is_named=are_named_to(registration),
        before=owed.before,
        giving=giving_to(registration, [owed]),
        contact=contact_of(registration.service),
        link=link_to("candidate:evidence", registration.number),
    )
