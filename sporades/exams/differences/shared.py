"""What a file would change that serves other domains, sessions or academies too."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import QuerySet

from sporades.exams import schema
from sporades.exams.differences.content import parts
from sporades.exams.differences.openings import as_rules, held
from sporades.exams.models import Domain, PreparedRegulation, RegistrationService, Session
from sporades.territory import queries as territory
from sporades.territory.models import ManagingService


@dataclass(frozen=True)
class Shared:
    """A row that a file would change, and all that it serves.

    Attributes:
        words: what it is: « le service gestionnaire Bureau des examens (académie de Lille) ».
        served: the codes of the academies that it serves, by the code of their domain; none for
            a domain that no academy registers for.
    """

    words: str
    served: dict[str, set[str]]


def shared(prepared: PreparedRegulation) -> Iterator[Shared]:
    """Go through the rows that a file would change although they are not of it alone."""
    file = prepared.file
    domain = Domain.objects.filter(code=file.domain.code).first()
    if domain and (domain.label, domain.rubric) != (file.domain.label, file.domain.rubric.value):
        yield Shared("le nom ou la rubrique du domaine", _served(domain.services.all()))
    session = Session.objects.filter(code=file.session.code).exclude(label=file.session.label)
    for one in session:
        domains = Domain.objects.filter(regulations__session=one).values_list("code", flat=True)
        nowhere: dict[str, set[str]] = {code: set() for code in domains}
        yield Shared(f"le nom de la {one.label}", nowhere | _served(one.services.all()))
    yield from _managing(file)


def _managing(file: schema.File) -> Iterator[Shared]:
    academies = {rules.academy for rules in file.managing_services}
    rows = ManagingService.objects.filter(academy__in=academies)
    known = {(row.academy_id, row.code): row for row in rows}
    for rules in file.managing_services:
        row = known.get((rules.academy, rules.code))
        if row is None or not any(parts(as_rules(row), held(row, rules), "")):
            continue
        academy = territory.academy(rules.academy).full_name
        yield Shared(
            f"le service gestionnaire {row.name} ({academy})",
            _served(RegistrationService.objects.filter(managing_service=row)),
        )


def _served(services: QuerySet[RegistrationService]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for domain, academy in services.values_list("domain__code", "academy"):
        found.setdefault(domain, set()).add(academy)
    return found
