"""What one may register for, kept in the process.

Built on first use. Every few seconds one cheap query asks whether anything has changed in
the database, so that a load or an extension made by another process is seen everywhere well
within a minute. What is returned is shared by every thread: read it only.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.db.models import Model

from sporades.core.held import Holder
from sporades.core.text import search_key
from sporades.exams import schema
from sporades.exams.models import Exam, Paper, RegistrationService, Regulation, Speciality

FRESH_FOR = 10.0
"""Seconds during which what is held is believed without looking."""

type Stamp = tuple[int, ...]
type Key = tuple[int, int]


@dataclass(frozen=True)
class OfferedExam:
    """An exam that the réglementation in force offers.

    Attributes:
        exam: its row.
        rules: what the réglementation says of it.
        specialities: the rows of its specialities, in the order of the réglementation.
        papers: the rows of its épreuves, by code.
    """

    exam: Exam
    rules: schema.Exam
    specialities: Sequence[Speciality]
    papers: Mapping[str, Paper]


@dataclass(frozen=True)
class Programme:
    """The réglementation in force of a domain for a session, and its services.

    Attributes:
        regulation: the version in force.
        exams: the exams that it offers, in its order.
        services: the services that register for it, by academy.
    """

    regulation: Regulation
    exams: Sequence[OfferedExam]
    services: Sequence[RegistrationService]

    def exam(self, code: str) -> OfferedExam | None:
        """Return an exam that is offered, by its code."""
        return next((offered for offered in self.exams if offered.exam.code == code), None)

    def open_services(self, at: datetime) -> list[RegistrationService]:
        """Return the services that accept a registration arriving at this instant."""
        return [
            one
            for one in self.services
            if one.audience == schema.Audience.PUBLIC and one.accepts(at)
        ]


@dataclass(frozen=True)
class Known:
    """The rows that any version points to, of what is offered still or not.

    Attributes:
        exams: by domain and session, then by code.
        specialities: by exam, then by code.
        papers: the same.
    """

    exams: Mapping[Key, Mapping[str, Exam]]
    specialities: Mapping[int, Mapping[str, Speciality]]
    papers: Mapping[int, Mapping[str, Paper]]

    def offered_by(self, regulation: Regulation) -> list[OfferedExam]:
        """Return the exams that a version offers, in its order."""
        rows = self.exams[regulation.domain_id, regulation.session_id]
        return [self._offered(rules, rows[rules.code]) for rules in regulation.rules.exams]

    def _offered(self, rules: schema.Exam, exam: Exam) -> OfferedExam:
        own = self.specialities.get(exam.pk, {})
        ordered = [own[speciality.code] for speciality in rules.specialities]
        return OfferedExam(exam, rules, ordered, self.papers.get(exam.pk, {}))


@dataclass(frozen=True, eq=False)
class Catalogue:
    """Every programme, by rubric, label and session.

    Attributes:
        programmes: the réglementations in force.
        known: what the versions before them offered, too.
        rows: exams, specialities, academies and all else that a registration points to.
        kinds: the models of these rows.
    """

    programmes: Sequence[Programme]
    known: Known
    rows: Mapping[tuple[type[Model], object], Model]
    kinds: frozenset[type[Model]]


def held() -> Catalogue:
    """Return what this process holds: no query while it is fresh, one when it looks."""
    return _holder.get()


def forget() -> None:
    """Drop what this process holds: the next question asks the database again."""
    _holder.drop()


def _stamp() -> Stamp:
    """Return a figure that changes with every row that is added, changed or removed.

    A row's place and the transaction that wrote it are known to PostgreSQL without reading
    the row; exams and épreuves only change when a version is added. Domains and sessions do by
    any file that names them, that of a version in force among them.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT
                (SELECT count(*) FROM exams_regulation),
                (SELECT coalesce(sum(hashtextextended(ctid::text || xmin::text, 0)), 0)
                   FROM exams_registrationservice),
                (SELECT coalesce(sum(hashtextextended(ctid::text || xmin::text, 0)), 0)
                   FROM territory_managingservice),
                (SELECT coalesce(sum(hashtextextended(ctid::text || xmin::text, 0)), 0)
                   FROM exams_domain),
                (SELECT coalesce(sum(hashtextextended(ctid::text || xmin::text, 0)), 0)
                   FROM exams_session)
            """
        )
        return tuple(map(int, cursor.fetchone()))


def _build() -> Catalogue:
    # Before the rows that they name: a version that is loaded meanwhile would name others.
    regulations = list(Regulation.objects.all_in_force().select_related("domain", "session"))
    services: dict[Key, list[RegistrationService]] = defaultdict(list)
    for service in RegistrationService.objects.for_list().order_by("academy__name", "audience"):
        services[service.domain_id, service.session_id].append(service)
    exams: dict[Key, dict[str, Exam]] = defaultdict(dict)
    for exam in Exam.objects.select_related("domain", "session"):
        exams[exam.domain_id, exam.session_id][exam.code] = exam
    known = Known(exams, _by_exam(Speciality.objects.all()), _by_exam(Paper.objects.all()))

    def programme(regulation: Regulation) -> Programme:
        key = (regulation.domain_id, regulation.session_id)
        return Programme(regulation, known.offered_by(regulation), services[key])

    programmes = sorted(map(programme, regulations), key=_order)
    rows = {(type(row), row.pk): row for row in _rows(programmes, known)}
    return Catalogue(programmes, known, rows, frozenset(kind for kind, _ in rows))


def _rows(programmes: Iterable[Programme], known: Known) -> Iterator[Model]:
    """List what a registration points to, but its service: whether it is open is asked anew."""
    for programme in programmes:
        yield from (programme.regulation.domain, programme.regulation.session)
        for service in programme.services:
            yield from (service.academy, service.managing_service)
    for own in (*known.exams.values(), *known.specialities.values()):
        yield from own.values()


def _by_exam[Row: (Speciality, Paper)](rows: Iterable[Row]) -> dict[int, dict[str, Row]]:
    """Gather rows by the exam that they belong to, then by their code."""
    found: dict[int, dict[str, Row]] = defaultdict(dict)
    for row in rows:
        found[row.exam_id][row.code] = row
    return found


def _order(programme: Programme) -> tuple[int, str, int, str]:
    domain, session = programme.regulation.domain, programme.regulation.session
    rank = list(schema.Rubric).index(schema.Rubric(domain.rubric))
    return rank, search_key(domain.label), session.year, session.code


_holder: Holder[Stamp, Catalogue] = Holder(fresh_for=lambda: FRESH_FOR, stamp=_stamp, build=_build)
