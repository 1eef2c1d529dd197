"""Figures of what is archived: kept when a registration leaves, counted with those that serve.

Nothing personal is in them: they are numbers, one thing at a time, and of what says something of a
person (category, state) those that are too few are told together.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from django.db import connection
from django.db.models import Exists, OuterRef

from sporades.core.french import local_day
from sporades.exams.models import RegistrationService
from sporades.registrations.models import Registration
from sporades.statistics.models import ArchivedCount
from sporades.statistics.periods import Period
from sporades.statistics.selection import Selection

FEWEST = 5
"""From how many on a category or a state is told by itself."""

ADD = """
INSERT INTO statistics_archivedcount
    (service_id, kind, day, exam_id, speciality_id, value, count)
VALUES
    (%(service)s, 'category', NULL, %(exam)s, NULL, %(category)s, 1),
    (%(service)s, 'choice', NULL, %(exam)s, %(speciality)s, '', 1),
    (%(service)s, 'day', %(day)s, NULL, NULL, '', 1),
    (%(service)s, 'state', NULL, NULL, NULL, %(state)s, 1)
ON CONFLICT (service_id, kind, day, exam_id, speciality_id, value)
DO UPDATE SET count = statistics_archivedcount.count + 1
"""
"""In one order, so that two who archive at once never wait for each other in a circle."""

Kind = ArchivedCount.Kind


def keep(registration: Registration) -> None:
    """Count a registration among the figures of its service, in the transaction that archives it."""
    service = registration.service
    with connection.cursor() as cursor:
        cursor.execute(
            ADD,
            {
                "service": service.pk,
                "exam": registration.exam_id,
                "speciality": registration.speciality_id,
                "category": registration.category,
                "state": registration.state,
                "day": local_day(registration.filed_at, service.zone),
            },
        )


@dataclass
class Archived:
    """What is archived of a period.

    Attributes:
        by_day: how many were filed each day, by the clock of their service.
        academies, domains: by code and by key.
        choices, categories, states: as of those that serve, as far as they are told.
        unsaid: of what is not told apart, how many: too few, or of a part of their campaign alone.
        unsaid_domains: of which domain are those whose choice is not told.
    """

    by_day: Counter[date] = field(default_factory=Counter)
    academies: Counter[str] = field(default_factory=Counter)
    choices: Counter[tuple[int, int | None]] = field(default_factory=Counter)
    categories: Counter[tuple[int, str]] = field(default_factory=Counter)
    states: Counter[str] = field(default_factory=Counter)
    unsaid: Counter[str] = field(default_factory=Counter)
    unsaid_domains: Counter[int] = field(default_factory=Counter)

    @property
    def total(self) -> int:
        """How many."""
        return self.by_day.total()


def archived(selection: Selection, period: Period) -> Archived:
    """Return what is archived of the services that are counted, in a period.

    Choices, categories and states were not kept by day: they are told of a service whose whole
    campaign lies in the period.
    """
    services = {one.pk: one for one in selection.services}
    kept = ArchivedCount.objects.filter(service__in=list(services))
    within = kept.filter(service=OuterRef("service"), day__gte=period.first, day__lte=period.last)
    rows: dict[int, list[ArchivedCount]] = {}
    for row in kept.filter(Exists(within)).order_by("pk"):
        rows.setdefault(row.service_id, []).append(row)
    found = Archived()
    for key, own in rows.items():
        _add(found, services[key], own, period)
    return found


def _add(
    found: Archived, service: RegistrationService, rows: Iterable[ArchivedCount], period: Period
) -> None:
    days = {row.day: row.count for row in rows if row.kind == Kind.DAY and row.day}
    counted = {day: n for day, n in days.items() if period.first <= day <= period.last}
    total = sum(counted.values())
    found.by_day.update(counted)
    found.academies[service.academy_id] += total
    if total < sum(days.values()):
        found.unsaid_domains[service.domain_id] += total
        for kind in (Kind.CHOICE, Kind.CATEGORY, Kind.STATE):
            found.unsaid[kind] += total
        return
    for row in rows:
        _tell(found, row)


def _tell(found: Archived, row: ArchivedCount) -> None:
    if row.kind == Kind.CHOICE and row.exam_id:
        found.choices[row.exam_id, row.speciality_id] += row.count
    elif row.kind != Kind.DAY and row.count < FEWEST:
        found.unsaid[row.kind] += row.count
    elif row.kind == Kind.CATEGORY and row.exam_id:
        found.categories[row.exam_id, row.value] += row.count
    elif row.kind == Kind.STATE:
        found.states[row.value] += row.count
