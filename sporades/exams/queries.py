"""Questions about what one may register for.

Everything here but the rules of an old version comes from what the process holds: no query
while it is fresh, one when it looks whether something has changed.
"""

from collections.abc import Collection, Iterator, Mapping
from datetime import date, datetime
from itertools import chain
from typing import Protocol

from django.db.models import QuerySet

from sporades.core.prepared import prepared
from sporades.exams import schema
from sporades.exams.held import OfferedExam, Programme, held
from sporades.exams.models import (
    Domain,
    Exam,
    RegistrationService,
    Regulation,
    Session,
    Speciality,
)
from sporades.exams.models import Paper as PaperRow
from sporades.exams.models.regulation import rules_held
from sporades.exams.schema import Audience, Rubric
from sporades.exams.schema.exam import Event
from sporades.exams.schema.papers import Paper
from sporades.territory import queries as territory

__all__ = [
    "OfferedExam",
    "Programme",
    "exam_once_offered",
    "gone",
    "in_force",
    "is_offered",
    "offered",
    "open_programmes",
    "open_services",
    "papers_of",
    "papers_once_offered",
    "programme_of",
    "programmes",
    "rules",
    "served_academies",
    "service",
    "services_within",
    "upcoming_services",
]


class Reach(Protocol):
    """A perimeter, which the rooms above know."""

    def covers(self, *, academy: str, domain: str) -> bool:
        """Return whether it holds an academy and a domain, given their codes."""


@prepared(Regulation)
def _last(domain: int, session: int) -> QuerySet[Regulation]:
    versions: QuerySet[Regulation] = Regulation.objects.light()
    return versions.filter(domain=domain, session=session).order_by("-number")[:1]


def in_force(domain: Domain, session: Session) -> Regulation | None:
    """Return the version under which one registers now, the last one, asked of the database."""
    return next(iter(_last(domain=domain.pk, session=session.pk)), None)


def programmes(*, rubric: Rubric | None = None) -> list[Programme]:
    """Return the réglementations in force with their exams and services, in reading order.

    Args:
        rubric: those of this rubric alone.
    """
    return [
        programme
        for programme in held().programmes
        if rubric is None or programme.regulation.domain.rubric == rubric
    ]


def domain_labels(codes: Collection[str]) -> list[str]:
    """Return what domains are called; the code itself of one that nothing is known of."""
    if not codes:
        return []
    known = {one.regulation.domain.code: one.regulation.domain.label for one in programmes()}
    return [known.get(code, code) for code in codes]


def services_within(reach: Reach) -> list[RegistrationService]:
    """Return the services of a perimeter."""
    return [
        service
        for programme in held().programmes
        for service in programme.services
        if reach.covers(academy=service.academy_id, domain=service.domain.code)
    ]


def served_academies() -> dict[str, str]:
    """Return the names of the academies that the office may have something of, in their order, by code.

    One that has closed, or whose closing is known, is among them where it has received
    registrations: they stay of it until somebody gives them to another.
    """
    receiving = {one.academy_id for programme in programmes() for one in programme.services}
    return {
        one.code: one.name
        for one in territory.known_academies()
        if one.closed_on is None or one.code in receiving
    }


def open_programmes(at: datetime, *, rubric: Rubric | None = None) -> list[Programme]:
    """Return the programmes for which one may register now: the funnel starts from them."""
    return [one for one in programmes(rubric=rubric) if one.open_services(at)]


def programme_of(service: RegistrationService) -> Programme | None:
    """Return the programme that a service registers for."""
    for programme in held().programmes:
        regulation = programme.regulation
        if (regulation.domain_id, regulation.session_id) == (service.domain_id, service.session_id):
            return programme
    return None


def dates_of(service: RegistrationService, *, exam: str, regulation: int) -> tuple[Event, ...]:
    """Return the dates to know of an exam, as the réglementation in force of a service has them.

    Args:
        service: where.
        exam: its code.
        regulation: the key of the version that says them where the one in force has it no more.
    """
    programme = programme_of(service)
    offered = programme.exam(exam) if programme else None
    said = offered.rules if offered else rules(regulation).exam(exam)
    return said.events


def last_date_of(service: RegistrationService, *, exam: str, regulation: int) -> date | None:
    """Return the last of them; nothing where no date is given."""
    found = dates_of(service, exam=exam, regulation=regulation)
    return max((one.ends_on or one.starts_on for one in found), default=None)


def is_offered(service: RegistrationService, *, exam: Exam, speciality: Speciality | None) -> bool:
    """Tell whether the réglementation in force of a service offers an exam.

    Args:
        service: where.
        exam: the exam.
        speciality: in which, where the exam has any.
    """
    programme = programme_of(service)
    found = programme.exam(exam.code) if programme else None
    if found is None:
        return False
    codes = [one.code for one in found.specialities]
    return speciality.code in codes if speciality else not codes


