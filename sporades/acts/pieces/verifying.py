"""The office says what the pieces of a registration are worth, and what came by post (G2, L-05)."""

from collections.abc import Sequence
from datetime import date, datetime
from functools import partial

from django.db import transaction

from sporades.acts.pieces import owing
from sporades.acts.pieces.arrivals import before_it_came
from sporades.acts.postmarks import check_postmark
from sporades.acts.registrations import completing
from sporades.acts.registrations.adding import (
    AskedAlready,
    More,
    NothingMore,
    ask_more_within,
    asked_already,
    asked_so,
    tell_asked_for,
)
from sporades.acts.reminders import leave_out_answered
from sporades.acts.sent_files import Sent, name_of, named
from sporades.core.actors import SYSTEM, Actor
from sporades.core.refusals import Refused
from sporades.evidence import delays
from sporades.evidence import operations as evidence
from sporades.evidence.meanwhile import check_read, check_seen
from sporades.evidence.models import LONGEST_NAME, Deposit, Evidence
from sporades.evidence.queries import Owed
from sporades.evidence.states import HERE, State
from sporades.evidence.unmet import owes_pieces
from sporades.intake import cleaning
from sporades.journal.models import Entry
from sporades.journal.queries import entries_about
from sporades.letters.words import to_be_told
from sporades.registrations.came import CameBy, as_noted
from sporades.registrations.models import Registration
from sporades.registrations.queries import check_not_handed_over
from sporades.registrations.refusals import HandedOver
from sporades.registrations.states import State as RegistrationState


class NothingOwed(Refused):
    """Its registration owes nothing: it is validated, or stands no more."""

    message = (
        "Cette inscription est validée ou n'est plus en cours : elle ne doit aucune pièce. Si elle "
        "est validée, revenez d'abord sur la validation."
    )


@transaction.atomic
def accept(*, row: Evidence, seen: int | None, mark: str = "", by: Actor, at: datetime) -> None:
    """« Conforme »: the piece is what was asked for.

    Args:
        row: the piece.
        seen: the key of the deposit that was looked at, if it was one.
        mark: what `Evidence.mark` said of it as it was read; nothing where nobody kept it.
        by: who decides.
        at: the instant.

    Raises:
        meanwhile.Changed: something was given for it, or decided of it, since it was read.
        evidence.OtherFile: its candidate has given another one meanwhile.
        Refused: it stands no more as it was read.
    """
    locked, held = _as_read(row, mark, by=by)
    evidence.accept(held, seen=seen, by=by, at=at)
    owing.record("piece accepted", locked, held, by=by, at=at, deposit=held.deposit_id)
    completing.clear_if_complete(locked, at=at)


@transaction.atomic
def refuse(
    *,
    row: Evidence,
    reason: str,
    seen: int | None,
    by: Actor,
    at: datetime,
    mark: str = "",
    motive: str = "",
    until: owing.Until = None,
) -> None:
    """« Non conforme »: its candidate reads why and until when to replace it, and a mail says it.

    Args:
        row: the piece.
        reason: why.
        seen: the key of the deposit that was looked at, if it was one.
        mark: what `Evidence.mark` said of it as it was read; nothing where nobody kept it.
        by: who decides.
        at: the instant.
        motive: what verifiers call the usual reason that it is (`evidence.reasons`), if it is one.
        until: the last day to replace it, where its deadline gives less; `USUAL` as the
            réglementation says.

    Raises:
        meanwhile.Changed: something was given for it, or decided of it, since it was read.
        ReasonMissing: nothing is said.
        delays.Shorter, delays.TooFar: see each.
        NothingOwed: its registration is validated, or stands no more: nothing could replace it.
        evidence.OtherFile: its candidate has given another one meanwhile.
        Refused: it stands no more as it was read.
    """
    locked, held = _as_read(row, mark, by=by)
    _check_owes(locked)
    last = owing.granted(locked, held, until, at=at)
    evidence.refuse(held, reason=reason, motive=motive, until=last, seen=seen, by=by, at=at)
    owing.record(
        "piece refused",
        locked,
        held,
        by=by,
        at=at,
        deposit=held.deposit_id,
        reason=reason,
        **owing.in_journal(locked, last),
    )
    owing.tell_refused(held, locked, at=at)
    completing.lacks_again(locked)


