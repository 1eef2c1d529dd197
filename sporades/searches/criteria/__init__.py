"""What a criterion is, by the nature of what it looks at."""

from sporades.searches.criteria.base import Choices, Criterion, NotADay, Unreadable
from sporades.searches.criteria.ordered import EARLIEST, LATEST, Day, Instant, Number
from sporades.searches.criteria.plain import (
    ChannelOf,
    Choice,
    Name,
    OptionalChoice,
    Row,
    Telephone,
    Text,
    WholeName,
    YesNo,
)
from sporades.searches.criteria.subjects import (
    AmendedSince,
    CaseState,
    InfectedSince,
    LacksPieces,
    LastVersion,
    MeasureInForce,
    PaperStatus,
    PieceArrived,
    PieceState,
    Ready,
)

__all__ = [
    "EARLIEST",
    "LATEST",
    "AmendedSince",
    "CaseState",
    "ChannelOf",
    "Choice",
    "Choices",
    "Criterion",
    "Day",
    "InfectedSince",
    "Instant",
    "LacksPieces",
    "LastVersion",
    "MeasureInForce",
    "Name",
    "NotADay",
    "Number",
    "OptionalChoice",
    "PaperStatus",
    "PieceArrived",
    "PieceState",
    "Ready",
    "Row",
    "Telephone",
    "Text",
    "Unreadable",
    "WholeName",
    "YesNo",
]
