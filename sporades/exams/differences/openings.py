"""What a file would change of the openings and of the managing services."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django.utils.text import capfirst

from sporades.exams import schema
from sporades.exams.checking.openings import Zones, zone_of
from sporades.exams.differences.content import Change, parts
from sporades.exams.models import RegistrationService
from sporades.exams.schema.clock import instant
from sporades.exams.schema.openings import ManagingService as ManagingServiceRules
from sporades.territory import queries as territory
from sporades.territory.models import ManagingService

AUDIENCES = {"grand_public": "grand public", "etablissements": "établissements"}

type Known = Mapping[tuple[str, str], Any]
"""Rows by academy, then by audience or by code."""


def openings(
    file: schema.File, services: Iterable[RegistrationService], zones: Zones
) -> tuple[list[Change], list[Change]]:
    """Return what would change of the openings, and what would stay although the file differs.

    Args:
        file: what the file says.
        services: the registration services of its domain and session.
        zones: the zone of each academy.
    """
    known = {(one.academy_id, one.audience): one for one in services}
    changed: list[Change] = []
    kept: list[Change] = []
    for opening in file.openings:
        place = _place(opening.academy, opening.audience.value)
        zone = zone_of(file, opening, zones)
        service = known.pop((opening.academy, opening.audience.value), None)
        wanted = RegistrationService(
            academy=territory.academy(opening.academy),
            opens_at=instant(opening.opens, zone),
            closes_at=instant(opening.closes, zone),
            zone=zone,
        )
        if service is None:
            words = f"nouvelle ouverture, du {wanted.opening_in_words} au {wanted.closing_in_words}"
            changed.append(Change(place, words))
            continue
        moves = list(_moves(place, service, wanted))
        if moves and service.moved_at is not None:
            kept.append(Change(place, f"{_STAYS} (ferme le {service.closing_in_words})"))
        else:
            changed += moves
        changed += _others(place, service, opening)
    kept += [
        Change(_place(*key), "absente du fichier, elle reste telle qu'elle est") for key in known
    ]
    return changed, kept


_STAYS = "ses dates ont été changées dans la gestion, elles restent celles-là"


def managing(file: schema.File, services: Iterable[ManagingService]) -> Iterator[Change]:
    """Say what would change of the managing services.

    Args:
        file: what the file says.
        services: those that are known in its academies.
    """
    known = {(one.academy_id, one.code): one for one in services}
    for rules in file.managing_services:
        academy = territory.academy(rules.academy).full_name
        row = known.get((rules.academy, rules.code))
        if row is None:
            yield Change("", f"Nouveau service gestionnaire : {rules.name} ({academy})")
        else:
            yield from parts(_as_rules(row), rules, f"{rules.name} ({academy})")


def _place(academy: str, audience: str) -> str:
    return f"{capfirst(territory.academy(academy).full_name)}, {AUDIENCES[audience]}"


def _moves(
    place: str, service: RegistrationService, wanted: RegistrationService
) -> Iterator[Change]:
    if service.opens_at != wanted.opens_at:
        words = f"ouvre le {wanted.opening_in_words} au lieu du {service.opening_in_words}"
        yield Change(place, words)
    if service.closes_at != wanted.closes_at:
        words = f"ferme le {wanted.closing_in_words} au lieu du {service.closing_in_words}"
        yield Change(place, words)


def _others(place: str, service: RegistrationService, opening: Any) -> Iterator[Change]:
    if service.managing_service.code != opening.service:
        words = f"service gestionnaire {opening.service} au lieu de {service.managing_service.code}"
        yield Change(place, words)
    site = opening.website or service.academy.website
    if service.website != site:
        yield Change(place, "site", service.website, site)


def _as_rules(row: ManagingService) -> ManagingServiceRules:
    """Return what is known of a service, in the words of a file."""
    return ManagingServiceRules.model_construct(
        code=row.code,
        academy=row.academy_id,
        sector=row.sector,
        name=row.name,
        contact=row.contact_name or None,
        phone=row.phone,
        email=row.email,
        address=tuple(row.address),
        hours=row.opening_hours or None,
    )
