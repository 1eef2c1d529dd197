"""Registration services and managing services, brought to what a file says."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sporades import journal
from sporades.core.actors import Actor
from sporades.exams import schema
from sporades.exams.checking.openings import Zones
from sporades.exams.models import Domain, RegistrationService, ServiceChange, Session
from sporades.exams.planning import plan
from sporades.exams.schema.openings import ManagingService as ManagingServiceRules
from sporades.territory.models import ManagingService
from sporades.territory.operations import keep_managing_service
from sporades.territory.queries import academy

SERVICE_ADDED, SERVICE_CHANGED = "registration service added", "registration service changed"
MANAGING_CHANGED = "managing service changed"


@dataclass
class Kept:
    """What became of the services of a domain and session."""

    opened: list[RegistrationService] = field(default_factory=list)
    changed: list[RegistrationService] = field(default_factory=list)
    left: list[RegistrationService] = field(default_factory=list)
    held: list[RegistrationService] = field(default_factory=list)
    moves: list[ServiceChange] = field(default_factory=list)


def keep(
    domain: Domain,
    session: Session,
    file: schema.File,
    zones: Zones,
    *,
    by: Actor,
    at: datetime,
) -> Kept:
    """Bring the services to what a file says; each change is written in the journal.

    A service that the file does not speak of stays as it is, and so do the dates that the
    office has changed.
    """
    managing = {
        (rules.academy, rules.code): _keep_managing(rules, by=by, at=at)
        for rules in file.managing_services
    }
    services = RegistrationService.objects.select_for_update().filter(
        domain=domain, session=session
    )
    planned = plan(file, services, zones)
    kept = Kept(left=list(planned.left))
    for one in planned.openings:
        service = one.service or RegistrationService(
            domain=domain,
            session=session,
            academy=academy(one.opening.academy),
            audience=one.opening.audience.value,
        )
        manager = managing[one.opening.academy, one.opening.service]
        if one.is_held:
            kept.held.append(service)
        move = one.move
        if move is not None:
            kept.moves.append(move)
        if _bring(service, {**one.wanted, "managing_service_id": manager.pk}, by=by, at=at):
            (kept.changed if one.service else kept.opened).append(service)
    return kept


def _bring(
    service: RegistrationService, wanted: dict[str, Any], *, by: Actor, at: datetime
) -> bool:
    """Bring a service to the values wanted; return whether anything changed."""
    before = {name: getattr(service, name) for name in wanted} if service.pk else None
    if before == wanted:
        return False
    for name, value in wanted.items():
        setattr(service, name, value)
    service.save()
    journal.record(
        SERVICE_CHANGED if before else SERVICE_ADDED,
        by=by,
        at=at,
        on=service,
        academy=service.academy_id,
        before=_told(before) if before else None,
        after=_told(wanted),
    )
    return True


def _told(values: dict[str, Any]) -> dict[str, Any]:
    """Write values as JSON does."""
    return {
        name: value.isoformat() if isinstance(value, datetime) else value
        for name, value in values.items()
    }


def _keep_managing(rules: ManagingServiceRules, *, by: Actor, at: datetime) -> ManagingService:
    """Bring a managing service to what a file says; a change is written in the journal.

    How it is reached stays as the office has changed it.
    """
    wanted: dict[str, Any] = {
        "sector": rules.sector,
        "name": rules.name,
        "contact_name": rules.contact or "",
        "phone": rules.phone,
        "email": rules.email,
        "address": list(rules.address),
        "opening_hours": rules.hours or "",
    }
    # Whoever changes how it is reached meanwhile is waited for: what they choose stays.
    held = ManagingService.objects.select_for_update(no_key=True)
    known = held.filter(academy=rules.academy, code=rules.code).first()
    if known is not None and known.reached_so_since is not None:
        wanted.update(known.reached)
    before = {name: getattr(known, name) for name in wanted} if known else None
    if known is not None and before == wanted:
        return known
    service = keep_managing_service(academy=academy(rules.academy), code=rules.code, **wanted)
    journal.record(
        MANAGING_CHANGED if before else "managing service added",
        by=by,
        at=at,
        on=service,
        academy=rules.academy,
        before=before,
        after=wanted,
    )
    return service
