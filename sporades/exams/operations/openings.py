"""Open, close, move and extend registration services (I1)."""

from datetime import datetime

from django.db import IntegrityError, transaction

from sporades.core.actors import Actor
from sporades.core.french import instant_in_words
from sporades.core.refusals import Refused, SamePerson
from sporades.core.transitions import Transition, move
from sporades.exams.held import forget
from sporades.exams.models import RegistrationService, ServiceChange
from sporades.exams.states import APPLY, DROP, REFUSE, ChangeState

SAME_PERSON = "Une prolongation est approuvée par une autre personne que celle qui la propose."


class NotMoved(Refused):
    """The new dates cannot be.

    Attributes:
        date: the one that cannot: "opens_at", "closes_at" or neither by itself.
    """

    def __init__(self, message: str, date: str = "") -> None:
        """Keep the reason, and the date that it is about."""
        super().__init__(message)
        self.date = date


class Outdated(Refused):
    """What was proposed no longer fits."""

    message = (
        "Les dates de ce service ont changé depuis cette proposition : faites-en une nouvelle."
    )


def change(
    *,
    service: RegistrationService,
    opens_at: datetime,
    closes_at: datetime,
    reason: str,
    by: Actor,
    at: datetime,
    is_urgent: bool = False,
) -> ServiceChange:
    """Give a service other dates: at once, or when a second person has approved an extension.

    An extension is a later closing of a service that has opened: people have counted on its
    closing, and others have been refused by it (standards R-25).

    Args:
        service: the service.
        opens_at, closes_at: its new dates, on a whole minute.
        reason: why, for those who decide and for the journal.
        by: who wants it.
        at: the instant.
        is_urgent: whether an extension is in force at once, as an outage demands.

    Raises:
        NotMoved: the dates are the same, past, or out of order.
        Refused: another change awaits its approval.
    """
    service = RegistrationService.objects.select_for_update().get(pk=service.pk)
    _check(service, opens_at, closes_at, at=at)
    needs_two = closes_at > service.closes_at and service.opens_at <= at and not is_urgent
    try:
        with transaction.atomic():
            made = ServiceChange.objects.create(
                service=service,
                opened_at=service.opens_at,
                closed_at=service.closes_at,
                opens_at=opens_at,
                closes_at=closes_at,
                reason=reason,
                needs_two=needs_two,
                state=ChangeState.PROPOSED,
                proposed_at=at,
                proposed_by=by.name,
                proposed_by_id=by.identifier,
            )
    except IntegrityError as trouble:
        raise NotMoved(
            "Un changement de dates de ce service attend déjà une décision."
        ) from trouble
    if not needs_two:
        apply(change=made, by=by, at=at)
    return made


def apply(*, change: ServiceChange, by: Actor, at: datetime) -> None:
    """Put new dates in force: seen by every process in less than a minute.

    Raises:
        SamePerson: an extension is approved by whoever proposed it.
        Outdated: the dates have changed meanwhile.
        NotMoved: the new dates are past by now.
        Refused: it has been decided already.
    """
    service = RegistrationService.objects.select_for_update().get(pk=change.service_id)
    if change.needs_two and by.identifier == change.proposed_by_id:
        raise SamePerson(SAME_PERSON)
    if (service.opens_at, service.closes_at) != (change.opened_at, change.closed_at):
        raise Outdated
    _check(service, change.opens_at, change.closes_at, at=at)
    _decide(change, APPLY, by=by, at=at)
    service.opens_at, service.closes_at = change.opens_at, change.closes_at
    service.moved_at = at
    service.save(update_fields=["opens_at", "closes_at", "moved_at"])
    change.service = service
    transaction.on_commit(forget)


def refuse(*, change: ServiceChange, by: Actor, at: datetime) -> None:
    """Refuse a proposed change. Raises Refused when it has been decided already."""
    _decide(change, REFUSE, by=by, at=at)


def drop(*, change: ServiceChange, by: Actor, at: datetime) -> None:
    """Take one's own proposal back. Raises Refused when it has been decided already."""
    _decide(change, DROP, by=by, at=at)


def _decide(change: ServiceChange, transition: Transition, *, by: Actor, at: datetime) -> None:
    move(change, transition, decided_at=at, decided_by=by.name, decided_by_id=by.identifier)


def _check(
    service: RegistrationService, opens_at: datetime, closes_at: datetime, *, at: datetime
) -> None:
    now = at.replace(second=0, microsecond=0)
    opens_move, closes_move = opens_at != service.opens_at, closes_at != service.closes_at
    if not opens_move and not closes_move:
        raise NotMoved("Ce sont déjà les dates de ce service : changez-en une.", "closes_at")
    if opens_move and service.opens_at <= at:
        raise NotMoved(
            "Ce service a déjà ouvert : son ouverture reste le "
            f"{instant_in_words(service.opens_at, service.zone)}.",
            "opens_at",
        )
    if opens_move and opens_at < now:
        raise NotMoved(_past("L'ouverture"), "opens_at")
    if closes_move and closes_at < now:
        raise NotMoved(_past("La fermeture"), "closes_at")
    if closes_at <= opens_at:
        raise NotMoved("La fermeture vient après l'ouverture : vérifiez les deux.", "closes_at")


def _past(date: str) -> str:
    return f"{date} que vous indiquez est passée : indiquez maintenant, ou une date à venir."
