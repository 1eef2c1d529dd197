"""A request for accommodations, its measures, its guardian's signature."""

from sporades.accommodations.models.case import Again, AsRead, Case
from sporades.accommodations.models.lengths import (
    LONGEST_NAME,
    LONGEST_PRECISION,
    LONGEST_REASON,
    LONGEST_TEXT,
    LONGEST_WHY,
)
from sporades.accommodations.models.measure import AskedMeasure
from sporades.accommodations.models.signature import Signature

__all__ = [
    "LONGEST_NAME",
    "LONGEST_PRECISION",
    "LONGEST_REASON",
    "LONGEST_TEXT",
    "LONGEST_WHY",
    "Again",
    "AsRead",
    "AskedMeasure",
    "Case",
    "Signature",
]
