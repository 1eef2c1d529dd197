"""Check réglementation files: what is wrong, where, and what to do."""

from collections.abc import Collection, Iterable, Iterator
from datetime import datetime
from itertools import chain

from sporades.exams.checking import (
    accommodations,
    answers,
    between_files,
    contradictions,
    everywhere,
    evidence,
    health,
    namesakes,
    oddities,
    openings,
    papers,
    possible,
    references,
    remarks,
    residence,
    together,
    writings,
)
from sporades.exams.checking.document import Document, Source, read
from sporades.exams.checking.openings import Zones
from sporades.exams.checking.problems import Fault, Problem, and_more, some_of
from sporades.exams.checking.shape import shaped
from sporades.exams.schema import File

__all__ = ["Document", "Problem", "Source", "checked", "problems"]


def checked(
    source: Source,
    *,
    zones: Zones,
    countries: Collection[str] | None = None,
    at: datetime | None = None,
    is_for_people: bool = False,
) -> tuple[Document, File | None, list[Problem]]:
    """Read and check one file.

    Its writing is checked first, then its shape, then its sense, then whether every candidate
    can choose among its épreuves: each step tells what it finds, some hundreds at most, and the next is taken only
    when it has found nothing.

    Args:
        source: the file.
        zones: the academies that exist, with their zones.
        countries: the codes of the countries that exist; without them, any will do.
        at: the instant, where dates that are long past are to be told.
        is_for_people: whether contacts that lead nowhere are to be told.

    Returns:
        The document, the file when it can be understood, and the problems by line.
    """
    document = read(source)
    if document.problems:
        return document, None, _by_line(document.problems)
    file, misshapen = shaped(document)
    if file is None:
        return document, None, _by_line(misshapen)
    found, has_more = some_of(
        chain(
            remarks.faults(file, document),
            writings.faults(file, document),
            _faults(file, zones, countries),
        )
    )
    if not found:
        odd = oddities.faults(file, zones, at=at, is_for_people=is_for_people)
        found = [*_impossible(file), *namesakes.faults(file), *odd]
    more = [and_more(document.name)] if has_more else []
    told = {document.problem(fault) for fault in found}
    return document, file, _by_line([*told, *more])


def problems(
    sources: Iterable[Source],
    *,
    zones: Zones,
    countries: Collection[str] | None = None,
    at: datetime | None = None,
    is_for_people: bool = False,
) -> list[Problem]:
    """Check files, each by itself and then together; return every problem.

    Args:
        sources: the files.
        zones: the academies that exist, with their zones.
        countries: the codes of the countries that exist; without them, any will do.
        at: the instant, where dates that are long past are to be told.
        is_for_people: whether contacts that lead nowhere are to be told.
    """
    found: list[Problem] = []
    understood: list[tuple[Document, File]] = []
    for source in sources:
        document, file, own = checked(
            source, zones=zones, countries=countries, at=at, is_for_people=is_for_people
        )
        found += own
        if file is not None:
            understood.append((document, file))
    return found + list(between_files.problems(understood))


def _faults(file: File, zones: Zones, countries: Collection[str] | None) -> Iterator[Fault]:
    yield from everywhere.faults(file)
    for rank, exam in enumerate(file.exams):
        path = ("examens", rank)
        yield from possible.too_many(exam, path)
        yield from references.faults(exam, path, zones, countries)
        yield from answers.faults(exam, path)
        yield from papers.faults(exam, path)
        yield from evidence.faults(exam, path)
        yield from accommodations.faults(exam, path)
        yield from residence.faults(exam, path)
    yield from openings.faults(file, zones)


def _impossible(file: File) -> Iterator[Fault]:
    for rank, exam in enumerate(file.exams):
        yield from possible.faults(exam, ("examens", rank))
        yield from contradictions.faults(exam, ("examens", rank))
        yield from together.faults(exam, ("examens", rank))
        yield from health.faults(exam, ("examens", rank))


def _by_line(found: Iterable[Problem]) -> list[Problem]:
    return sorted(found, key=lambda problem: (problem.line, problem.field, problem.message))
