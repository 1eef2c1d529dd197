"""The signed summary that comes back: noted by its day and its way, corrected, taken back (E9)."""

from datetime import date, datetime
from typing import Any

from django.db import transaction

from sporades import journal
from sporades.acts.identities.correcting import issue_again
from sporades.acts.registrations.asking_again import ask_summary_again, last_summary
from sporades.acts.registrations.silent import RECEIVED, TAKEN_BACK
from sporades.acts.reminders import leave_out_answered
from sporades.core.actors import Actor
from sporades.core.french import days_in_words, local_day
from sporades.core.links import link_to
from sporades.core.refusals import Refused
from sporades.evidence import delays
from sporades.evidence.unmet import owes_pieces
from sporades.exams.models.service import MINUTE
from sporades.journal.models import Entry
from sporades.letters.operations import tell
from sporades.letters.queries import summary_for
from sporades.letters.rules import REMINDER
from sporades.registrations.came import CameBy, as_kept, as_noted
from sporades.registrations.models import Registration
from sporades.registrations.operations import filing
from sporades.registrations.queries import check_not_handed_over, lock_registration, with_owed
from sporades.registrations.snapshot import contact_of


class NoSummaryAwaited(Refused):
    """It came, or is not asked for, or asked for no more."""

    message = "Aucun récapitulatif signé n'est attendu pour cette inscription : relisez le dossier."


class OtherPostmark(Refused):
    """A colleague has noted the signed summary meanwhile, by another day or way."""

    def __init__(self, noted: str) -> None:
        """Say by which one."""
        super().__init__(
            f"Un collègue a noté entre-temps ce récapitulatif, {noted} : vérifiez. Ce que vous "
            "enregistrez maintenant remplacera ce qu'il a noté."
        )


@transaction.atomic
def receive_summary(
    *,
    registration: Registration,
    posted_on: date,
    came_by: CameBy = CameBy.POST,
    by: Actor,
    at: datetime,
    seen: int | None = None,
    noted: str | None = None,
) -> None:
    """Record that the signed summary came back, by its day (E9). What is pressed twice is noted once.

    Args:
        registration: loaded `with_owed()`.
        posted_on: the day of the postmark, or of the other way.
        came_by: by which way it came.
        by: who records it.
        at: the instant.
        seen: the number of the version whose summary it is, where a page showed one.
        noted: the day and the way that this page showed as noted, as `noted_in` writes them; what
            was loaded, where no page showed them.

    Raises:
        OtherPostmark: a colleague has noted another one since.
        Refused: no return is asked of it, the postmark is to come or older than what was last
            filed, or it stands no more as it was read.
    """
    held = Registration.objects.select_for_update(no_key=True).get(pk=registration.pk)
    shown = registration.version if seen is None else seen
    if seen is None and not held.is_active:
        raise Refused("Cette inscription n'est plus active : aucun récapitulatif n'en est attendu.")
    if held.version != shown or not held.is_active:
        raise Refused(
            "Cette inscription a changé depuis que vous avez ouvert cette page : relisez le dossier."
        )
    if not registration.told["to_return"]:
        raise Refused("Cette inscription ne demande pas de récapitulatif signé en retour.")
    filed_at = registration.amended_at or registration.filed_at
    first, last = registration.first_day(filed_at), registration.last_day(at)
    if not first <= posted_on <= last:
        raise Refused(
            f"Indiquez un jour possible : {days_in_words(first, last)}. Ce récapitulatif n'a pas pu "
            "être posté avant le dernier enregistrement, ni après aujourd'hui."
        )
    before, read = held.summary_posted_on, noted_in(registration) if noted is None else noted
    if before == posted_on and held.summary_came_by == came_by:
        return
    if before is not None and noted_in(held) != read:
        raise OtherPostmark(held.summary_came_in_words)
    registration.summary_until = held.summary_until  # more time may have been left meanwhile
    filing.note_summary_received(registration=registration, posted_on=posted_on, came_by=came_by)
    journal.record(
        RECEIVED,
        by=by,
        on=registration,
        at=at,
        academy=registration.academy_id,
        before=as_noted(held.summary_came_by, before) if before else None,
        after=as_noted(came_by, posted_on),
    )
    leave_out_answered(registration, at=at)


