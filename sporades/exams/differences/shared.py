"""What a file would change that serves other domains, sessions or academies too."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.db.models import QuerySet

from sporades.exams import schema
from sporades.exams.differences.content import Change, parts
from sporades.exams.differences.openings import as_rules, held
from sporades.exams.models import (
    Domain,
    PreparedRegulation,
    RegistrationService,
    Regulation,
    Session,
)
from sporades.exams.schema.regulation import Domain as DomainRules
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


def named(file: schema.File, in_force: Regulation | None) -> Iterator[Change]:
    """Say what would change of the name and rubric of a domain, and of the name of a session.

    They are compared with what is read everywhere now, which the file of another session or of
    another domain may have changed since the version in force.

    Args:
        file: what the file says.
        in_force: the version in force, with its domain and session; nothing when there is none.
    """
    if in_force is None:
        domain = Domain.objects.filter(code=file.domain.code).first()
        session = Session.objects.filter(code=file.session.code).first()
    else:
        domain, session = in_force.domain, in_force.session
    others = Regulation.objects.exclude(
        domain__code=file.domain.code, session__code=file.session.code
    )
    if domain and (domain.label, domain.rubric) != (file.domain.label, file.domain.rubric.value):
        known = DomainRules.model_construct(
            code=domain.code, label=domain.label, rubric=schema.Rubric(domain.rubric)
        )
        sessions = others.filter(domain=domain).values_list("session__label", flat=True)
        yield from parts(known, file.domain, _common("Domaine, celui aussi de", sessions))
    if session and session.label != file.session.label:
        called = file.session.model_copy(update={"label": session.label})
        domains = others.filter(session=session).values_list("domain__label", flat=True)
        yield from parts(called, file.session, _common("Session, celle aussi de", domains))


def _common(what: str, labels: Iterable[str]) -> str:
    """Name a row, with all else that it is of."""
    served = [f"« {one} »" for one in sorted(set(labels))]
    return f"{what} {', '.join(served)}" if served else what.partition(",")[0]


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
