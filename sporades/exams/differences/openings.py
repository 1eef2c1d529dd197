"""What a file would change of the openings and of the managing services."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from django.utils.text import capfirst

from sporades.core.french import zone_in_words
from sporades.exams import schema
from sporades.exams.checking.openings import Zones
from sporades.exams.differences.content import Change, parts
from sporades.exams.differences.words import details, said, word
from sporades.exams.models import RegistrationService
from sporades.exams.models.service import AUDIENCES
from sporades.exams.planning import DATES, PlannedOpening, plan
from sporades.exams.schema.openings import ManagingService as ManagingServiceRules
from sporades.territory import queries as territory
from sporades.territory.models import ManagingService


def openings(
    file: schema.File, services: Iterable[RegistrationService], zones: Zones
) -> tuple[list[Change], list[Change], list[Change]]:
    """Return what would change of the openings, and what would stay although the file differs.

    Args:
        file: what the file says.
        services: the registration services of its domain and session, with their managing service.
        zones: the zone of each academy.

    Returns:
        What would change; what stays although the file says otherwise; what it does not speak of.
    """
    planned = plan(file, services, zones)
    changed: list[Change] = []
    kept: list[Change] = []
    for one in planned.openings:
        place = _place(one.opening.academy, one.opening.audience)
        if one.service is None:
            changed.append(Change(place, _opens(one)))
            continue
        if one.is_held:
            kept.append(Change(place, f"{_STAYS} : {_moved(one.service, one)}"))
        changed += _changed(place, one.service, one)
    left = [
        Change(
            _place(one.academy_id, one.audience), "absente du fichier, elle reste telle qu'elle est"
        )
        for one in planned.left
    ]
    return changed, kept, left


def turned_at_once(
    file: schema.File, services: Iterable[RegistrationService], zones: Zones, *, at: datetime
) -> Iterator[tuple[str, str]]:
    """Say which services would be open, or closed, as soon as a file is in force, and are not now.

    A difference gives dates; whoever reads it seldom sees that one of them has passed.

    Args:
        file: what the file says.
        services: the registration services of its domain and session.
        zones: the zone of each academy.
        at: the instant that the dates are read at.

    Yields:
        The place of a service, and the state that it would come to.
    """
    for one in plan(file, services, zones).openings:
        before = one.service.state_in_words(at) if one.service else _TO_COME
        dates = {name: one.wanted.get(name, getattr(one.service, name, None)) for name in DATES}
        after = RegistrationService(**dates).state_in_words(at)
        if after not in (before, _TO_COME):
            yield _place(one.opening.academy, one.opening.audience), after


_TO_COME = "À venir"
_VERBS = (("opens_at", "ouvre"), ("closes_at", "ferme"))
_STAYS = "ses dates ont été changées dans la gestion, elles restent celles-là"
_STAYS_SO = "ses coordonnées ont été changées dans la gestion, elles restent celles-là"


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
            words = f"Nouveau service gestionnaire : {rules.name} ({academy})"
            yield Change("", words, after=details(rules))
        else:
            yield from parts(as_rules(row), held(row, rules), f"{rules.name} ({academy})")


def reached_otherwise(file: schema.File, services: Iterable[ManagingService]) -> Iterator[Change]:
    """Say how managing services are reached that stays so, although the file says otherwise.

    Args:
        file: what the file says.
        services: those that are known in its academies.
    """
    known = {(one.academy_id, one.code): one for one in services}
    for rules in file.managing_services:
        row = known.get((rules.academy, rules.code))
        if row is None:
            continue
        place = f"{rules.name} ({territory.academy(rules.academy).full_name})"
        kept = held(row, rules)
        beside = [
            f"{word(field.alias or name)} {said(stays)}, et non {said(wanted)}"
            for name, field in type(rules).model_fields.items()
            if (stays := getattr(kept, name)) != (wanted := getattr(rules, name))
        ]
        if beside:
            yield Change(place, f"{_STAYS_SO} : {' ; '.join(beside)}")


def _place(academy: str, audience: str) -> str:
    public = AUDIENCES[audience].lower()
    return f"{capfirst(territory.academy(academy).full_name)}, {public}"


def _opens(one: PlannedOpening) -> str:
    wanted = RegistrationService(
        academy=territory.academy(one.opening.academy),
        **{name: one.said[name] for name in (*DATES, "zone")},
    )
    more = [f"service gestionnaire {one.opening.service}"]
    more += [f"site {one.opening.website}"] if one.opening.website else []
    period = f"du {wanted.opening_in_words} au {wanted.closing_in_words}"
    return f"nouvelle ouverture, {period} ; {' ; '.join(more)}"


def _changed(place: str, service: RegistrationService, one: PlannedOpening) -> Iterator[Change]:
    """Say each column that the service would be brought to another value of."""
    said = RegistrationService(academy=service.academy, zone=one.said["zone"]).said
    wanted = one.wanted
    for name, verb in _VERBS:
        before = getattr(service, name)
        if wanted.get(name, before) != before:
            words = f"{verb} le {said(wanted[name])} au lieu du {service.said(before)}"
            yield Change(place, words)
    if service.zone != wanted["zone"]:
        words = (
            f"horloge : {zone_in_words(wanted['zone'])}, {zone_in_words(service.zone)} auparavant"
        )
        yield Change(place, words)
    manager = service.managing_service.code
    if manager != one.said["managing_code"]:
        words = f"service gestionnaire {one.said['managing_code']} au lieu de {manager}"
        yield Change(place, words)
    if service.website != wanted["website"]:
        yield Change(place, "site", service.website, wanted["website"])


def _moved(service: RegistrationService, one: PlannedOpening) -> str:
    """Say the dates that the office has changed, beside those of the file."""
    said = RegistrationService(academy=service.academy, zone=one.said["zone"]).said
    return " ; ".join(
        f"{verb} le {service.said(getattr(service, name))}, et non le {said(one.said[name])}"
        for name, verb in _VERBS
        if getattr(service, name) != one.said[name]
    )


def held(row: ManagingService, rules: ManagingServiceRules) -> ManagingServiceRules:
    """Return what a file brings a managing service to: what the office has changed stays."""
    if row.reached_so_since is None:
        return rules
    kept = as_rules(row)
    names = ("contact", "phone", "email", "address", "hours")
    return rules.model_copy(update={name: getattr(kept, name) for name in names})


def as_rules(row: ManagingService) -> ManagingServiceRules:
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
