"""The pieces of a registration: its candidate gives them, the antivirus looks at them (G2)."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

from django.db import transaction

from sporades.accounts import limits
from sporades.acts.pieces import owing
from sporades.acts.registrations import completing
from sporades.acts.sent_files import Sent, name_of, name_with_more, named
from sporades.core import files
from sporades.core.actors import SYSTEM, Actor
from sporades.core.presses import named_text
from sporades.core.queue import defer_once
from sporades.core.refusals import Refused
from sporades.drawers.models import KeptFile
from sporades.evidence import operations as evidence
from sporades.evidence.models import LONGEST_NAME, Deposit, Evidence
from sporades.evidence.queries import Owed
from sporades.evidence.states import State
from sporades.evidence.unmet import owes_pieces
from sporades.intake import antivirus, cleaning
from sporades.registrations.evidence import instead
from sporades.registrations.models import Registration

DEPOSITED, FOUND_INFECTED = "piece deposited", "piece found infected"
RETRACTED = "piece file taken back"


class NothingAwaited(Refused):
    """Nothing is awaited for it: it has come, it is good, or nobody needs it."""

    message = "Rien n'est plus attendu pour cette pièce : relisez la liste."


class TooLate(Refused):
    """The last minute of its deadline has passed."""


class OtherFileMeanwhile(Refused):
    """The file to which pages were to be added is in force no more, or was judged since it was read."""

    message = (
        "Rien n'est ajouté : le fichier de cette pièce, ou ce qu'en dit votre service, a changé "
        "entre-temps. Relisez ce qui est écrit plus haut ; pour ajouter quand même vos pages à sa "
        "suite, envoyez-les de nouveau."
    )


class GivenBefore(Refused):
    """The same press has given it before, and something else has taken its place since."""

    message = (
        "Ce fichier avait déjà été envoyé depuis cette page, et autre chose a pris sa place depuis. Pour "
        "l'envoyer de nouveau, rouvrez la page de cette pièce depuis « Pièces justificatives »."
    )


class FoundUnfit(Refused):
    """The same press has given it before, and it was refused since: nothing would be given by it."""

    message = (
        "Ce fichier avait déjà été envoyé depuis cette page, et il a été trouvé non conforme depuis : "
        "choisissez-en un autre. S'il faut renvoyer le même, rouvrez la page de cette pièce depuis "
        "« Pièces justificatives »."
    )


class TooOften(Refused):
    """As many files as may be were given in a day."""

    def __init__(self, registration: Registration, code: str) -> None:
        """Say what to do of a piece, by the ways by which it is given."""
        super().__init__(
            "Vous avez déjà envoyé trente fichiers en vingt-quatre heures pour cette inscription : "
            f"recommencez demain, ou {instead(registration, code)}."
        )


class ByPostAlone(Refused):
    """No file is given for it: it is sent on paper (C53)."""

    message = (
        "Cette pièce ne se dépose pas ici : envoyez-la par courrier à votre service gestionnaire."
    )


# --- The candidate ----------------------------------------------------------------------------


def deposit(
    *,
    registration: Registration,
    code: str,
    sent: Sequence[Sent],
    press: str,
    after: Deposit | None = None,
    read: str = "",
    by: Actor,
    at: datetime,
) -> Deposit:
    """Give a file for a piece, or several photographs that become one.

    Args:
        registration: the giver's own, as `with_owed()` loads it.
        code: which piece.
        sent: one file, or several photographs, in the order of their pages.
        press: names the press of the button: pressed twice, it gives one file.
        after: the file in force for this piece, where its pages come first: the new ones follow.
        read: the mark of the piece as it was read, where pages are added to it.
        by: who gives it.
        at: the instant at which the request arrived.

    Raises:
        NotAsked, NothingAwaited, ByPostAlone, TooLate, TooOften, OtherFileMeanwhile, GivenBefore,
            FoundUnfit: see each.
        evidence.TooMuch: it does not go with the other files of the registration.
        Unfit: it is not taken; each of its classes says why (`intake.cleaning`).
        files.OutOfReach, files.Unreadable: the store does not answer, or not with that file.
    """
    sending = named(f"{press}\0suite" if after else press, sent)
    if (already := _given_already(registration, code, sending)) is not None:
        return already
    _check_added_to(check(owing.owed_of(registration), code, at=at).row, after=after, read=read)
    if not limits.spend(limits.DEPOSITS_OF_A_REGISTRATION, str(registration.pk), at=at):
        raise TooOften(registration, code)

    contents = [one.content for one in sent]
    cleaning.check_together([len(one) for one in contents], after=after.size if after else 0)
    return owing.keep(
        registration,
        code,
        cleaning.join(contents, own=[files.get(after.key)] if after else []),
        name=(
            name_with_more(after.name, sent, longest=LONGEST_NAME)
            if after
            else name_of(sent, longest=LONGEST_NAME)
        ),
        sending=sending,
        awaited=partial(_awaited, code=code, after=after, read=read, at=at),
        take=evidence.take,
        verb=DEPOSITED,
        by=by,
        at=at,
    )


def reuse(
    *,
    registration: Registration,
    code: str,
    kept: KeptFile | Deposit,
    press: str,
    after: Deposit | None = None,
    read: str = "",
    by: Actor,
    at: datetime,
) -> Deposit:
    """Give for a piece a copy of a file of one's drawer, or of another piece, byte for byte.

    Args:
        registration: the giver's own, as `with_owed()` loads it.
        code: which piece.
        kept: the file of the same candidate.
        press: names the press of the button: pressed twice, it gives one file.
        after: the file in force for this piece, where its pages come first.
        read: the mark of the piece as it was read, where pages are added to it.
        by: who gives it.
        at: the instant at which the request arrived.

    Raises:
        NotAsked, NothingAwaited, ByPostAlone, TooLate, TooOften, OtherFileMeanwhile, GivenBefore,
            FoundUnfit: see each.
        evidence.TooMuch: it does not go with the other files of the registration.
        Unfit: it does not go with the one whose pages come first.
        files.OutOfReach, files.Unreadable: the store does not give it.
    """
    sending = named_text(f"{press}\0{kept.key}\0suite" if after else f"{press}\0{kept.key}")
    if (already := _given_already(registration, code, sending)) is not None:
        return already
    _check_added_to(check(owing.owed_of(registration), code, at=at).row, after=after, read=read)
    if not limits.spend(limits.DEPOSITS_OF_A_REGISTRATION, str(registration.pk), at=at):
        raise TooOften(registration, code)

    return owing.keep(
        registration,
        code,
        _added(kept, after) if after else cleaning.Clean(files.get(kept.key), kept.pages),
        name=(
            name_with_more(after.name, [Sent(kept.name, b"")], longest=LONGEST_NAME)
            if after
            else kept.name
        ),
        sending=sending,
        awaited=partial(_awaited, code=code, after=after, read=read, at=at),
        take=evidence.take,
        verb=DEPOSITED,
        by=by,
        at=at,
    )


def _given_already(registration: Registration, code: str, sending: UUID) -> Deposit | None:
    """Return the file that this press has given already, if it has and it is in force.

    Raises:
        GivenBefore, FoundUnfit: see each.
    """
    already = owing.already_given(registration, code, sending)
    if already is None:
        return None
    if already.evidence.deposit_id != already.pk:
        raise GivenBefore
    if already.evidence.is_refused:
        raise FoundUnfit
    return already


def _added(kept: KeptFile | Deposit, after: Deposit) -> cleaning.Clean:
    """Return a file that one has after the one in force: neither is a PDF that comes from outside."""
    cleaning.check_together([kept.size], after=after.size)
    return cleaning.join([], own=[files.get(after.key), files.get(kept.key)])


def _awaited(
    locked: Registration, *, code: str, after: Deposit | None, read: str, at: datetime
) -> Evidence:
    row = check(owing.owed_of(locked), code, at=at).row
    _check_added_to(row, after=after, read=read)
    return row


def _check_added_to(row: Evidence, *, after: Deposit | None, read: str) -> None:
    if after is not None and (row.deposit_id != after.pk or read not in ("", row.mark)):
        raise OtherFileMeanwhile


def check(owed: Sequence[Owed], code: str, *, at: datetime) -> Owed:
    """Return the piece for which a file may be given.

    Args:
        owed: what the registration owes.
        code: which piece.
        at: the instant.

    Raises:
        NotAsked, NothingAwaited, ByPostAlone, TooLate: see each.
    """
    found = next((one for one in owed if one.row.code == code), None)
    if found is None:
        raise owing.NotAsked
    if not found.row.is_replaceable:
        raise NothingAwaited
    if not found.is_deposited:
        raise ByPostAlone
    if not found.is_in_time(at):
        raise TooLate(_too_late(found))
    return found


def _too_late(owed: Owed) -> str:
    if owed.waits_for_verdict:
        return f"Vous pouviez remplacer ce fichier jusqu'au {owed.before}. Celui que vous avez déposé reste."
    return (
        f"Cette pièce était à fournir avant le {owed.before} : elle ne peut plus être déposée ici. "
        "Contactez votre service gestionnaire."
    )


# --- The antivirus ----------------------------------------------------------------------------


def scan(key: int, *, at: datetime) -> None:
    """Have a file looked at by the antivirus, and keep what it says.

    Args:
        key: of the deposit; one that is gone, or was looked at, is left.
        at: the instant.

    Raises:
        antivirus.Unreachable: nothing is known of it: nobody looks, or nobody answers.
        files.OutOfReach: the store does not answer.
    """
    waiting = Deposit.objects.unscanned().filter(pk=key).select_related("evidence").first()
    if waiting is None:
        return
    try:
        content = files.get(waiting.key)
    except files.Missing:
        if Deposit.objects.filter(pk=key).exists():
            raise
        return  # taken back meanwhile
    verdict = antivirus.scan(content)
    note_scan(waiting, is_clean=verdict.is_clean, signature=verdict.signature, at=at)


@transaction.atomic
def note_scan(waiting: Deposit, *, is_clean: bool, at: datetime, signature: str = "") -> None:
    """Keep what the antivirus says of a file: its piece moves, its candidate is told of a virus.

    Once the registration is validated nothing more is asked of them: its office reads that what it
    validated has no file that anybody may open (`completeness.lost_since_validated`).

    Args:
        waiting: the file.
        is_clean: whether nothing was found.
        at: the instant at which somebody began to look at it.
        signature: what was found.
    """
    locked = owing.lock(waiting.evidence.registration_id)
    if locked.decided_at is not None:
        # What was decided while it was looked at was decided before anything was found.
        at = max(at, locked.decided_at + timedelta.resolution)
    row = owing.row_of(locked, waiting.evidence_id)
    waiting.evidence = row
    is_looked_at = row.state == State.CHECKING and row.deposit_id == waiting.pk
    is_lost = is_looked_at and not is_clean
    leaves_time = is_lost and owes_pieces(locked)
    until = owing.granted(locked, row, owing.USUAL, at=at) if leaves_time else None
    moved = evidence.note_scanned(waiting, is_clean=is_clean, until=until, at=at)
    if moved and not is_clean:
        owing.record(
            FOUND_INFECTED,
            locked,
            row,
            by=SYSTEM,
            at=at,
            deposit=waiting.pk,
            signature=signature,
        )
        owing.tell_refused(row, locked, at=at)
        completing.lacks_again(locked)
    elif moved:
        completing.clear_if_complete(locked, at=at)


def scan_again(*, older_than: datetime) -> None:
    """Queue the files that a killed worker left, and those for which no antivirus answered."""
    waiting = Deposit.objects.unscanned().filter(given_at__lt=older_than)
    for key in waiting.values_list("pk", flat=True).order_by("given_at")[:500]:
        defer_once(owing.SCAN, queue="evidence", deposit=str(key))
