"""A postal address as an envelope has it (NF Z 10-011): from the person to the country."""

from collections.abc import Mapping

from sporades.candidates.words import country_in_words
from sporades.territory.models import FRANCE

IN_ORDER = ("address_2", "address_3", "address_1", "address_4")
"""The door, the building, the street, the locality: from the inside to the outside."""


def lines_of(address: Mapping[str, str]) -> list[str]:
    """Return the lines of an address under the name; none where no letter would arrive.

    Args:
        address: its parts, by the names of `candidates.operations.ADDRESS`.
    """
    if not address["address_1"] or not address["town"]:
        return []
    lines = [address[name] for name in IN_ORDER]
    lines.append(f"{address['postcode']} {address['town'].upper()}".strip())
    if address["country"] not in ("", FRANCE):
        lines.append(country_in_words(address["country"]).upper())
    return [line for line in lines if line]
