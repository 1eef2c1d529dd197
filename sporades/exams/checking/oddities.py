"""What is probably a slip, and may be meant: told, never refused."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from sporades.core.french import instant_in_words
from sporades.core.signs import STAND_IN, unprinted
from sporades.exams.checking.openings import Zones, deadlines_in, zone_of
from sporades.exams.checking.problems import Fault, Path
from sporades.exams.checking.walking import walk
from sporades.exams.schema.base import free_texts
from sporades.exams.schema.clock import instant
from sporades.exams.schema.exam import Exam
from sporades.exams.schema.regulation import File

FAR = timedelta(days=366)
"""How long after the closing a fixed day may be the last for something."""

LONG_AGO = timedelta(days=183)
"""How long ago a service may have closed."""

MOST_YEARS = 2
"""How many years may be between a session and what is dated in it."""

RESERVED = re.compile(r"(?:^|\.)(?:test|example|invalid|localhost|example\.(?:com|net|org))$")
"""The end of the names that never lead anywhere (RFC 2606, sections 2 and 3; RFC 6761)."""

_MARKUP = re.compile(
    r"</?[a-zA-Z][^<>]*>|&(?:[a-z]{2,8}|#[0-9]+);|\*\*(?=\S)|\[[^\[\]]+\]\([^()\s]+\)"
)
_CURLY = re.compile(r"[“„‟].*[”‟]")


def faults(
    file: File, zones: Zones, *, at: datetime | None, is_for_people: bool
) -> Iterator[Fault]:
    """Find what is odd in a file that is right.

    Args:
        file: the file.
        zones: the zone of each academy.
        at: the instant, where it is known: dates that are long past are then told.
        is_for_people: whether people will write to its contacts: those of a demo lead nowhere.
    """
    yield from _texts(file)
    if is_for_people:
        yield from _contacts(file)
    yield from _year(file)
    for rank, exam in enumerate(file.exams):
        yield from _papers(exam, ("examens", rank))
    yield from _dates(file, zones, at)


def _odd(path: Path, message: str) -> Fault:
    return Fault(path, "inhabituel", message, is_error=False)


def _texts(file: File) -> Iterator[Fault]:
    for path, part in walk(file):
        for name in free_texts(type(part)):
            place = (*path, type(part).model_fields[name].alias or name)
            for found, text in _texts_in(getattr(part, name), place):
                marks = list(dict.fromkeys(_MARKUP.findall(text)))
                if marks:
                    shown = ", ".join(f"« {one} »" for one in marks)
                    yield _odd(
                        found,
                        f"Ce texte sera lu tel quel, signes compris : {shown}. Il n'y a ni gras, ni lien.",
                    )
                if signs := unprinted(text):
                    yield _odd(
                        found,
                        f"Nos documents n'impriment pas « {' '.join(signs)} » : on y lira "
                        f"« {STAND_IN} ». Écrivez-le autrement.",
                    )
                if _CURLY.fullmatch(text):
                    yield _odd(
                        found,
                        "Ce texte sera lu avec ses guillemets courbes (“ ”) : s'ils devaient "
                        "l'entourer dans le fichier, tapez des guillemets droits (\").",
                    )


def _texts_in(value: object, place: Path) -> Iterator[tuple[Path, str]]:
    if isinstance(value, tuple):
        for rank, item in enumerate(value):
            yield from _texts_in(item, (*place, rank))
    elif isinstance(value, str):
        yield place, value


def _contacts(file: File) -> Iterator[Fault]:
    """Find addresses that lead nowhere, as those of an example from which a file was made."""
    said: list[tuple[Path, str, str]] = [
        (("services_gestionnaires", rank, "courriel"), one.email, one.email.rpartition("@")[2])
        for rank, one in enumerate(file.managing_services)
    ]
    said += [
        (("ouvertures", rank, "site"), one.website, urlsplit(one.website).hostname or "")
        for rank, one in enumerate(file.openings)
        if one.website
    ]
    for path, shown, name in said:
        if reserved := RESERVED.search(name.lower()):
            end = reserved[0].removeprefix(".")
            yield _odd(
                path,
                f"« {shown} » ne mène nulle part : les noms en « .{end} » sont ceux des exemples. "
                "Écrivez ce que les candidats utiliseront.",
            )


def _year(file: File) -> Iterator[Fault]:
    """Find a session of another year than what is dated in it."""
    year = file.session.year
    days = [day.starts_on.year for exam in file.exams for day in exam.events]
    years = {*days, *(int(opening.closes[:4]) for opening in file.openings)}
    far = sorted(one for one in years if abs(one - year) > MOST_YEARS)
    if far:
        yield _odd(
            ("session", "annee"),
            f"La session est celle de {year}, et des dates du fichier sont de {far[0]} : vérifiez "
            "l'année et les dates.",
        )


def _papers(exam: Exam, path: Path) -> Iterator[Fault]:
    for rank, paper in enumerate(exam.papers):
        if paper.coefficient == 0:
            yield _odd(
                (*path, "epreuves", rank, "coefficient"),
                "Avec un coefficient de 0, cette épreuve ne compte pas : retirez la clé si elle n'a "
                "pas de coefficient.",
            )


def _dates(file: File, zones: Zones, at: datetime | None) -> Iterator[Fault]:
    for rank, opening in enumerate(file.openings):
        zone = zone_of(file, opening, zones)
        closing = instant(opening.closes, zone)
        for path, deadline in deadlines_in(file, opening.academy):
            if deadline.on is not None and deadline.on - closing.date() > FAR:
                yield _odd(
                    path, "Cette date limite est plus d'un an après la fermeture du service."
                )
        if at is not None and at - closing > LONG_AGO:
            yield _odd(
                ("ouvertures", rank, "fermeture"),
                f"Ce service a fermé il y a plus de six mois, {instant_in_words(closing, zone)} : "
                "vérifiez l'année.",
            )
