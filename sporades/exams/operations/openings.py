"""Open, close, move and extend registration services (I1)."""

from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Coalesce

from sporades.core.actors import Actor
from sporades.core.digests import digest
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


class Overtaken(Refused):
    """The dates, or what is proposed, are no longer those that were read."""

    def __init__(self, service: RegistrationService, *, is_own: bool) -> None:
        """Say whose change it is, and what the dates are now."""
        whose = "Vous venez" if is_own else "Un collègue vient"
        super().__init__(
            f"{whose} de changer les dates de ce service, ou ce qui en est proposé : lisez ce "
            "qu'elles sont maintenant, et n'envoyez les vôtres que si elles doivent les remplacer. "
            f"Ouverture le {service.opening_in_words} ; fermeture le {service.closing_in_words}."
        )


class OvertakenTogether(Refused):
    """The dates of some services, or what is proposed of them, are no longer those that were read."""

    message = (
        "Les dates d'un de ces services, ou ce qui en est proposé, viennent de changer : rien n'est "
        "proposé. Relisez, puis proposez de nouveau."
    )


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
    together: UUID | None = None,
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
        together: what names the services that are extended with it, if any.

    Raises:
        NotMoved: the dates are the same, past, or out of order.
        Refused: another change awaits its approval.
    """
    service = _locked(service.pk)
    check(service, opens_at, closes_at, at=at)
    check_that_none_awaits(service)
    needs_two = closes_at > service.closes_at and service.opens_at <= at and not is_urgent
    made = ServiceChange.objects.create(
        service=service,
        opened_at=service.opens_at,
        closed_at=service.closes_at,
        opens_at=opens_at,
        closes_at=closes_at,
        reason=reason,
        needs_two=needs_two,
        together=together,
        state=ChangeState.PROPOSED,
        proposed_at=at,
        proposed_by=by.name,
        proposed_by_id=by.identifier,
    )
    if not needs_two:
        apply(change=made, by=by, at=at)
    return made


def mark_of(service: RegistrationService) -> str:
    """Return the mark of what is read of the dates of a service: them, and what is proposed."""
    return marks_of([service])


def marks_of(services: Collection[RegistrationService]) -> str:
    """Return the mark of what is read of the dates of some services, in whatever order."""
    waiting = awaiting(services)
    read: list[object] = []
    for one in sorted(services, key=lambda one: one.pk):
        read += [date.astimezone(UTC).isoformat() for date in (one.opens_at, one.closes_at)]
        read += [waiting[one.pk].pk] if one.pk in waiting else []
    return digest(read)


def awaiting(services: Collection[RegistrationService]) -> dict[int, ServiceChange]:
    """Return what is proposed of some services, by the key of each."""
    by_key = {one.pk: one for one in services}
    found = {}
    for change in ServiceChange.objects.proposed().filter(service__in=by_key):
        change.service = by_key[change.service_id]
        found[change.service_id] = change
    return found


def lock(services: Collection[RegistrationService]) -> list[RegistrationService]:
    """Return services that nobody else changes the dates of until the transaction ends."""
    keys = [one.pk for one in services]
    found = RegistrationService.objects.select_related("domain", "session", "academy")
    return list(found.filter(pk__in=keys).select_for_update(of=("self",)).order_by("pk"))


def made_already(
    *,
    service: RegistrationService,
    opens_at: datetime,
    closes_at: datetime,
    reason: str,
    seen: str,
    by: Actor,
) -> ServiceChange | None:
    """Return what the same press has just made; nothing where the dates are still those read.

    Nobody else changes them until the transaction ends.

    Args:
        service: the service.
        opens_at, closes_at, reason: what is wanted of it.
        seen: the mark of what was read before (`mark_of`).
        by: who wants it.

    Raises:
        Overtaken: they have changed since they were read, or what is proposed has.
    """
    service = _locked(service.pk)
    if seen == mark_of(service):
        return None
    moved = Coalesce("decided_at", "proposed_at")
    last = service.changes.order_by(moved.desc(), "-pk").first()
    if last is None:
        raise Overtaken(service, is_own=False)
    wanted = (opens_at, closes_at, reason, by.identifier)
    stands = last.state == ChangeState.PROPOSED or (last.opens_at, last.closes_at) == (
        service.opens_at,
        service.closes_at,
    )
    if stands and wanted == (last.opens_at, last.closes_at, last.reason, last.proposed_by_id):
        return last
    raise Overtaken(service, is_own=by.identifier == (last.decided_by_id or last.proposed_by_id))


def apply(*, change: ServiceChange, by: Actor, at: datetime) -> None:
    """Put new dates in force: seen by every process in less than a minute.

    Raises:
        SamePerson: an extension is approved by whoever proposed it.
        Outdated: the dates have changed meanwhile.
        NotMoved: the new dates are past by now.
        Refused: it has been decided already.
    """
    service = _locked(change.service_id)
    if change.needs_two and by.identifier == change.proposed_by_id:
        raise SamePerson(SAME_PERSON)
    if (service.opens_at, service.closes_at) != (change.opened_at, change.closed_at):
        raise Outdated
    check(service, change.opens_at, change.closes_at, at=at)
    _decide(change, APPLY, by=by, at=at)
    service.opens_at, service.closes_at = change.opens_at, change.closes_at
    service.moved_at = at
    service.save(update_fields=["opens_at", "closes_at", "moved_at"])
    change.service = service
    transaction.on_commit(forget)


def note_told(service: int, *, at: datetime) -> None:
    """Note that the closing of a service begins to be told: no later change takes back what it gave.

    One that was taken back before counts for nobody.

    Args:
        service: its key.
        at: the instant.
    """
    applied = ServiceChange.objects.filter(service=service, state=ChangeState.APPLIED)
    last = applied.exclude(closes_at=F("closed_at")).order_by("decided_at", "pk").last()
    if last is not None and last.told_at is None:
        last.told_at = at
        last.save(update_fields=["told_at"])


def refuse(*, change: ServiceChange, answer: str, by: Actor, at: datetime) -> None:
    """Refuse a proposed change, saying why. Raises Refused when it has been decided already."""
    _decide(change, REFUSE, by=by, at=at, answer=answer)


def drop(*, change: ServiceChange, by: Actor, at: datetime) -> None:
    """Take one's own proposal back. Raises Refused when it has been decided already."""
    _decide(change, DROP, by=by, at=at)


