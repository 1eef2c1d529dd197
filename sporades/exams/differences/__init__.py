"""The difference between a file that is prepared and what is in force, in plain words."""

from dataclasses import dataclass
from functools import cached_property

from sporades.core.digests import digest
from sporades.exams.checking.openings import Zones
from sporades.exams.differences.content import Change, Chapter, chapters
from sporades.exams.differences.openings import (
    managing,
    openings,
    reached_otherwise,
    turned_at_once,
)
from sporades.exams.differences.shared import Shared, named, shared
from sporades.exams.models import PreparedRegulation, RegistrationService, Regulation
from sporades.territory.models import ManagingService

__all__ = [
    "Change",
    "Chapter",
    "Difference",
    "Shared",
    "between",
    "difference",
    "shared",
    "turned_at_once",
]

OPENINGS = "Ouvertures et services gestionnaires"


@dataclass(frozen=True)
class Difference:
    """What a file would change.

    Attributes:
        in_force: the version in force, nothing when there is none.
        chapters: what would change, exam by exam, openings last.
        kept: what would stay as it is although the file says otherwise, or says nothing.
        makes_a_version: whether the file would make a new version.
        otherwise: of what would stay, what the office has changed and the file says otherwise.
        services: the registration services of its domain and session, as they stand.
    """

    in_force: Regulation | None
    chapters: tuple[Chapter, ...]
    kept: tuple[Change, ...]
    makes_a_version: bool
    otherwise: tuple[Change, ...] = ()
    services: tuple[RegistrationService, ...] = ()

    @property
    def changes_anything(self) -> bool:
        """Whether there is anything to put in force."""
        return self.makes_a_version or bool(self.chapters)

    @cached_property
    def seal(self) -> str:
        """A fingerprint of all that is shown: whoever puts in force has read this and no other."""
        before = [self.in_force.number, self.in_force.digest] if self.in_force else []
        shown = [chapter.as_json() for chapter in self.chapters]
        return digest([before, shown, [one.as_json() for one in self.kept]])


def difference(prepared: PreparedRegulation, zones: Zones) -> Difference:
    """Compare a file that is prepared with what is in force now.

    Args:
        prepared: the file.
        zones: the zone of each academy.
    """
    domain, session = prepared.domain_code, prepared.session_code
    versions = Regulation.objects.defer("source").select_related("domain", "session")
    in_force = versions.in_force_named(domain=domain, session=session)
    here = {"domain__code": domain, "session__code": session}
    services = tuple(RegistrationService.objects.filter(**here).for_list())
    academies = {one.academy for one in prepared.file.managing_services}
    changed, otherwise, left = openings(prepared.file, services, zones)
    known = list(ManagingService.objects.filter(academy__in=academies))
    changed += managing(prepared.file, known)
    otherwise += reached_otherwise(prepared.file, known)
    before = in_force.rules if in_force else None
    content = chapters(before, prepared.file, named=list(named(prepared.file, in_force)))
    found = [*content, *([Chapter(OPENINGS, tuple(changed))] if changed else [])]
    makes = in_force is None or in_force.digest != prepared.digest
    kept = (*otherwise, *left)
    return Difference(in_force, tuple(found), kept, makes, tuple(otherwise), services)


def between(before: Regulation | None, after: Regulation) -> list[Chapter]:
    """Return what a version changed of the one before."""
    return list(chapters(before.rules if before else None, after.rules))