@transaction.atomic
def grant_summary(*, registration: Registration, until: date, by: Actor, at: datetime) -> None:
    """« Laisser plus de temps »: the signed summary is taken until another day; its candidate is told.

    One that came late is so no more: they are told that, and send nothing.

    Args:
        registration: which.
        until: the last day of its postmark.
        by: who decides.
        at: the instant.

    Raises:
        NoSummaryAwaited: it came in time, or is not asked for, or asked for no more.
        HandedOver: it is another academy's since it was read.
        delays.Shorter, delays.TooFar: see each.
    """
    lock_registration(registration.pk)
    held = with_owed.get(pk=registration.pk)
    check_not_handed_over(held=held, read=registration)
    asked = given_time(held, at=at)
    if not asked:
        raise NoSummaryAwaited
    last = delays.to_come(held, until, at=at)
    if last <= datetime.fromisoformat(asked["until"]):
        said = held.summary_last_day
        raise delays.Shorter(f"Ce récapitulatif peut déjà être posté jusqu'au {said}.")
    entry = leave_time(held, until=last, by=by, at=at)
    registration.summary_until = last
    tell_given_time(held, key=f"summary given time:{entry.pk}", at=at)


def leave_time(registration: Registration, *, until: datetime, by: Actor, at: datetime) -> Entry:
    """Take the signed summary of a registration until another day, in its caller's transaction, which tells it.

    Args:
        registration: locked, as `with_owed()` loads it; `given_time` says that more may be left for it.
        until: the last minute of its postmark, later than it had.
        by: who decides.
        at: the instant.

    Returns:
        The act, as the journal keeps it.
    """
    registration.summary_until = until
    registration.judge_postmark(registration.owed["to_return"])
    registration.save(update_fields=["summary_until", "is_summary_posted_late"])
    day = local_day(until, registration.service.zone)
    return journal.record(
        "summary given time",
        by=by,
        on=registration,
        at=at,
        academy=registration.academy_id,
        after={"until": day.isoformat()},
    )


def tell_given_time(registration: Registration, *, key: str, at: datetime) -> None:
    """Tell a candidate until which day their signed summary is taken, or that theirs is late no more.

    Args:
        registration: as `leave_time` has left it.
        key: names the act.
        at: the instant of the act.
    """
    if registration.summary_posted_on is None:
        _tell_awaited(registration, "summary_given_time", key=key, at=at)
    else:
        _tell_in_time(registration, key=key, at=at)


def given_time(registration: Registration, *, at: datetime) -> dict[str, Any] | None:
    """Return what is asked of the signed summary where more time may be left for it; or nothing.

    It is awaited, or came late; never once the exam is over.

    Args:
        registration: as `with_owed()` loads it.
        at: the instant.
    """
    if not registration.told or registration.is_exam_over(at):
        return None
    if registration.is_summary_posted_late and owes_pieces(registration):
        asked: dict[str, Any] | None = registration.owed["to_return"]
        return asked
    return registration.summary_awaited


