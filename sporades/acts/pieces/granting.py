"""« Laisser plus de temps » for all that is still to be sent of one registration: one act, one message (U3)."""

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction
from django.db.models import Q

from sporades import journal
from sporades.acts.pieces import owing, verifying
from sporades.acts.registrations import receiving
from sporades.acts.reminders import OF_PIECES
from sporades.core.actors import Actor
from sporades.core.links import link_to
from sporades.core.refusals import Refused
from sporades.evidence import delays
from sporades.evidence import operations as evidence
from sporades.evidence.queries import Owed, giving_to
from sporades.evidence.states import TO_PROVIDE
from sporades.letters.mentions import ALL_GIVEN_TIME
from sporades.letters.models import Letter
from sporades.letters.operations import leave_out, tell
from sporades.letters.queries import summary_for
from sporades.letters.rules import REMINDER, of_piece
from sporades.mail.models import about_of
from sporades.registrations.evidence import are_named_to
from sporades.registrations.models import Registration
from sporades.registrations.queries import check_not_handed_over, with_owed
from sporades.registrations.snapshot import contact_of

KIND, VERB = ALL_GIVEN_TIME, "pieces given time"


class NothingLeft(Refused):
    """Nothing is still to be sent that must be."""

    message = "Rien d'obligatoire ne reste à envoyer pour cette inscription."


class AsLong(delays.Shorter):
    """It has as much time already, for all of it."""

    message = "Tout ce qui reste à envoyer peut déjà l'être jusqu'à ce jour, ou plus tard."


@transaction.atomic
def grant_all(*, registration: Registration, until: date, by: Actor, at: datetime) -> None:
    """Take all that is still to be sent, pieces and signed summary, until another day; its candidate is told once.

    What has as much time already keeps it. A signed summary that came late is so no more. Whoever has only
    optional pieces left is given nothing, and not written to: nobody presses them.

    Args:
        registration: which.
        until: the last day.
        by: who decides.
        at: the instant.

    Raises:
        HandedOver: it is another academy's since it was read.
        NothingOwed: it is validated, or stands no more.
        NothingMore: its exam is over.
        NothingLeft, AsLong: see each.
        delays.Shorter, delays.TooFar: see each.
    """
    held = owing.lock(registration.pk)
    check_not_handed_over(held=held, read=registration)
    verifying.check_asks(held, at=at)
    last = delays.to_come(held, until, at=at)
    evidence.ask(held, held.owed["evidence"], at=at)
    due, signed = _due(held), receiving.given_time(held, at=at)
    if not signed and not any(one.row.is_mandatory for one in due):
        raise NothingLeft
    longer = [one for one in due if one.until < last]
    is_signed_longer = signed is not None and datetime.fromisoformat(signed["until"]) < last
    if not longer and not is_signed_longer:
        raise AsLong
    for one in longer:
        evidence.grant(one.row, until=last)
    if longer:
        journal.record(
            VERB,
            by=by,
            on=held,
            at=at,
            academy=held.academy_id,
            after={
                "pieces": [one.row.code for one in longer],
                "labels": [one.row.label for one in longer],
                "until": until.isoformat(),
            },
        )
    if is_signed_longer:
        receiving.leave_time(held, until=last, by=by, at=at)
    _tell(with_owed.get(pk=held.pk), is_now_in_time=is_signed_longer, at=at)


def _due(registration: Registration) -> list[Owed]:
    """Return the pieces for which something is still to be sent."""
    return [one for one in owing.owed_of(registration) if one.row.state in TO_PROVIDE]


def _tell(registration: Registration, *, is_now_in_time: bool, at: datetime) -> None:
    """Tell a candidate all that is still to be sent, and until when.

    Of one thing alone, by the message that says it of that.

    Args:
        registration: as the act has left it, with what it owes.
        is_now_in_time: whether its signed summary was given time.
        at: the instant of the act.
    """
    due, signed = _due(registration), registration.summary_awaited
    came = registration.summary_came_in_words if is_now_in_time else ""
    if not due:
        key = f"summary given time:{registration.pk}:{at.isoformat()}"
        receiving.tell_given_time(registration, key=key, at=at)
        return
    if len(due) == 1 and not signed and not came:
        owing.tell_of("piece_given_time", due[0].row, registration, at=at)
        return
    _leave_out_earlier(registration, due, at=at)
    days = [one.until for one in due]
    tell(
        registration.candidate,
        KIND,
        service=registration.service,
        at=at,
        key=f"{KIND}:{registration.pk}:{at.isoformat()}",
        about=registration,
        urgent=True,
        matter=REMINDER,
        due_by=min([*days, datetime.fromisoformat(signed["until"])] if signed else days),
        enclosed=summary_for(registration) if signed else None,
        registration=registration,
        pieces=due,
        signed=signed,
        came=came,
        giving=giving_to(registration, due),
        is_named=are_named_to(registration),
        contact=contact_of(registration.service),
        link=link_to("candidate:evidence", registration.number),
    )


def _leave_out_earlier(registration: Registration, due: Sequence[Owed], *, at: datetime) -> None:
    """Print no more the letters that wait and ask for the same before an earlier day: the next one says it all."""
    about = {f"message__{name}": of for name, of in about_of(registration).items()}
    of_these = Q(message__matter__in=[of_piece(one.row.pk) for one in due])
    waiting = Letter.objects.waiting().filter(
        of_these | Q(message__kind__in=OF_PIECES), **about, candidate=registration.candidate_id
    )
    leave_out(waiting, why="un message plus récent dit tout ce qui reste à envoyer", at=at)
