"""Openings: real academies, real instants, a service that manages, legal mentions."""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime

from sporades.core.french import instant_in_words
from sporades.core.phones import EXAMPLES, as_dialled, is_dialled
from sporades.exams.checking.problems import Fault, Path
from sporades.exams.checking.references import unknown
from sporades.exams.checking.walking import walk
from sporades.exams.rules.conditions import is_barred_in
from sporades.exams.schema.clock import Deadline, NoSuchInstant, instant
from sporades.exams.schema.openings import ManagingService, Opening, Reach
from sporades.exams.schema.regulation import File

NATIONAL_ZONE = "Europe/Paris"
_MINUTE = len("2026-11-15 23:59")
_POSTCODE = re.compile(r"\b[0-9]{5}\b")

type Zones = Mapping[str, str]
"""The zone of each academy, by its code."""


def zone_of(file: File, opening: Opening, zones: Zones) -> str:
    """Return the zone whose clock an opening follows."""
    if opening.zone is not None:
        return opening.zone
    return NATIONAL_ZONE if file.reach is Reach.NATIONAL else zones[opening.academy]


def faults(file: File, zones: Zones) -> Iterator[Fault]:
    """Find what keeps the services of a file from opening."""
    for rank, service in enumerate(file.managing_services):
        if service.academy not in zones:
            yield _unknown_academy(service.academy, ("services_gestionnaires", rank, "academie"))
        yield from _phone(service, ("services_gestionnaires", rank, "telephone"))
    for rank, opening in enumerate(file.openings):
        path: Path = ("ouvertures", rank)
        yield from _place(file, opening, path, zones)
        if opening.academy in zones:
            yield from _period(file, opening, path, zone_of(file, opening, zones))
        elif _shown(opening.closes) <= _shown(opening.opens):
            # Its clock is not known; in what order the two are written is.
            yield _closes_first(path)
    if file.legal is None:
        # Of no openings too: those that stand would go on under it (L-02).
        yield Fault(
            ("ouvertures",) if file.openings else (),
            "mentions_legales",
            "Un service ne peut pas ouvrir sans « mentions_legales » : l'accusé d'enregistrement "
            "doit dire l'autorité, les textes et ce que vaut l'absence de réponse.",
        )


def _phone(service: ManagingService, path: Path) -> Iterator[Fault]:
    """Find a telephone that cannot be dialled from where the service is."""
    postcodes = ["", *_POSTCODE.findall(" ".join(service.address))]
    number = as_dialled(service.phone)
    if not any(is_dialled(number, postcode=postcode) for postcode in postcodes):
        message = f"« {service.phone} » n'est pas un numéro de téléphone. {EXAMPLES}"
        yield Fault(path, "telephone", message)


def _place(file: File, opening: Opening, path: Path, zones: Zones) -> Iterator[Fault]:
    if opening.academy not in zones:
        yield _unknown_academy(opening.academy, (*path, "academie"))
    own = [one.code for one in file.managing_services if one.academy == opening.academy]
    if opening.service not in own:
        yield Fault(
            (*path, "service"),
            "reference_inconnue",
            unknown(
                f"service de l'académie {opening.academy}",
                opening.service,
                own,
                declared_by="le fichier",
            ),
        )


def _unknown_academy(code: str, path: Path) -> Fault:
    return Fault(
        path, "reference_inconnue", f"Académie « {code} » : elle n'existe pas, ou n'existe plus."
    )


def _period(file: File, opening: Opening, path: Path, zone: str) -> Iterator[Fault]:
    instants: dict[str, datetime] = {}
    for key, written in (("ouverture", opening.opens), ("fermeture", opening.closes)):
        try:
            instants[key] = instant(written, zone)
        except NoSuchInstant as reason:
            yield Fault((*path, key), "instant", f"« {written} » ne convient pas : {reason}.")
    if len(instants) < 2:  # noqa: PLR2004 - both, or nothing to compare
        return
    if instants["fermeture"] <= instants["ouverture"]:
        yield _closes_first(path)
    yield from _deadlines(file, opening, instants["fermeture"], zone)
    yield from _late_requests(file, opening, instants["fermeture"], zone)


def _shown(written: str) -> str:
    """Return what a clock shows, written one way."""
    return written[:_MINUTE].replace("T", " ")


def _closes_first(path: Path) -> Fault:
    return Fault((*path, "fermeture"), "bornes", "Le service ferme avant d'avoir ouvert.")


def deadlines_in(file: File, academy: str) -> Iterator[tuple[Path, Deadline]]:
    """Go through the deadlines that somebody of an academy may have, with the place of each."""
    for place, part in walk(file):
        if isinstance(part, Deadline) and not _is_of_others(file, place, academy):
            yield place, part


def _is_of_others(file: File, place: Path, academy: str) -> bool:
    """Tell whether what stands somewhere is asked of nobody of an academy."""
    match place:
        case ("examens", int() as rank, "pieces", int() as piece, *_):
            return is_barred_in(file.exams[rank].evidence[piece].when, academy)
        case ("examens", int() as rank, "retour_du_recapitulatif", *_):
            return file.exams[rank].summary_return_in(academy) is None
        case _:
            return False


def _deadlines(file: File, opening: Opening, closing: datetime, zone: str) -> Iterator[Fault]:
    """Find the pieces due before the closing: they may always be given after it."""
    for place, part in deadlines_in(file, opening.academy):
        if part.as_written(closing=closing, zone=zone) < closing:
            yield Fault(
                place,
                "echeance",
                f"Cette date limite est avant la fermeture du service de l'académie {opening.academy}, "
                f"{instant_in_words(closing, zone)}.",
            )


def _late_requests(file: File, opening: Opening, closing: datetime, zone: str) -> Iterator[Fault]:
    """Find the late requests that are over before any is late."""
    for rank, exam in enumerate(file.exams):
        asked = exam.accommodations
        if asked is None or asked.late_until is None or not asked.late:
            continue
        until = asked.late_until.as_written(closing=closing, zone=zone)
        due = asked.deadline.instant(closing=closing, zone=zone) if asked.deadline else closing
        due_zone = (asked.deadline and asked.deadline.zone) or zone
        if closing <= until <= due:
            yield Fault(
                ("examens", rank, "amenagements", "tardive_jusqu_au"),
                "contradiction",
                f"Dans l'académie {opening.academy}, une demande est tardive après le "
                f"{instant_in_words(due, due_zone)}, et n'est "
                f"plus reçue après le {instant_in_words(until, asked.late_until.zone or zone)} : aucune "
                "demande tardive n'est jamais reçue. Reportez cette date, ou avancez « echeance ».",
            )