def offered() -> tuple[list[int], list[int]]:
    """Return all that the réglementations in force offer.

    Returns:
        The keys of the exams that have no speciality, and those of the specialities of the others.
    """
    found = [one for programme in programmes() for one in programme.exams]
    alone = [one.exam.pk for one in found if not one.specialities]
    return alone, [speciality.pk for one in found for speciality in one.specialities]


def gone() -> tuple[list[int], list[int]]:
    """Return what was offered once and is no more, by the réglementations in force.

    Returns:
        The keys of exams, and those of specialities.
    """
    found = [one for programme in programmes() for one in programme.exams]
    offered: dict[type, set[object]] = {
        Exam: {one.exam.pk for one in found},
        Speciality: {speciality.pk for one in found for speciality in one.specialities},
    }
    exams, specialities = (
        [row.pk for (of, pk), row in held().rows.items() if of is kind and pk not in keys]
        for kind, keys in offered.items()
    )
    return exams, specialities


def service(pk: int) -> RegistrationService | None:
    """Return a registration service, with its domain, session, academy and managing service."""
    return next((one for one in _services() if one.pk == pk), None)


def open_services(at: datetime) -> list[RegistrationService]:
    """Return the services that are open to the public, by programme and then by academy."""
    return [one for one in _services() if one.audience == Audience.PUBLIC and one.accepts(at)]


def upcoming_services(at: datetime) -> list[RegistrationService]:
    """Return the services that will open to the public, the soonest first."""
    found = [one for one in _services() if one.audience == Audience.PUBLIC and one.opens_at > at]
    return sorted(found, key=lambda one: (one.opens_at, one.academy.name))


def closed_services(at: datetime) -> list[RegistrationService]:
    """Return those of the public whose last minute has passed, the last closed first."""
    found = [one for one in _services() if one.audience == Audience.PUBLIC and one.has_closed(at)]
    return sorted(found, key=lambda one: one.closes_at, reverse=True)


def rules(regulation: int) -> schema.Regulation:
    """Return the rules of a version by its primary key; one query the first time.

    Raises Regulation.DoesNotExist.
    """
    return rules_held(regulation) or Regulation.objects.get(pk=regulation).rules


def papers_of(exam: Exam, *, codes: Collection[str]) -> Mapping[str, PaperRow]:
    """Return the rows of some épreuves of an exam, by code: no query where this process holds them.

    Args:
        exam: the exam, offered still or not.
        codes: the codes of the épreuves.
    """
    held_too = (one.papers for of in held().programmes for one in of.exams if one.exam == exam)
    known = next(held_too, {})
    if known.keys() >= set(codes):
        return known
    return {paper.code: paper for paper in PaperRow.objects.filter(exam=exam)}


def papers_once_offered(
    regulation: Regulation, *, exam: str, codes: Collection[str]
) -> list[Paper]:
    """Return épreuves as the last version that has each of them says them, by code.

    Args:
        regulation: a version of the réglementation; those of its domain and session are read.
        exam: the code of the exam.
        codes: the codes of the épreuves.
    """
    found: dict[str, Paper] = {}
    for one in versions_of_exam(regulation, exam=exam):
        found = {paper.code: paper for paper in one.papers} | found
        if found.keys() >= set(codes):
            break
    return [found[code] for code in sorted(codes) if code in found]


def exam_once_offered(regulation: Regulation, *, exam: str) -> schema.Exam:
    """Return what a version says of an exam; where it says nothing, what the last that does says.

    Args:
        regulation: the version; where it has no such exam, those of its domain and session are read.
        exam: the code of the exam.

    Raises:
        KeyError: no version ever had it.
    """
    said = (one for one in rules(regulation.pk).exams if one.code == exam)
    for one in chain(said, versions_of_exam(regulation, exam=exam)):
        return one
    raise KeyError(exam)


def versions_of_exam(regulation: Regulation, *, exam: str) -> Iterator[schema.Exam]:
    """Go through what the versions of a session say of an exam, the last first.

    Args:
        regulation: one of them; each is read only where whoever asks goes on.
        exam: the code of the exam.
    """
    versions = Regulation.objects.filter(domain=regulation.domain_id, session=regulation.session_id)
    for pk in versions.order_by("-number").values_list("pk", flat=True):
        yield from (one for one in rules(pk).exams if one.code == exam)


def _services() -> list[RegistrationService]:
    return [one for programme in held().programmes for one in programme.services]
