"""The hours of a service as they stood at an instant, by the acts that made them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sporades.exams.models import RegistrationService
from sporades.exams.models.service import MINUTE
from sporades.exams.operations.services import SERVICE_ADDED, SERVICE_CHANGED
from sporades.journal.models import Entry

APPLIED = (SERVICE_ADDED, SERVICE_CHANGED)


class Hours(NamedTuple):
    """When a service was open.

    Attributes:
        opens_at, closes_at: as they stood; the displayed minute of the closing is included.
    """

    opens_at: datetime
    closes_at: datetime

    def accept(self, at: datetime) -> bool:
        """Return whether a request that arrives at this instant is in time (R-22)."""
        return self.opens_at <= at < self.closes_at + MINUTE


def hours_at(service: RegistrationService, acts: Sequence[Entry], at: datetime) -> Hours:
    """Return the hours of a service as they stood at an instant.

    Args:
        service: the service, with the hours that it has now.
        acts: those on it, the first first.
        at: the instant.
    """
    found = Hours(service.opens_at, service.closes_at)
    # From today back: each later change undoes itself by what it says was there before.
    for act in reversed(acts):
        if act.verb in APPLIED and act.at > at:
            found = _read(act.payload.get("before"), found)
    return found


def hours_said_by(act: Entry, otherwise: Hours) -> Hours:
    """Return the hours that an act says of its own instant.

    Args:
        act: an « Enregistrer » refused out of hours.
        otherwise: those known without it, where its content is kept no more.
    """
    return _read(act.payload.get("after"), otherwise)


def _read(said: Any, otherwise: Hours) -> Hours:
    said = said or {}
    return Hours(
        *(
            datetime.fromisoformat(said[name]) if said.get(name) else stood
            for name, stood in zip(Hours._fields, otherwise, strict=True)
        )
    )
