"""By which clock a candidate reads a deadline: that of the address given (R-21)."""

from collections.abc import Iterable, Mapping
from typing import Any

from sporades.registrations.models import Draft, Registration
from sporades.registrations.queries import last_address_of
from sporades.territory import queries as territory
from sporades.territory.models import FRANCE


def zone_typed(answers: Mapping[str, Any]) -> str:
    """Return the zone of the address in answers as typed, nothing when they do not tell."""
    return territory.zone_of_address(answers.get("postcode", ""), answers.get("country", FRANCE))


def zone_of_draft(draft: Draft) -> str:
    """Return the zone of the address that is typed in a draft, nothing when it does not tell."""
    typed = (row.answers for row in draft.answered if row.section == "identification")
    return zone_typed(next(typed, {}))


def zone_of_reader(user: int, registrations: Iterable[Registration]) -> str:
    """Return the zone of the address that an account gave last, nothing when it is not known.

    Args:
        user: the account.
        registrations: its registrations, the last filed first; what is being typed is asked
            for only where they say nothing.
    """
    filed = next((one.reader_zone for one in registrations if one.reader_zone), "")
    return filed or next((zone_typed(one.answers) for one in last_address_of(user=user)), "")
