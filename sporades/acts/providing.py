"""The pieces of a registration: its candidate gives them, its office says what they are worth (G2)."""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from functools import partial
from typing import Final, Literal
from uuid import UUID

from django.db import transaction

from sporades import journal
from sporades.accounts import limits
from sporades.acts import completing
from sporades.acts.sending import Sent, name_of, name_with_more, named, named_text
from sporades.core import files
from sporades.core.actors import SYSTEM, Actor
from sporades.core.french import local_day
from sporades.core.links import absolute
from sporades.core.queue import defer_once
from sporades.core.refusals import Refused
from sporades.drawers.models import KeptFile
from sporades.evidence import delays
from sporades.evidence import operations as evidence
from sporades.evidence.models import LONGEST_NAME, Deposit, Evidence
from sporades.evidence.queries import Owed, owed_by, pieces_of
from sporades.evidence.states import State
from sporades.intake import antivirus, cleaning
from sporades.letters.operations import tell
from sporades.registrations.models import Registration
from sporades.registrations.queries import lock_registration
from sporades.registrations.snapshot import contact_of

SCAN = "evidence.scan"
USUAL: Final = "usual"
"""As much more time as the réglementation gives, if any."""

type Until = date | Literal["usual"] | None


class PostmarkToCome(Refused):
    """Nothing is posted tomorrow."""

    message = "La date du cachet de la poste n'est pas encore passée."


class NotAsked(Refused):
    """The registration does not owe this piece."""

    message = "Cette pièce n'est plus demandée pour cette inscription : relisez la liste."


class NothingAwaited(Refused):
    """Nothing is awaited for it: it has come, it is good, or nobody needs it."""

    message = "Rien n'est plus attendu pour cette pièce : relisez la liste."


class NothingOwed(Refused):
    """Its registration owes nothing: it is validated, or stands no more."""

    message = (
        "Cette inscription est validée ou n'est plus en cours : elle ne doit aucune pièce. Annulez "
        "d'abord la validation."
    )


class TooLate(Refused):
    """The last minute of its deadline has passed."""


class OtherFileMeanwhile(Refused):
    """The file to which pages were to be added is in force no more: they would take its place."""

    message = (
        "Le fichier de cette pièce a changé entre-temps : relisez-le, puis ajoutez vos pages à la "
        "suite de celui-là."
    )


class TooOften(Refused):
    """As many files as may be were given in a day."""

    message = (
        "Vous avez déjà envoyé trente fichiers en vingt-quatre heures pour cette inscription : "
        "recommencez demain, ou envoyez cette pièce par courrier à votre service gestionnaire."
    )


# --- The candidate ----------------------------------------------------------------------------


