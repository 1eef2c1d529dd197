"""A request for accommodations, its measures, its guardian's signature; an appeal against its decision."""

from sporades.accommodations.models.appeal import Appeal, Came
from sporades.accommodations.models.called import Called
from sporades.accommodations.models.case import Again, AsRead, Case
from sporades.accommodations.models.lengths import (
    LONGEST_APPEAL,
    LONGEST_NAME,
    LONGEST_PRECISION,
    LONGEST_REASON,
    LONGEST_TEXT,
    LONGEST_WHY,
)
from sporades.accommodations.models.measure import AskedMeasure
from sporades.accommodations.models.signature import Signature

__all__ = [
    "LONGEST_APPEAL",
    "LONGEST_NAME",
    "LONGEST_PRECISION",
    "LONGEST_REASON",
    "LONGEST_TEXT",
    "LONGEST_WHY",
    "Again",
    "Appeal",
    "AsRead",
    "AskedMeasure",
    "Called",
    "Came",
    "Case",
    "Signature",
]