@transaction.atomic
def correct_refusal(
    *,
    row: Evidence,
    reason: str,
    seen: int | None,
    by: Actor,
    at: datetime,
    mark: str = "",
    motive: str = "",
    until: owing.Until = None,
) -> None:
    """« Corriger le motif »: the piece is refused for another reason; its candidate reads that one alone.

    Args:
        row, reason, seen, by, at, mark, motive, until: as `refuse` has them.

    Raises:
        meanwhile.Changed: something was given for it, or decided of it, since it was read.
        ReasonMissing: nothing is said.
        evidence.SameReason: nothing is corrected.
        delays.Shorter, delays.TooFar: see each.
        NothingOwed: its registration is validated, or stands no more: nothing could replace it.
        evidence.OtherFile, evidence.NothingThere: see each.
        Refused: it stands no more as it was read.
    """
    locked, held = _as_read(row, mark, by=by)
    _check_owes(locked)
    last = owing.granted(locked, held, until, at=at)
    former, is_unread = held.reason, owing.is_refused_unread(held, locked)
    evidence.correct_refusal(
        held, reason=reason, motive=motive, until=last, seen=seen, by=by, at=at
    )
    owing.record(
        "piece refusal corrected",
        locked,
        held,
        by=by,
        at=at,
        deposit=held.deposit_id,
        reason=reason,
        former=former,
        **owing.in_journal(locked, last),
    )
    owing.tell_refusal_corrected(held, locked, is_unread=is_unread, at=at)


@transaction.atomic
def overturn(*, row: Evidence, seen: int | None, mark: str = "", by: Actor, at: datetime) -> None:
    """« Revenir sur le refus »: the piece is what was asked for after all; its candidate is told.

    Unless they have read nothing of the refusal: its letter, which waits, is not printed.

    Args:
        row: the piece.
        seen: the key of the deposit that was looked at, if it was one.
        mark: what `Evidence.mark` said of it as it was read; nothing where nobody kept it.
        by: who decides.
        at: the instant.

    Raises:
        meanwhile.Changed: something was given for it, or decided of it, since it was read.
        evidence.OtherFile, evidence.NothingThere: see each.
        Refused: it stands no more as it was read.
    """
    locked, held = _as_read(row, mark, by=by)
    why, refused_at = held.reason, held.decided_at or at
    evidence.overturn(held, seen=seen, by=by, at=at)
    owing.record(
        "piece refusal taken back",
        locked,
        held,
        by=by,
        at=at,
        deposit=held.deposit_id,
        reason=why,
    )
    owing.tell_overturned(held, locked, refused_at=refused_at, at=at)
    leave_out_answered(locked, at=at)
    completing.clear_if_complete(locked, at=at)


def overturned_in_words(row: Evidence, registration: Registration) -> str:
    """Say to whoever takes back a refusal what its candidate is told; nothing where nobody is.

    Args:
        row: the piece, refused.
        registration: whose it is.
    """
    if not registration.is_active:
        return ""
    if owing.is_refused_unread(row, registration):
        return (
            "Le courrier qui dit ce refus n'est pas imprimé : il ne part pas, et aucun autre ne le "
            "remplace."
        )
    return to_be_told(registration.candidate)


@transaction.atomic
def waive(*, row: Evidence, reason: str, mark: str = "", by: Actor, at: datetime) -> None:
    """« Dispenser »: this registration does without it; its candidate is told, with the reason.

    Args:
        row: the piece.
        reason: why.
        mark: what `Evidence.mark` said of it as it was read; nothing where nobody kept it.
        by: who decides.
        at: the instant.

    Raises:
        meanwhile.Changed: something was given for it, or decided of it, since it was read.
        NothingOwed: its registration is validated, or stands no more.
        ReasonMissing: nothing is said.
        Refused: it stands no more as it was read.
    """
    locked, held = _as_read(row, mark, by=by)
    _check_owes(locked)
    evidence.waive(held, reason=reason, by=by, at=at)
    owing.record("piece waived", locked, held, by=by, at=at, reason=reason)
    owing.tell_waived(held, locked, at=at)
    leave_out_answered(locked, at=at)
    completing.clear_if_complete(locked, at=at)