@transaction.atomic
def take_summary_back(*, registration: Registration, noted: str, by: Actor, at: datetime) -> None:
    """Record that the signed summary noted as received has not come: it was another candidate's.

    A message says so where `is_told_of_it`: its day may have passed meanwhile, which leaves the usual
    days from now, and what was issued meanwhile asks for no signature, and is issued again.

    Args:
        registration: which.
        noted: the day and the way that the page showed as noted, as `noted_in` writes them.
        by: who records it.
        at: the instant.

    Raises:
        HandedOver: it is another academy's since it was read.
        Refused: none is noted any more, or a colleague has noted another one since.
    """
    held = Registration.objects.select_for_update(no_key=True).get(pk=registration.pk)
    check_not_handed_over(held=held, read=registration)
    if held.summary_posted_on is None:
        raise Refused("Aucun récapitulatif signé n'est plus noté comme reçu : relisez le dossier.")
    if noted_in(held) != noted:
        raise Refused(
            f"Un collègue a noté entre-temps ce récapitulatif, {held.summary_came_in_words} : "
            "relisez le dossier."
        )
    is_told = is_told_of_it(with_owed.get(pk=held.pk), at=at)
    filing.take_summary_back(registration=registration)
    entry = journal.record(
        TAKEN_BACK,
        by=by,
        on=registration,
        at=at,
        academy=registration.academy_id,
        before=as_noted(held.summary_came_by, held.summary_posted_on),
    )
    if is_told:
        _ask_again(held.pk, key=f"registration:{held.pk}:summary:{entry.pk}", by=by, at=at)


def is_told_of_it(registration: Registration, *, at: datetime) -> bool:
    """Return whether a candidate is told once the reception of their signed summary is taken back.

    They are where it is awaited again, and its day has passed, or their last summary has no place to
    sign. Else the reminders say it in time; once the exam is over, nothing is asked for any more.

    Args:
        registration: as `with_owed()` loads it.
        at: the instant.
    """
    is_over = not owes_pieces(registration) or registration.is_exam_over(at)
    asked = None if is_over or not registration.told else registration.owed["to_return"]
    if not asked:
        return False
    is_late = at >= datetime.fromisoformat(asked["until"]) + MINUTE
    return is_late or not last_summary(registration, at=at).get("to_return")


def is_issued_again(registration: Registration, *, at: datetime) -> bool:
    """Return whether a registration has another version once the reception of its summary is taken back.

    Args:
        registration: as `with_owed()` loads it.
        at: the instant.
    """
    is_told = is_told_of_it(registration, at=at)
    return is_told and not last_summary(registration, at=at).get("to_return")


def _ask_again(pk: int, *, key: str, by: Actor, at: datetime) -> None:
    """Leave time for a signed summary, issue it again where it lacks a place to sign, and say so."""
    registration = with_owed.get(pk=pk)
    ask_summary_again(registration, by=by, at=at)
    is_issued_again = not last_summary(registration, at=at).get("to_return")
    if is_issued_again:
        issue_again(
            registration=registration,
            identity=registration.candidate.identity,
            signed_by=registration.service.managing_service.name,
            by=by,
            at=at,
        )
    registration = with_owed.get(pk=pk)
    _tell_awaited(
        registration, "summary_asked_again", key=key, is_issued_again=is_issued_again, at=at
    )


def _tell_awaited(
    registration: Registration, kind: str, *, key: str, is_issued_again: bool = False, at: datetime
) -> None:
    """Tell a candidate until which day their signed summary is awaited, by the mail or letter of a kind."""
    signed = registration.owed["to_return"]
    tell(
        registration.candidate,
        kind,
        service=registration.service,
        at=at,
        key=key,
        about=registration,
        urgent=True,
        matter=REMINDER,
        due_by=datetime.fromisoformat(signed["until"]),
        enclosed=summary_for(registration),
        registration=registration,
        signed=signed,
        is_issued_again=is_issued_again,
        contact=contact_of(registration.service),
        link=link_to("candidate:number", registration.number),
    )


def _tell_in_time(registration: Registration, *, key: str, at: datetime) -> None:
    """Tell a candidate that their signed summary, which came late, is so no more."""
    tell(
        registration.candidate,
        "summary_in_time",
        service=registration.service,
        at=at,
        key=key,
        about=registration,
        registration=registration,
        came=registration.summary_came_in_words,
        contact=contact_of(registration.service),
        link=link_to("candidate:number", registration.number),
    )


def noted_in(registration: Registration) -> str:
    """Return the day and the way of the signed summary as a page sends them back; nothing where none is noted."""
    return as_kept(registration.summary_came_by, registration.summary_posted_on)
