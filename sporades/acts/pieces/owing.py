"""What a registration owes of pieces, and what every act on one of them leaves: its file, its line, its mail."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from types import MappingProxyType
from typing import Final, Literal
from uuid import UUID

from django.db import transaction

from sporades import journal
from sporades.acts.registrations import completing
from sporades.acts.registrations.adding import NothingMore
from sporades.acts.reminders import leave_out_answered
from sporades.core import files
from sporades.core.actors import Actor
from sporades.core.french import local_day
from sporades.core.links import link_to
from sporades.core.queue import defer_once
from sporades.core.refusals import Refused
from sporades.evidence import delays
from sporades.evidence import operations as evidence
from sporades.evidence.models import Deposit, Evidence
from sporades.evidence.queries import Owed, giving_to, owed_by, pieces_of
from sporades.evidence.unmet import owes_pieces
from sporades.intake import cleaning
from sporades.letters.operations import leave_out_unread, tell
from sporades.letters.queries import is_unread
from sporades.letters.rules import of_piece
from sporades.registrations.evidence import are_named_to
from sporades.registrations.models import Registration
from sporades.registrations.queries import locked_registration, with_owed
from sporades.registrations.snapshot import contact_of

SCAN = "evidence.scan"
READ = "piece read"
"""In the journal, that somebody of the office has opened the file of a piece: see `consulting`."""
USUAL: Final = "usual"
"""As much more time as the réglementation gives, if any."""

NOTHING: Mapping[str, str] = MappingProxyType({})

type Until = date | Literal["usual"] | None


class NotAsked(Refused):
    """The registration does not owe this piece."""

    message = "Cette pièce n'est plus demandée pour cette inscription : relisez la liste."


def owed_of(registration: Registration) -> list[Owed]:
    """Return what a registration owes now; one that does not stand, or is validated, nothing."""
    return pieces_of(registration) if owes_pieces(registration) else []


def already_given(registration: Registration, code: str, sending: UUID) -> Deposit | None:
    """Return the file that this press of the button has given already, if it has."""
    found: Deposit | None = Deposit.objects.filter(
        evidence__registration=registration, evidence__code=code, sending=sending
    ).first()
    return found


def keep(
    registration: Registration,
    code: str,
    made: cleaning.Clean,
    *,
    name: str,
    sending: UUID,
    awaited: Callable[[Registration], Evidence],
    take: Callable[..., Deposit],
    verb: str,
    said: Mapping[str, str] = NOTHING,
    by: Actor,
    at: datetime,
) -> Deposit:
    """Keep a file that was made safe, and write its row; once for a press.

    Args:
        registration: whose piece it is.
        code: which piece.
        made: the file.
        name: by which its giver knows it again.
        sending: the name of the press.
        awaited: returns the piece of the registration once locked, or raises Refused.
        take: puts the file in force, as `evidence.take` does.
        verb: to the journal.
        said: what else is said there, once the piece is locked.
        by: who gives it.
        at: the instant.
    """
    own = files.own_suffix(".pdf")
    key = evidence.announce(made.content, own=own, at=at)
    with files.kept_apart(made.content, suffix=".pdf", own=own):
        locked = lock(registration.pk)
        if (already := already_given(locked, code, sending)) is not None:
            transaction.on_commit(lambda: files.forget_or_say([key]))
            return already
        evidence.ask(locked, locked.owed["evidence"], at=at)
        row = row_of(locked, awaited(locked).pk)
        given = take(
            row,
            evidence.Given(key, name, len(made.content), made.pages, sending),
            by=by,
            at=at,
        )
        record(
            verb,
            locked,
            row,
            by=by,
            at=at,
            deposit=given.pk,
            digest=given.digest,
            size=given.size,
            **said,
        )
        leave_out_answered(locked, at=at)
        completing.clear_if_complete(locked, at=at)
        defer_once(SCAN, queue="evidence", deposit=str(given.pk))
    given.doubts = made.doubts
    return given


def lock(pk: int) -> Registration:
    """Return a registration, locked, with what it owes."""
    locked_registration.get(pk=pk)
    return with_owed.get(pk=pk)


def lock_row(row: Evidence) -> tuple[Registration, Evidence]:
    """Return the registration of a piece, locked, and the piece as it stands then."""
    locked = lock(row.registration_id)
    return locked, row_of(locked, row.pk)


def row_of(registration: Registration, pk: int) -> Evidence:
    """Return a piece of a registration that is locked, as it stands."""
    row: Evidence = Evidence.objects.select_related("deposit").get(pk=pk)
    row.registration = registration
    return row


def record(
    verb: str,
    registration: Registration,
    row: Evidence,
    *,
    by: Actor,
    at: datetime,
    **after: object,
) -> None:
    """Keep an act on a piece in the journal of its registration, with what the piece is called then."""
    journal.record(
        verb,
        by=by,
        on=registration,
        at=at,
        academy=registration.academy_id,
        after={"piece": row.code, "label": row.label, **after},
    )


def owed_as(registration: Registration, row: Evidence) -> Owed:
    """Return a piece with its deadline as it is now; one that the version asks for no more is not given time.

    Raises:
        NotAsked: see there.
    """
    found = next((one for one in owed_by(registration, [row]) if one.row.pk == row.pk), None)
    if found is None:
        raise NotAsked
    return found


def granted(
    registration: Registration, row: Evidence, until: Until, *, at: datetime
) -> datetime | None:
    """Return until when a piece may be sent, where that is later than its deadline.

    Raises:
        NothingMore: its exam is over, and a day is given.
        delays.Shorter, delays.TooFar: see each.
    """
    if until is None:
        return None
    if registration.is_exam_over(at):
        if until == USUAL:
            return None
        raise NothingMore
    owed = owed_as(registration, row)
    day = delays.usual_day(registration, owed, at=at) if until == USUAL else until
    return delays.granted(registration, owed, day, at=at) if day else None


def in_journal(registration: Registration, until: datetime | None) -> dict[str, str]:
    """Return what the journal says of the time that is granted, where some is."""
    return {"until": local_day(until, registration.service.zone).isoformat()} if until else {}


def tell_refused(row: Evidence, registration: Registration, *, at: datetime) -> None:
    """Tell a candidate that a piece is refused, while another may be given for it."""
    if owes_pieces(registration):
        tell_of("piece_refused", row, registration, at=at)


def tell_refusal_corrected(
    row: Evidence, registration: Registration, *, is_unread: bool, at: datetime
) -> None:
    """Tell a candidate why a piece is refused in fact.

    Args:
        row: the piece, as the act has left it.
        registration: whose piece it is.
        is_unread: whether its candidate has read nothing of the refusal: of no former reason either.
        at: the instant of the act.
    """
    tell_of("piece_refused", row, registration, at=at, is_corrected=not is_unread)


def tell_waived(row: Evidence, registration: Registration, *, at: datetime) -> None:
    """Tell the candidate of a registration that stands that a piece is due no more."""
    if registration.is_active:
        tell_of("piece_waived", row, registration, at=at, is_to_provide=False)


def tell_overturned(
    row: Evidence, registration: Registration, *, refused_at: datetime, at: datetime
) -> None:
    """Tell the candidate of a registration that stands that a refused piece is good after all.

    Whose letter of the refusal is not printed is told neither: they never knew of it.

    Args:
        row: the piece, as the act has left it.
        registration: whose piece it is.
        refused_at: the instant of the refusal.
        at: the instant of the act.
    """
    if not registration.is_active:
        return
    is_untold = leave_out_unread(
        registration.candidate,
        of_piece(row.pk),
        about=registration,
        since=refused_at,
        why="le service est revenu sur le refus de cette pièce",
        at=at,
    )
    if not is_untold:
        tell_of("piece_found_good", row, registration, at=at, is_to_provide=False)


def is_refused_unread(row: Evidence, registration: Registration) -> bool:
    """Return whether the candidate of a piece that is refused has read nothing of it: its letter waits."""
    since = row.decided_at
    return since is not None and is_unread(
        registration.candidate, of_piece(row.pk), about=registration, since=since
    )


def tell_of(
    kind: str,
    row: Evidence,
    registration: Registration,
    *,
    at: datetime,
    is_to_provide: bool = True,
    is_noted_by_mistake: bool = False,
    is_corrected: bool = False,
) -> None:
    """Tell a candidate something of a piece, by the mail or the letter of a kind.

    Args:
        kind: the template.
        row: the piece, as the act has left it.
        registration: whose piece it is.
        at: the instant of the act.
        is_to_provide: whether something must be sent for it.
        is_noted_by_mistake: whether it is awaited since what came was another candidate's.
        is_corrected: whether it is refused for another reason than was told.
    """
    owed, is_over = owed_as(registration, row), registration.is_exam_over(at)
    tell(
        registration.candidate,
        kind,
        service=registration.service,
        at=at,
        key=f"{kind}:{row.pk}:{at.isoformat()}",
        about=registration,
        matter=of_piece(row.pk),
        due_by=owed.until if is_to_provide and owed.is_in_time(at) and not is_over else None,
        urgent=True,
        registration=registration,
        piece=row,
        is_named=are_named_to(registration),
        before=owed.before,
        giving=giving_to(registration, [owed]),
        is_in_time=owed.is_in_time(at),
        is_over=is_over,
        contact=contact_of(registration.service),
        link=link_to("candidate:evidence", registration.number),
        is_to_provide=is_to_provide,
        is_noted_by_mistake=is_noted_by_mistake,
        is_corrected=is_corrected,
    )