@transaction.atomic
def ask_again(
    *, row: Evidence, until: date | None = None, mark: str = "", by: Actor, at: datetime
) -> None:
    """« Redemander »: a piece that was waived is due again; its candidate is told.

    Args:
        row: the piece.
        until: the last day to send it, where its deadline gives less.
        mark: what `Evidence.mark` said of it as it was read; nothing where nobody kept it.
        by: who decides.
        at: the instant.

    Raises:
        meanwhile.Changed: something was given for it, or decided of it, since it was read.
        NothingOwed: its registration is validated, or stands no more.
        NothingMore: its exam is over.
        delays.Shorter, delays.TooFar: see each.
        evidence.NotWaived: it is asked for already.
    """
    locked, held = _as_read(row, mark, by=by)
    check_asks(locked, at=at)
    last = owing.granted(locked, held, until, at=at)
    evidence.ask_again(held, until=last, at=at)
    owing.record(
        "piece asked again",
        locked,
        held,
        by=by,
        at=at,
        state=held.state,
        **owing.in_journal(locked, last),
    )
    owing.tell_of("piece_asked_again", held, locked, at=at, is_to_provide=held.state == State.OWED)
    completing.lacks_again(locked)


@transaction.atomic
def ask_more(
    *, registration: Registration, more: More, may_repeat: bool = True, by: Actor, at: datetime
) -> None:
    """« Demander une pièce de plus »: one that no réglementation lists; its candidate is told.

    Pressed twice, or asked for by a colleague meanwhile in the same words, it is asked for once.

    Args:
        registration: of whom it is asked.
        more: the piece.
        may_repeat: whether one that was asked for in the same words, and came, may be asked for anew.
        by: who asks for it.
        at: the instant.

    Raises:
        HandedOver: its registration is another academy's since it was read.
        NothingOwed: its registration is validated, or stands no more.
        AskedAlready: it is asked for in the same words, and may not be anew.
        NothingMore, delays.Shorter, delays.TooFar, evidence.TooMany: see each.
    """
    locked = owing.lock(registration.pk)
    check_not_handed_over(held=locked, read=registration)
    _check_owes(locked)
    if not may_repeat and (row := asked_so(locked, more.label)) is not None:
        raise AskedAlready(State(row.state))
    if asked_already(locked, more) is not None:
        return
    row = ask_more_within(locked, more, by=by, at=at)
    tell_asked_for(row, locked, at=at)
    completing.lacks_again(locked)


@transaction.atomic
def grant(
    *,
    row: Evidence,
    until: date,
    may_cut_back: bool = True,
    mark: str = "",
    by: Actor,
    at: datetime,
) -> None:
    """« Laisser plus de temps »: a piece that is still to be sent is taken until another day; its candidate is told.

    A later day than its deadline; or an earlier one than a day that was granted by mistake.

    Args:
        row: the piece.
        until: the last day.
        may_cut_back: whether that day may be earlier than one that was granted before.
        mark: what `Evidence.mark` said of it as it was read; nothing where nobody kept it.
        by: who decides.
        at: the instant.

    Raises:
        meanwhile.Changed: something was given for it, or decided of it, since it was read.
        NothingOwed: its registration is validated, or stands no more.
        NothingMore: its exam is over.
        delays.Shorter, delays.TooFar: see each.
        evidence.NothingToSend: it came meanwhile, or is asked for no more.
    """
    locked, held = _as_read(row, mark, by=by)
    check_asks(locked, at=at)
    owed = owing.owed_as(locked, held)
    allowed = delays.changed if may_cut_back else delays.granted
    last = allowed(locked, owed, until, at=at)
    is_later = last > owed.until
    evidence.grant(held, until=last)
    verb = "piece given time" if is_later else "piece time cut back"
    owing.record(verb, locked, held, by=by, at=at, **owing.in_journal(locked, last))
    owing.tell_of("piece_given_time" if is_later else "piece_time_cut_back", held, locked, at=at)


@transaction.atomic
def receive(
    *,
    row: Evidence,
    posted_on: date,
    came_by: CameBy = CameBy.POST,
    is_certain: bool = False,
    mark: str = "",
    by: Actor,
    at: datetime,
) -> None:
    """« Reçue par le service »: the postmark counts, not the day of reception (L-05).

    Args:
        row: the piece.
        posted_on: the day of the postmark, on which it was handed over, or the mail was sent.
        came_by: by which way it came.
        is_certain: whether a day before registrations opened was looked at twice.
        mark: what `Evidence.mark` said of it as it was read; nothing where nobody kept it.
        by: who records it.
        at: the instant.

    Raises:
        meanwhile.Changed: something was given for it, or decided of it, since it was read.
        PostmarkToCome, PostmarkBeforeOpening: see each.
        Refused: the piece stands no more as it was read.
    """
    locked, held = _as_read(row, mark, by=by)
    check_postmark(locked, posted_on, is_certain=is_certain, at=at)
    evidence.receive(held, posted_on=posted_on, came_by=came_by, at=at)
    owing.record("piece received", locked, held, by=by, at=at, **as_noted(came_by, posted_on))
    leave_out_answered(locked, at=at)
    completing.clear_if_complete(locked, at=at)


