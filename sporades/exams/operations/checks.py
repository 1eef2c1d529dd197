"""Check réglementation files, without touching anything."""

from collections.abc import Iterable
from pathlib import Path

from sporades.exams import checking
from sporades.exams.checking import Problem, Source
from sporades.exams.checking.openings import Zones
from sporades.territory import queries as territory

type Given = Path | Source
"""A file, by its path or by its text."""


def check(files: Iterable[Given]) -> list[Problem]:
    """Return everything that is wrong in some files, each by itself and then together.

    Args:
        files: the files, by their paths, or as texts with a name.
    """
    sources: list[Source] = []
    unread: list[Problem] = []
    for file in files:
        opened = open_source(file)
        if isinstance(opened, Problem):
            unread.append(opened)
        else:
            sources.append(opened)
    return unread + checking.problems(sources, zones=zones())


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
    """Say on which line a file stops being text."""
    line = error.object[: error.start].count(b"\n") + 1
    return Problem(name, line, "", "lecture", "Ce fichier n'est pas du texte en UTF-8.")


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


def zones() -> Zones:
    """Return the academies that exist, with their zones."""
    return {academy.code: academy.zone for academy in territory.academies()}
