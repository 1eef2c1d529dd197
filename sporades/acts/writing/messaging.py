"""The thread between a candidate and the managing service: write, answer, read (M2)."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import transaction

from sporades import journal
from sporades.accounts import limits
from sporades.core.actors import Actor
from sporades.core.links import link_to
from sporades.letters import operations as letters
from sporades.notices import queries as notices
from sporades.registrations.models import Registration
from sporades.registrations.queries import check_not_handed_over, lock_registration
from sporades.registrations.snapshot import contact_of
from sporades.threads import operations as threads
from sporades.threads.models import ThreadMessage
from sporades.threads.queries import messages_of, sent_as


@transaction.atomic
def write(
    *, registration: Registration, text: str, sending: UUID, by: Actor, at: datetime
) -> ThreadMessage:
    """Write to the managing service about a registration, whatever its state.

    Args:
        registration: the writer's own.
        text: what is said, clean.
        sending: names the press of the button: pressed twice, it sends one message.
        by: its candidate.
        at: the instant at which the request arrived.

    Raises:
        threads.TooManyMessages: as many as may be in a day were sent.
    """
    locked = lock_registration(registration.pk)
    if (sent := sent_as(locked, sending)) is not None:
        return sent
    if not limits.spend(limits.MESSAGES_OF_A_CANDIDATE, str(locked.pk), at=at):
        raise threads.TooManyMessages
    written = threads.add(
        registration=locked, text=text, sending=sending, is_candidates=True, by=by, at=at
    )
    _record("message sent", written, by=by, at=at)
    return written


@transaction.atomic
def answer(
    *,
    registration: Registration,
    text: str,
    sending: UUID,
    seen: str,
    by: Actor,
    at: datetime,
) -> ThreadMessage:
    """Write to the candidate of a registration; a mail says that something waits, a letter what.

    Whoever answers has read what was asked.

    Args:
        registration: the registration.
        text: what is said, clean.
        sending: names the press of the button: pressed twice, it sends one message.
        seen: the key of the last message that the page showed; nothing where there was none.
        by: the member of the office.
        at: the instant at which the request arrived.

    Raises:
        threads.Overtaken: a colleague has answered meanwhile, or the candidate has written again.
        HandedOver: it is another academy's since it was read.
    """
    locked = lock_registration(registration.pk)
    if (sent := sent_as(locked, sending)) is not None:
        return sent
    check_not_handed_over(held=locked, read=registration)
    threads.check_seen(locked, seen)
    threads.mark_read(messages_of(locked).filter(is_candidates=True, read_at=None), at=at)
    written = threads.add(
        registration=locked, text=text, sending=sending, is_candidates=False, by=by, at=at
    )
    _record("message answered", written, by=by, at=at)
    _tell(written, locked, at=at)
    return written


@transaction.atomic
def settle(*, registration: Registration, seen: str, by: Actor, at: datetime) -> int:
    """« Sans suite »: what the candidate wrote last needs no answer; nothing is told to them.

    What they write next waits for an answer again. Pressed twice, it is done once.

    Args:
        registration: the registration.
        seen: the key of the last message that the page showed.
        by: the member of the office.
        at: the instant at which the request arrived.

    Returns:
        How many messages no longer wait.

    Raises:
        threads.Overtaken: a colleague has answered meanwhile, or the candidate has written again.
        HandedOver: it is another academy's since it was read.
    """
    locked = lock_registration(registration.pk)
    check_not_handed_over(held=locked, read=registration)
    threads.check_seen(locked, seen)
    waiting = messages_of(locked).filter(pk__in=locked.thread.unanswered().values("pk"))
    threads.mark_read(waiting, at=at)
    settled = threads.settle(waiting, by=by, at=at)
    if settled:
        journal.record(
            "message settled",
            by=by,
            on=locked,
            at=at,
            academy=locked.academy_id,
            after={"message": int(seen), "settled": settled},
        )
    return settled


def read(messages: Collection[ThreadMessage], *, by_candidate: bool, at: datetime) -> None:
    """Note that what the other side wrote was read, the first time.

    While the database is only read nothing is noted of any reading (R-05).
    """
    if not notices.is_database_read_only():
        others = [message for message in messages if message.is_candidates != by_candidate]
        threads.mark_read(others, at=at)


def _record(verb: str, message: ThreadMessage, *, by: Actor, at: datetime) -> None:
    """Keep that a message was sent; what it says is in the thread, and erased with it."""
    registration = message.registration
    journal.record(
        verb,
        by=by,
        on=registration,
        at=at,
        academy=registration.academy_id,
        after={"message": message.pk},
    )


def _tell(message: ThreadMessage, registration: Registration, *, at: datetime) -> None:
    letters.tell(
        registration.candidate,
        "message_answered",
        service=registration.service,
        text=message.text,
        at=at,
        key=f"message answered:{message.pk}",
        about=registration,
        urgent=True,
        registration=registration,
        contact=contact_of(registration.service),
        link=link_to("candidate:thread", registration.number),
    )