def deposit(
    *,
    registration: Registration,
    code: str,
    sent: Sequence[Sent],
    press: str,
    after: Deposit | None = None,
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
        by: who gives it.
        at: the instant at which the request arrived.

    Raises:
        NotAsked, NothingAwaited, TooLate, TooOften, OtherFileMeanwhile: see each.
        evidence.TooMuch: it does not go with the other files of the registration.
        Unfit: it is not taken; each of its classes says why (`intake.cleaning`).
        files.OutOfReach, files.Unreadable: the store does not answer, or not with that file.
    """
    sending = named(f"{press}\0suite" if after else press, sent)
    if (already := _given(registration, code, sending)) is not None:
        return already
    check(owed_of(registration), code, at=at)
    if not limits.spend(limits.DEPOSITS_OF_A_REGISTRATION, str(registration.pk), at=at):
        raise TooOften

    contents = [one.content for one in sent]
    cleaning.check_together([len(one) for one in contents], after=after.size if after else 0)
    return _keep(
        registration,
        code,
        cleaning.join(contents, own=[files.get(after.key)] if after else []),
        name=(
            name_with_more(after.name, sent, longest=LONGEST_NAME)
            if after
            else name_of(sent, longest=LONGEST_NAME)
        ),
        sending=sending,
        awaited=partial(_awaited, code=code, after=after, at=at),
        take=evidence.take,
        verb="piece deposited",
        by=by,
        at=at,
    )


def reuse(
    *,
    registration: Registration,
    code: str,
    kept: KeptFile,
    press: str,
    after: Deposit | None = None,
    by: Actor,
    at: datetime,
) -> Deposit:
    """Give for a piece a copy of a file of one's drawer, byte for byte.

    Args:
        registration: the giver's own, as `with_owed()` loads it.
        code: which piece.
        kept: the file of the same candidate.
        press: names the press of the button: pressed twice, it gives one file.
        after: the file in force for this piece, where its pages come first.
        by: who gives it.
        at: the instant at which the request arrived.

    Raises:
        NotAsked, NothingAwaited, TooLate, TooOften, OtherFileMeanwhile: see each.
        evidence.TooMuch: it does not go with the other files of the registration.
        Unfit: it does not go with the one whose pages come first.
        files.OutOfReach, files.Unreadable: the store does not give it.
    """
    sending = named_text(f"{press}\0{kept.key}\0suite" if after else f"{press}\0{kept.key}")
    if (already := _given(registration, code, sending)) is not None:
        return already
    check(owed_of(registration), code, at=at)
    if not limits.spend(limits.DEPOSITS_OF_A_REGISTRATION, str(registration.pk), at=at):
        raise TooOften

    return _keep(
        registration,
        code,
        _added(kept, after) if after else cleaning.Clean(files.get(kept.key), kept.pages),
        name=(
            name_with_more(after.name, [Sent(kept.name, b"")], longest=LONGEST_NAME)
            if after
            else kept.name
        ),
        sending=sending,
        awaited=partial(_awaited, code=code, after=after, at=at),
        take=evidence.take,
        verb="piece deposited",
        by=by,
        at=at,
    )


def _added(kept: KeptFile, after: Deposit) -> cleaning.Clean:
    """Return a file of a drawer after the one in force: neither is a PDF that comes from outside."""
    cleaning.check_together([kept.size], after=after.size)
    return cleaning.join([], own=[files.get(after.key), files.get(kept.key)])


def _awaited(locked: Registration, *, code: str, after: Deposit | None, at: datetime) -> Evidence:
    row = check(owed_of(locked), code, at=at).row
    if after is not None and row.deposit_id != after.pk:
        raise OtherFileMeanwhile
    return row


def _keep(
    registration: Registration,
    code: str,
    made: cleaning.Clean,
    *,
    name: str,
    sending: UUID,
    awaited: Callable[[Registration], Evidence],
    take: Callable[..., Deposit],
    verb: str,
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
        by: who gives it.
        at: the instant.
    """
    own = files.own_suffix(".pdf")
    key = evidence.announce(made.content, own=own, at=at)
    with files.kept_apart(made.content, suffix=".pdf", own=own):
        locked = _lock(registration.pk)
        if (already := _given(locked, code, sending)) is not None:
            transaction.on_commit(lambda: files.forget_or_say([key]))
            return already
        evidence.ask(locked, locked.owed["evidence"], at=at)
        given = take(
            _row(locked, awaited(locked).pk),
            evidence.Given(key, name, len(made.content), made.pages, sending),
            by=by,
            at=at,
        )
        _record(
            verb,
            locked,
            by=by,
            at=at,
            piece=code,
            deposit=given.pk,
            digest=given.digest,
            size=given.size,
        )
        completing.clear_if_complete(locked, at=at)
        defer_once(SCAN, queue="evidence", deposit=str(given.pk))
    return given


def owed_of(registration: Registration) -> list[Owed]:
    """Return what a registration owes now; one that does not stand, or is validated, nothing."""
    if not registration.is_active or registration.is_validated:
        return []
    return pieces_of(registration)


def check(owed: Sequence[Owed], code: str, *, at: datetime) -> Owed:
    """Return the piece for which a file may be given.

    Args:
        owed: what the registration owes.
        code: which piece.
        at: the instant.

    Raises:
        NotAsked, NothingAwaited, TooLate: see each.
    """
    found = next((one for one in owed if one.row.code == code), None)
    if found is None:
        raise NotAsked
    if not found.row.is_replaceable:
        raise NothingAwaited
    if not found.is_in_time(at):
        raise TooLate(_too_late(found))
    return found


def _too_late(owed: Owed) -> str:
    return (
        f"Cette pièce était à fournir avant le {owed.before} : elle ne peut plus être déposée ici. "
        "Contactez votre service gestionnaire."
    )


def _given(registration: Registration, code: str, sending: UUID) -> Deposit | None:
    found: Deposit | None = Deposit.objects.filter(
        evidence__registration=registration, evidence__code=code, sending=sending
    ).first()
    return found


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
    verdict = antivirus.scan(files.get(waiting.key))
    note_scan(waiting, is_clean=verdict.is_clean, signature=verdict.signature, at=at)


@transaction.atomic
def note_scan(waiting: Deposit, *, is_clean: bool, at: datetime, signature: str = "") -> None:
    """Keep what the antivirus says of a file: its piece moves, its candidate is told of a virus.

    Args:
        waiting: the file.
        is_clean: whether nothing was found.
        at: the instant.
        signature: what was found.
    """
    locked = _lock(waiting.evidence.registration_id)
    row = _row(locked, waiting.evidence_id)
    waiting.evidence = row
    is_looked_at = row.state == State.CHECKING and row.deposit_id == waiting.pk
    is_lost = is_looked_at and not is_clean
    until = _granted(locked, row, USUAL, at=at) if is_lost else None
    moved = evidence.note_scanned(waiting, is_clean=is_clean, until=until, at=at)
    if moved and not is_clean:
        _record(
            "piece found infected",
            locked,
            by=SYSTEM,
            at=at,
            piece=row.code,
            deposit=waiting.pk,
            signature=signature,
        )
        _tell_refused(row, locked, at=at)
    elif moved:
        completing.clear_if_complete(locked, at=at)


def scan_again(*, older_than: datetime) -> None:
    """Queue the files that a killed worker left, and those for which no antivirus answered."""
    waiting = Deposit.objects.unscanned().filter(given_at__lt=older_than)
    for key in waiting.values_list("pk", flat=True).order_by("given_at")[:500]:
        defer_once(SCAN, queue="evidence", deposit=str(key))


# --- The office -------------------------------------------------------------------------------


@transaction.atomic
def accept(*, row: Evidence, seen: int | None, by: Actor, at: datetime) -> None:
    """« Conforme »: the piece is what was asked for.

    Args:
        row: the piece.
        seen: the key of the deposit that was looked at, if it was one.
        by: who decides.
        at: the instant.

    Raises:
        evidence.OtherFile: its candidate has given another one meanwhile.
        Refused: it stands no more as it was read.
    """
    locked = _lock(row.registration_id)
    held = _row(locked, row.pk)
    evidence.accept(held, seen=seen, by=by, at=at)
    _record("piece accepted", locked, by=by, at=at, piece=held.code, deposit=held.deposit_id)
    completing.clear_if_complete(locked, at=at)


@transaction.atomic
def refuse(
    *,
    row: Evidence,
    reason: str,
    seen: int | None,
    by: Actor,
    at: datetime,
    motive: str = "",
    until: Until = None,
) -> None:
    """« Non conforme »: its candidate reads why and until when to replace it, and a mail says it.

    Args:
        row: the piece.
        reason: why.
        seen: the key of the deposit that was looked at, if it was one.
        by: who decides.
        at: the instant.
        motive: what verifiers call the usual reason that it is (`evidence.reasons`), if it is one.
        until: the last day to replace it, where its deadline gives less; `USUAL` as the
            réglementation says.

    Raises:
        ReasonMissing: nothing is said.
        delays.Shorter, delays.TooFar: see each.
        evidence.OtherFile: its candidate has given another one meanwhile.
        Refused: it stands no more as it was read.
    """
    locked = _lock(row.registration_id)
    held = _row(locked, row.pk)
    last = _granted(locked, held, until, at=at)
    evidence.refuse(held, reason=reason, motive=motive, until=last, seen=seen, by=by, at=at)
    _record(
        "piece refused",
        locked,
        by=by,
        at=at,
        piece=held.code,
        deposit=held.deposit_id,
        reason=reason,
        **_in_journal(locked, last),
    )
    _tell_refused(held, locked, at=at)


@transaction.atomic
def waive(*, row: Evidence, reason: str, by: Actor, at: datetime) -> None:
    """« Dispenser »: this registration does without it, its candidate reads why.

    Args:
        row: the piece.
        reason: why.
        by: who decides.
        at: the instant.

    Raises:
        ReasonMissing: nothing is said.
        Refused: it stands no more as it was read.
    """
    locked = _lock(row.registration_id)
    held = _row(locked, row.pk)
    evidence.waive(held, reason=reason, by=by, at=at)
    _record("piece waived", locked, by=by, at=at, piece=held.code, reason=reason)
    completing.clear_if_complete(locked, at=at)


@transaction.atomic
def ask_again(*, row: Evidence, until: date | None = None, by: Actor, at: datetime) -> None:
    """« Redemander »: a piece that was waived is due again; its candidate is told.

    Args:
        row: the piece.
        until: the last day to send it, where its deadline gives less.
        by: who decides.
        at: the instant.

    Raises:
        NothingOwed: its registration is validated, or stands no more.
        delays.Shorter, delays.TooFar: see each.
        evidence.NotWaived: it is asked for already.
    """
    locked = _lock(row.registration_id)
    held = _row(locked, row.pk)
    if not locked.is_active or locked.is_validated:
        raise NothingOwed
    last = _granted(locked, held, until, at=at)
    evidence.ask_again(held, until=last, at=at)
    _record(
        "piece asked again",
        locked,
        by=by,
        at=at,
        piece=held.code,
        state=held.state,
        **_in_journal(locked, last),
    )
    _tell_of("piece_asked_again", held, locked, at=at, is_to_provide=held.state == State.OWED)


@transaction.atomic
def grant(*, row: Evidence, until: date, by: Actor, at: datetime) -> None:
    """« Laisser plus de temps »: a piece that is still to be sent is taken until another day; its candidate is told.

    A later day than its deadline; or an earlier one than a day that was granted by mistake.

    Args:
        row: the piece.
        until: the last day.
        by: who decides.
        at: the instant.

    Raises:
        NothingOwed: its registration is validated, or stands no more.
        delays.Shorter, delays.TooFar: see each.
        evidence.NothingToSend: it came meanwhile, or is asked for no more.
    """
    locked = _lock(row.registration_id)
    held = _row(locked, row.pk)
    if not locked.is_active or locked.is_validated:
        raise NothingOwed
    owed = _owed_as(locked, held)
    last = delays.changed(locked, owed, until, at=at)
    is_later = last > owed.until
    evidence.grant(held, until=last)
    verb = "piece given time" if is_later else "piece time cut back"
    _record(verb, locked, by=by, at=at, piece=held.code, **_in_journal(locked, last))
    _tell_of("piece_given_time" if is_later else "piece_time_cut_back", held, locked, at=at)


@transaction.atomic
def receive(*, row: Evidence, posted_on: date, by: Actor, at: datetime) -> None:
    """« Reçue par courrier »: the postmark counts, not the day of reception (L-05).

    Args:
        row: the piece.
        posted_on: the day of the postmark.
        by: who records it.
        at: the instant.

    Raises:
        Refused: the postmark is to come, or the piece stands no more as it was read.
    """
    locked = _lock(row.registration_id)
    held = _row(locked, row.pk)
    _check_postmark(locked, posted_on, at=at)
    evidence.receive(held, posted_on=posted_on, at=at)
    posted = posted_on.isoformat()
    _record("piece received", locked, by=by, at=at, piece=held.code, posted_on=posted)
    completing.clear_if_complete(locked, at=at)


def scan_in(
    *,
    registration: Registration,
    code: str,
    sent: Sequence[Sent],
    press: str,
    posted_on: date,
    by: Actor,
    at: datetime,
) -> Deposit:
    """Keep the scan of a piece that came by post, for its candidate: the postmark counts (L-05).

    Args:
        registration: whose piece it is, as `with_owed()` loads it.
        code: which piece.
        sent: the scan.
        press: names the press of the button: pressed twice, it gives one file.
        posted_on: the day of the postmark.
        by: who scans it.
        at: the instant.

    Raises:
        NotAsked: the registration does not owe this piece.
        Refused: the postmark is to come, or the piece stands no more as it was read.
        evidence.TooMuch, Unfit, files.OutOfReach: see `deposit`.
    """
    _check_postmark(registration, posted_on, at=at)
    sending = named(press, sent)
    if (already := _given(registration, code, sending)) is not None:
        return already

    def awaited(locked: Registration) -> Evidence:
        found = next((one for one in owed_of(locked) if one.row.code == code), None)
        if found is None:
            raise NotAsked
        return found.row

    take = partial(evidence.take_scan, posted_on=posted_on)
    return _keep(
        registration,
        code,
        cleaning.join([one.content for one in sent]),
        name=name_of(sent, longest=LONGEST_NAME),
        sending=sending,
        awaited=awaited,
        take=take,
        verb="piece scanned",
        by=by,
        at=at,
    )


def _check_postmark(registration: Registration, posted_on: date, *, at: datetime) -> None:
    if posted_on > local_day(at, registration.service.zone):
        raise PostmarkToCome


# --- All --------------------------------------------------------------------------------------


def _lock(pk: int) -> Registration:
    """Return a registration, locked, with what it owes."""
    lock_registration(pk)
    found: Registration = Registration.objects.whole().with_owed().get(pk=pk)
    return found


def _row(registration: Registration, pk: int) -> Evidence:
    """Return a piece of a registration that is locked, as it stands."""
    row: Evidence = Evidence.objects.select_related("deposit").get(pk=pk)
    row.registration = registration
    return row


def _record(
    verb: str, registration: Registration, *, by: Actor, at: datetime, **after: object
) -> None:
    journal.record(
        verb, by=by, on=registration, at=at, academy=registration.academy_id, after=after
    )


def _owed_as(registration: Registration, row: Evidence) -> Owed:
    """Return a piece with its deadline as it is now; one that the version asks for no more is not given time.

    Raises:
        NotAsked: see there.
    """
    found = next((one for one in owed_by(registration, [row]) if one.row.pk == row.pk), None)
    if found is None:
        raise NotAsked
    return found


def _granted(
    registration: Registration, row: Evidence, until: Until, *, at: datetime
) -> datetime | None:
    """Return until when a piece may be sent, where that is later than its deadline."""
    if until is None:
        return None
    owed = _owed_as(registration, row)
    day = delays.usual_day(registration, owed, at=at) if until == USUAL else until
    return delays.granted(registration, owed, day, at=at) if day else None


def _in_journal(registration: Registration, until: datetime | None) -> dict[str, str]:
    return {"until": local_day(until, registration.service.zone).isoformat()} if until else {}


def _tell_refused(row: Evidence, registration: Registration, *, at: datetime) -> None:
    if registration.is_active:
        _tell_of("piece_refused", row, registration, at=at)


def _tell_of(
    kind: str,
    row: Evidence,
    registration: Registration,
    *,
    at: datetime,
    is_to_provide: bool = True,
) -> None:
    owed = _owed_as(registration, row)
    tell(
        registration.candidate,
        kind,
        service=registration.service,
        at=at,
        key=f"{kind}:{row.pk}:{at.isoformat()}",
        about=registration,
        urgent=True,
        registration=registration,
        piece=row,
        before=owed.before,
        is_in_time=owed.is_in_time(at),
        contact=contact_of(registration.service),
        link=absolute(f"/mes-inscriptions/{registration.number}/pieces"),
        is_to_provide=is_to_provide,
    )
