"""A candidate takes back what they gave for a piece, before anybody of the office has opened it (G2)."""

from datetime import datetime

from django.db import transaction

from sporades.acts.people import changing
from sporades.acts.pieces import owing, providing
from sporades.acts.pieces.arrivals import Arrival, before_it_was_given
from sporades.acts.registrations import completing
from sporades.core.actors import Actor
from sporades.core.refusals import Refused
from sporades.evidence import operations as evidence
from sporades.evidence.models import Deposit, Evidence, Verdict
from sporades.evidence.queries import Owed
from sporades.journal.queries import entries_about
from sporades.registrations.models import Registration


class OtherFile(Refused):
    """Its candidate has given something else since the page was opened."""

    message = (
        "Rien n'est retiré : un autre document a été déposé pour cette pièce entre-temps. Relisez ce qui "
        "est écrit plus bas avant de le retirer."
    )


class NothingThere(Refused):
    """Nothing is deposited for it: it is taken back already, or never came."""

    message = "Rien n'est déposé pour cette pièce : il n'y a rien à retirer."


class Judged(Refused):
    """The office, or the antivirus, has said what it is worth."""

    message = "Ce document a déjà été vérifié : il ne se retire plus, vous pouvez le remplacer."


class Opened(Refused):
    """Somebody of the office has opened it, or judged it once: it is no more its candidate's alone."""

    message = (
        "Votre service gestionnaire a déjà ouvert ce document : il ne se retire plus. Vous pouvez le "
        "remplacer ; si c'est le papier de quelqu'un d'autre, écrivez-le à votre service gestionnaire."
    )


@transaction.atomic
def retract(*, registration: Registration, code: str, seen: int, by: Actor, at: datetime) -> Owed:
    """« Retirer ce document »: the piece is as it was before, and what was given is erased.

    No message leaves: none had when it was given. An account that may still go back to an address which
    it has left tells there that a file was taken away.

    Args:
        registration: the giver's own.
        code: which piece.
        seen: the key of the file that was read.
        by: its candidate.
        at: the instant at which the request arrived.

    Returns:
        The piece, as it stands then.

    Raises:
        Deposit.DoesNotExist: it is taken back already.
        NotAsked, NothingAwaited, ByPostAlone, TooLate: see `providing.check`.
        OtherFile, NothingThere, Judged, Opened: see each.
        accounts.Held: the account has just been given back to an old address.
    """
    locked = owing.lock(registration.pk)
    given: Deposit = Deposit.objects.get(
        pk=seen, evidence__registration=locked, evidence__code=code
    )
    owed = check(locked, code, at=at)
    if owed.row.deposit_id != seen:
        raise OtherFile
    row = owing.row_of(locked, owed.row.pk)
    found = arrival_of(row, locked)
    read = read_of(row, locked)
    erased = evidence.retract(row, before=found.before, since=found.since, read=read)
    owing.record(
        providing.RETRACTED,
        locked,
        row,
        by=by,
        at=at,
        deposit=seen,
        state=row.state,
        erased=erased,
    )
    completing.lacks_again(locked)
    changing.tell_where_left(locked, changing.PAPER, since=given.given_at, at=at)
    return owing.owed_as(locked, row)


def check(registration: Registration, code: str, *, at: datetime) -> Owed:
    """Return the piece of which the file may be taken back.

    Args:
        registration: whose it is, as `with_owed()` loads it.
        code: which piece.
        at: the instant.

    Raises:
        NotAsked, NothingAwaited, ByPostAlone, TooLate: see `providing.check`.
        NothingThere, Judged, Opened: see each.
        accounts.Held: the account has just been given back to an old address.
    """
    owed = providing.check(owing.owed_of(registration), code, at=at)
    given = owed.row.deposit
    if given is None:
        raise NothingThere
    if not owed.waits_for_verdict:
        raise Judged
    changing.check_may_withdraw(registration, at=at)
    if not owed.row.is_unopened or _was_read(owed.row, given, registration):
        raise Opened
    return owed


def arrival_of(row: Evidence, registration: Registration) -> Arrival:
    """Return what a piece was before its candidate gave what is there.

    Args:
        row: the piece.
        registration: whose it is.
    """
    acts = entries_about(registration).filter(payload__after__piece=row.code)
    return before_it_was_given(acts.order_by("pk"))


def read_of(row: Evidence, registration: Registration) -> set[int]:
    """Return the keys of the files of a piece that anybody of the office has read, from any page.

    Args:
        row: the piece.
        registration: whose it is.
    """
    read = entries_about(registration).filter(verb=owing.READ, payload__after__piece=row.code)
    return set(read.values_list("payload__after__deposit", flat=True))


def _was_read(row: Evidence, given: Deposit, registration: Registration) -> bool:
    """Return whether anybody of the office has read a file, or judged it once."""
    judged = Verdict.objects.filter(evidence=row, at__gte=given.given_at)
    return given.pk in read_of(row, registration) or bool(judged.exists())
