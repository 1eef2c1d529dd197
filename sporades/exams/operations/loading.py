"""Put a réglementation file in force: a version when it has changed, and its services."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from sporades import journal
from sporades.core.actors import Actor
from sporades.core.digests import digest
from sporades.core.locks import lock_value
from sporades.core.refusals import Refused
from sporades.exams import checking
from sporades.exams.checking import Document, Problem, Source
from sporades.exams.differences import Change
from sporades.exams.differences.openings import reached_otherwise
from sporades.exams.held import forget
from sporades.exams.models import (
    Domain,
    RegistrationService,
    Regulation,
    RegulationFile,
    ServiceChange,
    Session,
)
from sporades.exams.operations import identities, services
from sporades.exams.operations.checks import Given, countries, open_source, open_zones, zones
from sporades.exams.queries import in_force
from sporades.exams.schema import File
from sporades.exams.schema.regulation import SERVICE_KEYS
from sporades.territory.models import ManagingService


class Invalid(Refused):
    """A file has problems: nothing of it is loaded."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        """Keep what is wrong."""
        self.problems = tuple(problems)
        super().__init__("\n".join(map(str, self.problems)))


@dataclass(frozen=True)
class Loaded:
    """What a load did.

    Attributes:
        regulation: the version in force.
        created: whether it is a new one.
        opened: the services that were added.
        changed: the services that were changed.
        left: the services of the domain and session that the file does not speak of: they
            stay as they are, since registrations may point to them.
        held: the services whose dates the office has changed: they keep these.
        moves: what became of the dates of those that were changed, not saved by themselves.
        reached: how managing services are reached that the office has changed, and that stays so
            although the file says otherwise.
    """

    regulation: Regulation
    created: bool
    opened: Sequence[RegistrationService]
    changed: Sequence[RegistrationService]
    left: Sequence[RegistrationService]
    held: Sequence[RegistrationService]
    moves: Sequence[ServiceChange]
    reached: Sequence[Change]


@transaction.atomic
def load(file: Given, *, by: Actor, at: datetime) -> Loaded:
    """Put a file in force; the same file may be loaded again without effect.

    A content that differs from the last version makes a new one, and never touches those
    before; openings and managing services are brought to what the file says.

    Args:
        file: a path, or a text with a name.
        by: who loads it.
        at: when.

    Raises:
        Invalid: the file has problems.
        Refused: it contradicts what is known of its session.
    """
    source, document, understood = understand(file, at=at)
    lock_value("reglementation", f"{understood.domain.code}/{understood.session.code}")
    domain = identities.keep_domain(understood.domain, by=by, at=at)
    session = identities.keep_session(understood.session, by=by, at=at)
    content = versioned(document.data)
    regulation, created = _keep_version(domain, session, content, source, by=by, at=at)
    identities.keep_exams(domain, session, understood)
    academies = {one.academy for one in understood.managing_services}
    known = ManagingService.objects.filter(academy__in=academies)
    reached = tuple(reached_otherwise(understood, known))
    kept = services.keep(domain, session, understood, zones(), by=by, at=at)
    forget()
    transaction.on_commit(forget)
    return Loaded(
        regulation,
        created,
        kept.opened,
        kept.changed,
        kept.left,
        kept.held,
        kept.moves,
        reached,
    )


def versioned(data: dict[str, Any]) -> dict[str, Any]:
    """Return what of a file makes a version: all but openings and managing services."""
    return {key: value for key, value in data.items() if key not in SERVICE_KEYS}


def understand(file: Given, *, at: datetime) -> tuple[Source, Document, File]:
    """Read and check a file at an instant. Raises Invalid."""
    source = open_source(file)
    if isinstance(source, Problem):
        raise Invalid([source])
    document, understood, problems = checking.checked(
        source, zones=open_zones(at), countries=countries()
    )
    errors = [problem for problem in problems if problem.is_error]
    if errors or understood is None:
        raise Invalid(errors)
    return source, document, understood


def _keep_version(
    domain: Domain,
    session: Session,
    content: dict[str, Any],
    source: Source,
    *,
    by: Actor,
    at: datetime,
) -> tuple[Regulation, bool]:
    """Return the version in force, made anew when the content is not that of the last one."""
    last = in_force(domain, session)
    fingerprint = digest(content)
    if last is not None and last.digest == fingerprint:
        _keep_file(last, source, by=by, at=at)
        return last, False
    regulation = Regulation.objects.create(
        domain=domain,
        session=session,
        number=last.number + 1 if last else 1,
        content=content,
        source=source.text,
        digest=fingerprint,
        loaded_at=at,
        loaded_by=by.name,
    )
    journal.record(
        "regulation loaded",
        by=by,
        at=at,
        on=regulation,
        before={"number": last.number, "digest": last.digest} if last else None,
        after={
            "domain": domain.code,
            "session": session.code,
            "number": regulation.number,
            "digest": fingerprint,
        },
    )
    return regulation, True


def _keep_file(regulation: Regulation, source: Source, *, by: Actor, at: datetime) -> None:
    """Keep a file that says a version that is in force in another writing than the last one."""
    last = regulation.files.order_by("pk").last() or Regulation.objects.get(pk=regulation.pk)
    if last.source == source.text:
        return
    RegulationFile.objects.create(
        regulation=regulation, source=source.text, loaded_at=at, loaded_by=by.name
    )
    journal.record(
        "regulation loaded again",
        by=by,
        at=at,
        on=regulation,
        after={"number": regulation.number, "digest": regulation.digest},
    )
