"""What a file wants of the registration services: told before it is in force, done when it is."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sporades.exams import schema
from sporades.exams.checking.openings import Zones, zone_of
from sporades.exams.models import RegistrationService, ServiceChange
from sporades.exams.schema.clock import instant
from sporades.exams.schema.openings import Opening
from sporades.territory.queries import academy

DATES = ("opens_at", "closes_at")


@dataclass(frozen=True)
class PlannedOpening:
    """What a file wants of one registration service.

    Attributes:
        opening: what the file says.
        service: the service as it stands, nothing when the file opens it.
        said: what the file wants of its columns; of its managing service, the code.
    """

    opening: Opening
    service: RegistrationService | None
    said: Mapping[str, Any]

    @property
    def is_held(self) -> bool:
        """Whether the office has given the service other dates, which stay.

        Whoever moved it knew more than the file: an extension is not undone by a load.
        """
        moved = self.service is not None and self.service.moved_at is not None
        return moved and any(getattr(self.service, name) != self.said[name] for name in DATES)

    @property
    def wanted(self) -> dict[str, Any]:
        """The columns that the service is brought to; its managing service has a key elsewhere."""
        left = (*DATES, "managing_code") if self.is_held else ("managing_code",)
        return {name: value for name, value in self.said.items() if name not in left}

    @property
    def move(self) -> ServiceChange | None:
        """The other dates that a service that stands would have, not saved; nothing without any."""
        if self.service is None:
            return None
        now = {name: getattr(self.service, name) for name in DATES}
        then = {name: self.wanted.get(name, instant) for name, instant in now.items()}
        if then == now:
            return None
        return ServiceChange(
            service=self.service, opened_at=now["opens_at"], closed_at=now["closes_at"], **then
        )


@dataclass(frozen=True)
class Plan:
    """What a file wants of the services of its domain and session.

    Attributes:
        openings: those that it speaks of, in its order.
        left: the services that it does not speak of: they stay as they are.
    """

    openings: tuple[PlannedOpening, ...]
    left: tuple[RegistrationService, ...]

    def moved(self, at: datetime) -> list[ServiceChange]:
        """Return the changes of dates of the services that have opened at an instant."""
        moves = [one.move for one in self.openings]
        return [move for move in moves if move is not None and move.opened_at <= at]


def plan(file: schema.File, services: Iterable[RegistrationService], zones: Zones) -> Plan:
    """Compare the openings of a file with the services that stand.

    Args:
        file: what the file says; it has been checked.
        services: the registration services of its domain and session.
        zones: the zone of each academy.
    """
    known = {(one.academy_id, one.audience): one for one in services}
    openings = tuple(
        PlannedOpening(
            opening,
            known.pop((opening.academy, opening.audience.value), None),
            _said(opening, zone_of(file, opening, zones)),
        )
        for opening in file.openings
    )
    return Plan(openings, tuple(known.values()))


def _said(opening: Opening, zone: str) -> dict[str, Any]:
    return {
        "opens_at": instant(opening.opens, zone),
        "closes_at": instant(opening.closes, zone),
        "zone": zone,
        "managing_code": opening.service,
        "website": opening.website or academy(opening.academy).website,
    }