@transaction.atomic
def correct_postmark(
    *,
    row: Evidence,
    posted_on: date,
    came_by: CameBy = CameBy.POST,
    read: date,
    seen: int | None,
    is_certain: bool = False,
    mark: str = "",
    by: Actor,
    at: datetime,
) -> None:
    """« Corriger la date du cachet »: what was written was not what stands on the envelope (L-05).

    Args:
        row: the piece.
        posted_on: the day of the postmark, or of the other way.
        came_by: by which way it came.
        is_certain: whether a day before registrations opened was looked at twice.
        read: the day that was read as wrong.
        seen: the key of the scan that was looked at, if there was one.
        mark: what `Evidence.mark` said of it as it was read; nothing where nobody kept it.
        by: who corrects it.
        at: the instant.

    Raises:
        meanwhile.Changed: something was given for it, or decided of it, since it was read.
        evidence.OtherFile: a colleague has written another day, or joined a scan, meanwhile.
        evidence.SamePostmark: nothing is corrected.
        PostmarkToCome, PostmarkBeforeOpening: see each.
        Refused: the piece stands no more as it was read.
    """
    locked, held = _as_read(row, mark, by=by)
    check_postmark(locked, posted_on, is_certain=is_certain, at=at)
    former_by = held.came_by
    evidence.correct_postmark(held, posted_on=posted_on, came_by=came_by, read=read, seen=seen)
    former = {"former": read.isoformat()}
    owing.record(
        "piece postmark corrected",
        locked,
        held,
        by=by,
        at=at,
        **as_noted(came_by, posted_on),
        **(former if former_by == came_by else {**former, "former_by": str(former_by)}),
    )


@transaction.atomic
def take_back(*, row: Evidence, seen: int | None, mark: str = "", by: Actor, at: datetime) -> None:
    """« Revenir sur la réception »: what was noted, or scanned, was not this candidate's.

    The piece is as it was before, and what was scanned is erased. No message leaves, since none had when
    it was noted; unless an anomaly was lifted while it counted, of which its candidate was told. The
    service that lifted it by itself finds it anew; else they are told that the piece is awaited.

    Args:
        row: the piece.
        seen: the key of the scan that was looked at, if there was one.
        mark: what `Evidence.mark` said of it as it was read; nothing where nobody kept it.
        by: who takes it back.
        at: the instant.

    Raises:
        meanwhile.Changed: something was given for it, or decided of it, since it was read.
        evidence.NotReceived: it is not noted as received by post.
        Refused: it stands no more as it was read.
    """
    locked, held = _as_read(row, mark, by=by)
    came = as_noted(held.came_by, held.posted_on) if held.posted_on else {"posted_on": ""}
    acts = entries_about(locked).filter(payload__after__piece=held.code)
    came_first = before_it_came(acts.order_by("pk"))
    lifted = _lifted_with(held, locked, came_first.since)
    erased = evidence.take_back(held, before=came_first.before, since=came_first.since, seen=seen)
    owing.record(
        "piece reception taken back",
        locked,
        held,
        by=by,
        at=at,
        state=held.state,
        **came,
        erased=erased,
    )
    if lifted is None:
        completing.lacks_again(locked)
        return
    if _is_incomplete_again(lifted, owing.owed_as(locked, held), locked, at=at):
        completing.declare_incomplete(registration=locked, by=by, at=at)
    else:
        completing.lacks_again(locked)  # it may be incomplete since, for another piece
        owing.tell_of("piece_asked_again", held, locked, at=at, is_noted_by_mistake=True)


def taken_back_in_words(owed: Owed, registration: Registration, *, at: datetime) -> str:
    """Say to whoever takes back that a piece came by post what its candidate is told.

    Args:
        owed: the piece.
        registration: whose it is.
        at: the instant.
    """
    acts = entries_about(registration).filter(payload__after__piece=owed.row.code)
    lifted = _lifted_with(owed.row, registration, before_it_came(acts.order_by("pk")).since)
    if lifted is None:
        return "Aucun message ne part."
    if _is_incomplete_again(lifted, owed, registration, at=at):
        return (
            "L'anomalie, levée depuis, est constatée de nouveau : un message le dit au candidat, avec "
            "ce qui manque."
        )
    return "Une anomalie a été levée depuis : un message dit au candidat que cette pièce manque."


