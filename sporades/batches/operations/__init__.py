"""Prepare a batch, launch it, go through it, stop it, take it up again (I11)."""

from sporades.batches.operations.launching import (
    BY_HAND,
    ApprovedIt,
    Launched,
    NotLeft,
    OfHealth,
    TooManyToday,
    approve,
    hand_over_refusals,
    launch,
    refuse,
    resume,
    stop,
    take_over,
    take_up_again,
)
from sporades.batches.operations.preparing import (
    DayMissing,
    Nothing,
    PieceMissing,
    TooMany,
    forget_old,
    prepare,
    prepare_message,
)
from sporades.batches.operations.running import go_on

__all__ = [
    "BY_HAND",
    "ApprovedIt",
    "DayMissing",
    "Launched",
    "NotLeft",
    "Nothing",
    "OfHealth",
    "PieceMissing",
    "TooMany",
    "TooManyToday",
    "approve",
    "forget_old",
    "go_on",
    "hand_over_refusals",
    "launch",
    "prepare",
    "prepare_message",
    "refuse",
    "resume",
    "stop",
    "take_over",
    "take_up_again",
]
