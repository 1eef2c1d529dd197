"""What is counted: what a reader reaches, as far as they wish to see it."""

from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.conf import settings
from django.db.models import Q

from sporades.accounts.permissions import Reach
from sporades.exams.models import RegistrationService
from sporades.exams.queries import services_within
from sporades.registrations.models import Draft, Registration
from sporades.registrations.states import STANDING


@dataclass(frozen=True)
class Selection:
    """What is counted.

    Attributes:
        reach: the perimeter: there is nothing outside of it.
        domain, session, service: the keys of those chosen, nothing for all of them.
        academy: the code of the one chosen, nothing for all of them.
        is_standing: whether registrations that no more stand are left out.
    """

    reach: Reach
    domain: int | None = None
    session: int | None = None
    academy: str = ""
    service: int | None = None
    is_standing: bool = False

    @cached_property
    def services(self) -> list[RegistrationService]:
        """The services whose registrations are counted."""
        return [one for one in services_within(self.reach) if self._holds(one)]

    @property
    def zones(self) -> set[str]:
        """The clocks of these services."""
        return {one.zone for one in self.services}

    @property
    def zone(self) -> str:
        """The clock by which days and hours are counted: that of all, else the usual one."""
        zones = self.zones
        return zones.pop() if len(zones) == 1 else settings.TIME_ZONE

    @property
    def key(self) -> Hashable:
        """What tells it from every other: where its reader reads, and what they chose there."""
        perimeters = tuple((one.academies, one.domains) for one in self.reach.perimeters)
        chosen = (self.domain, self.session, self.academy, self.service, self.is_standing)
        return perimeters, chosen, tuple(self._academies)

    @property
    def is_everything(self) -> bool:
        """Whether nothing was chosen, within a perimeter that has no bounds."""
        chosen = (self.domain, self.session, self.academy, self.service, self.is_standing)
        return not any(chosen) and self.reach.is_everything

    def registrations(self) -> Any:
        """Return the registrations that are counted."""
        within = Registration.objects.within(self.reach)
        found = within.filter(self._chosen(programme="exam"), academy__in=self._academies)
        return found.filter(state__in=STANDING) if self.is_standing else found

    def drafts(self) -> Any:
        """Return what is begun and not filed, as far as it is counted."""
        within = Draft.objects.unsaved().touched().within(self.reach)
        return within.filter(
            self._chosen(programme="service"), service__academy__in=self._academies
        )

    def condition(self, path: str) -> Q:
        """Return what a row must satisfy to be of a registration that is counted.

        Args:
            path: from the row to its registration.
        """
        said: dict[str, object] = {
            f"{path}__exam__domain": self.domain,
            f"{path}__exam__session": self.session,
            f"{path}__service": self.service,
            f"{path}__state__in": STANDING if self.is_standing else None,
        }
        chosen = {name: value for name, value in said.items() if value}
        return Q(**chosen, **{f"{path}__academy__in": self._academies})

    @property
    def _academies(self) -> list[str]:
        # Named also where all are meant: one index then leads to the days of each.
        return sorted({one.academy_id for one in self.services})

    def _chosen(self, *, programme: str) -> Q:
        said = {
            f"{programme}__domain": self.domain,
            f"{programme}__session": self.session,
            "service": self.service,
        }
        return Q(**{path: value for path, value in said.items() if value})

    def _holds(self, service: RegistrationService) -> bool:
        pairs: Iterable[tuple[object, object]] = (
            (self.domain, service.domain_id),
            (self.session, service.session_id),
            (self.academy, service.academy_id),
            (self.service, service.pk),
        )
        return all(not wanted or wanted == value for wanted, value in pairs)