def _is_incomplete_again(
    lifted: Entry, owed: Owed, registration: Registration, *, at: datetime
) -> bool:
    """Return whether an anomaly that ended by itself, for a piece that has not come, is found anew.

    Args:
        lifted: what ended it.
        owed: the piece.
        registration: whose it is, as `with_owed()` loads it.
        at: the instant.
    """
    if registration.is_exam_over(at):  # nothing is asked for any more
        return False
    is_last = (
        registration.state == RegistrationState.REGISTERED and lifted.at == registration.decided_at
    )
    return is_last and lifted.actor_kind == SYSTEM.kind and not owed.is_in_time(at)


def _lifted_with(row: Evidence, registration: Registration, since: datetime | None) -> Entry | None:
    """Return what lifted an anomaly, as nothing was missing, while what came for a piece counted; or nothing.

    Args:
        row: a piece that came by post.
        registration: whose it is.
        since: when it came, where that is known.
    """
    counts = row.is_mandatory and row.state in HERE and row.state != State.WAIVED
    if since is None or not counts or not owes_pieces(registration):
        return None
    return completing.lifted_since(registration, since)


def scan_in(
    *,
    registration: Registration,
    code: str,
    sent: Sequence[Sent],
    press: str,
    posted_on: date,
    came_by: CameBy = CameBy.POST,
    is_certain: bool = False,
    mark: str = "",
    by: Actor,
    at: datetime,
) -> Deposit:
    """Keep the scan of a piece that came by post, for its candidate: the postmark counts (L-05).

    Args:
        registration: whose piece it is, as `with_owed()` loads it.
        code: which piece.
        sent: the scan.
        press: names the press of the button: pressed twice, it gives one file. With another day on a
            page found again by « Retour », it is another press.
        posted_on: the day of the postmark, or of the other way.
        came_by: by which way it came.
        is_certain: whether a day before registrations opened was looked at twice.
        mark: what `Evidence.mark` said of it as it was read; nothing where nobody kept it.
        by: who scans it.
        at: the instant.

    Raises:
        owing.NotAsked: the registration does not owe this piece.
        meanwhile.Changed: something was given for it, or decided of it, since it was read; or this press
            has joined its scan before, and something else has taken its place.
        PostmarkToCome, PostmarkBeforeOpening: see each.
        Refused: the piece stands no more as it was read.
        evidence.TooMuch, Unfit, files.OutOfReach: see `deposit`.
    """
    check_postmark(registration, posted_on, is_certain=is_certain, at=at)
    said = as_noted(came_by, posted_on)
    # What was read is part of it: sent again knowingly, once a page has said what changed, it is another.
    sending = named("\0".join((press, mark, *said.values())), sent)
    if (already := owing.already_given(registration, code, sending)) is not None:
        check_seen(already.evidence, already.pk)
        return already

    def awaited(locked: Registration) -> Evidence:
        check_not_handed_over(held=locked, read=registration)
        found = next((one for one in owing.owed_of(locked) if one.row.code == code), None)
        if found is None:
            raise owing.NotAsked
        check_read(found.row, mark, by=by)
        former = found.row.posted_on if found.row.state == State.POSTED else None
        if former is not None and (former, found.row.came_by) != (posted_on, came_by):
            said["former"] = former.isoformat()
            if found.row.came_by != came_by:
                said["former_by"] = str(found.row.came_by)
        return found.row

    take = partial(evidence.take_scan, posted_on=posted_on, came_by=came_by)
    return owing.keep(
        registration,
        code,
        cleaning.join([one.content for one in sent]),
        name=name_of(sent, longest=LONGEST_NAME),
        sending=sending,
        awaited=awaited,
        take=take,
        verb="piece scanned",
        said=said,
        by=by,
        at=at,
    )


def _as_read(row: Evidence, mark: str, *, by: Actor) -> tuple[Registration, Evidence]:
    """Return a piece, its registration locked, where it stands as it was read. Raises Changed."""
    locked, held = owing.lock_row(row)
    # Whoever acts may where it was read, and nowhere else.
    if row.academy and held.academy != row.academy:
        raise HandedOver
    check_read(held, mark, by=by)
    return locked, held


def _check_owes(registration: Registration) -> None:
    if not owes_pieces(registration):
        raise NothingOwed


def check_asks(registration: Registration, *, at: datetime) -> None:
    """Check that pieces may still be asked of a registration.

    Args:
        registration: which.
        at: the instant.

    Raises:
        NothingOwed: it is validated, or stands no more.
        NothingMore: its exam is over.
    """
    _check_owes(registration)
    if registration.is_exam_over(at):
        raise NothingMore