def _locked(pk: int) -> RegistrationService:
    """Return a service that nobody else changes the dates of meanwhile."""
    services = RegistrationService.objects.select_related("academy")
    found: RegistrationService = services.select_for_update(of=("self",)).get(pk=pk)
    return found


def _decide(
    change: ServiceChange, transition: Transition, *, by: Actor, at: datetime, **said: str
) -> None:
    who = {"decided_by": by.name, "decided_by_id": by.identifier}
    move(change, transition, decided_at=at, **who, **said)


def check(
    service: RegistrationService, opens_at: datetime, closes_at: datetime, *, at: datetime
) -> None:
    """Refuse dates that cannot be.

    Raises:
        NotMoved: they are the same, past, or out of order.
    """
    now = at.replace(second=0, microsecond=0)
    opens_move, closes_move = opens_at != service.opens_at, closes_at != service.closes_at
    if not opens_move and not closes_move:
        raise NotMoved("Ce sont déjà les dates de ce service : changez-en une.", "closes_at")
    if opens_move and service.opens_at <= at:
        stays = f"son ouverture reste le {instant_in_words(service.opens_at, service.zone)}."
        stop = (
            ""
            if service.has_closed(at)
            else " Pour arrêter les inscriptions, avancez la fermeture."
        )
        raise NotMoved(f"Ce service a déjà ouvert : {stays}{stop}", "opens_at")
    if opens_move and opens_at < now:
        raise NotMoved(_past("L'ouverture"), "opens_at")
    if closes_move and closes_at < now:
        raise NotMoved(_past("La fermeture"), "closes_at")
    if closes_at <= opens_at:
        raise NotMoved("La fermeture vient après l'ouverture : vérifiez les deux.", "closes_at")


def check_extension(
    service: RegistrationService,
    closes_at: datetime,
    *,
    waiting: Mapping[int, ServiceChange],
    at: datetime,
) -> None:
    """Refuse a closing that extends nothing, or that cannot be.

    Args:
        service: the service.
        closes_at: its new closing.
        waiting: what is proposed (`awaiting`).
        at: the instant.

    Raises:
        NotMoved: it has not opened, it closes no later than it does, or another change awaits.
    """
    if service.opens_at > at:
        raise NotMoved("Ce service n'a pas encore ouvert : changez ses dates sur sa page.")
    if closes_at == service.closes_at:
        raise NotMoved("C'est déjà sa fermeture.")
    if closes_at < service.closes_at:
        raise NotMoved(f"Il ferme déjà plus tard, le {service.closing_in_words}.")
    check(service, service.opens_at, closes_at, at=at)
    _check_no_other(waiting.get(service.pk))


def check_put_off(
    service: RegistrationService,
    opens_at: datetime,
    *,
    waiting: Mapping[int, ServiceChange],
    at: datetime,
) -> None:
    """Refuse an opening that is no later, or that cannot be.

    Args:
        service: the service.
        opens_at: its new opening.
        waiting: what is proposed (`awaiting`).
        at: the instant.

    Raises:
        NotMoved: it has opened, it opens no sooner than that or closes by then, or another change awaits.
    """
    if opens_at == service.opens_at:
        raise NotMoved("C'est déjà son ouverture.")
    if opens_at < service.opens_at:
        raise NotMoved(f"Il ouvre déjà plus tard, le {service.opening_in_words}.")
    if opens_at >= service.closes_at:
        raise NotMoved(f"Il ferme le {service.closing_in_words} : changez ses dates sur sa page.")
    check(service, opens_at, service.closes_at, at=at)
    _check_no_other(waiting.get(service.pk))


def check_that_none_awaits(service: RegistrationService) -> None:
    """Refuse other dates while some are proposed. Raises NotMoved, which says which and whose."""
    _check_no_other(awaiting([service]).get(service.pk))


def _check_no_other(one: ServiceChange | None) -> None:
    if one is not None:
        raise NotMoved(
            f"Un changement de dates de ce service attend déjà une décision : {one.in_words}, "
            f"proposé le {one.proposed_in_words} par {one.proposed_by}. Qu'il soit d'abord approuvé, "
            "refusé ou retiré."
        )


def _past(date: str) -> str:
    return f"{date} que vous indiquez est passée : indiquez l'heure qu'il est, ou une date à venir."
