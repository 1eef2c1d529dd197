"""Check réglementation files, without touching anything."""

import codecs
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from django.conf import settings

from sporades.core.french import local_day
from sporades.exams import checking
from sporades.exams.checking import Problem, Source
from sporades.exams.checking.openings import Zones
from sporades.territory import queries as territory

_DOCUMENTS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"{\\rtf", b"%PDF")
_SAVE = "enregistrez-le en UTF-8 (« Enregistrer sous », puis l'encodage « UTF-8 »)."

type Given = Path | Source
"""A file, by its path or by its text."""


def check(files: Iterable[Given], *, at: datetime) -> list[Problem]:
    """Return everything that is wrong in some files, each by itself and then together.

    Args:
        files: the files, by their paths, or as texts with a name.
        at: the instant.
    """
    sources: list[Source] = []
    unread: list[Problem] = []
    for file in files:
        opened = open_source(file)
        if isinstance(opened, Problem):
            unread.append(opened)
        else:
            sources.append(opened)
    return unread + checking.problems(
        sources,
        zones=open_zones(at),
        countries=countries(),
        at=at,
        is_for_people=are_for_people(),
    )


def open_source(file: Given) -> Source | Problem:
    """Return the text of a file, or why it cannot be read."""
    if isinstance(file, Source):
        return file
    try:
        return Source.read(file)
    except UnicodeDecodeError as error:
        return unreadable(str(file), error)
    except OSError as error:
        message = f"Ce fichier ne peut pas être lu : {_reason(error)}."
        return Problem(str(file), 0, "", "lecture", message)


def unreadable(name: str, error: UnicodeDecodeError) -> Problem:
    """Say what a file is that is no text in UTF-8, on which line it stops being, and what to do."""
    content = error.object
    if content.startswith(_DOCUMENTS):
        message = (
            "Ce fichier est un document de traitement de texte ou une archive, pas du texte : collez "
            "son contenu dans un éditeur de texte, et enregistrez-le en UTF-8."
        )
        return Problem(name, 0, "", "lecture", message)
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return Problem(name, 1, "", "lecture", f"Ce fichier est en UTF-16 : {_SAVE}")
    line = content[: error.start].count(b"\n") + 1
    message = f"Ce fichier n'est pas du texte en UTF-8 : {_SAVE}"
    return Problem(name, line, "", "lecture", message)


def _reason(error: OSError) -> str:
    match error:
        case FileNotFoundError():
            return "il n'existe pas"
        case IsADirectoryError():
            return "c'est un dossier"
        case PermissionError():
            return "vous n'en avez pas le droit"
        case _:
            return error.strerror or "la machine ne dit pas pourquoi"


def are_for_people() -> bool:
    """Return whether what is put in force here is read by people: not in the demo."""
    return not settings.DEMO


def open_zones(at: datetime) -> Zones:
    """Return the academies for which a file may be written at an instant, with their zones.

    One whose last day is known registers until then.
    """
    day = local_day(at, settings.TIME_ZONE)
    return {
        academy.code: academy.zone
        for academy in territory.known_academies()
        if academy.closed_on is None or day <= academy.closed_on
    }


def zones() -> Zones:
    """Return all academies with their zones: a file that was checked may name one that closed since."""
    return {academy.code: academy.zone for academy in territory.known_academies()}


def countries() -> frozenset[str]:
    """Return the codes of the countries of the official list, those that ended included."""
    return frozenset(country.code for country in territory.countries())
