"""An instant, or a day, as an operator types it."""

from argparse import ArgumentTypeError
from datetime import date, datetime

from django.core.management.base import CommandError

from sporades.exams.schema import clock


def instant(said: str | None, zone: str) -> datetime | None:
    """Read a minute by a clock, written as in a réglementation file.

    Args:
        said: what was typed.
        zone: of which clock.

    Returns:
        The instant; nothing where nothing was typed.

    Raises:
        CommandError: it is no minute, or none of that clock.
    """
    if not said:
        return None
    try:
        return clock.instant(said, zone)
    except clock.NoSuchInstant as reason:
        raise CommandError(f"« {said} » ne convient pas : {reason}.") from None


def day(said: str) -> date:
    """Read a day, as the parser of a command has it read.

    Args:
        said: what was typed.

    Raises:
        ArgumentTypeError: it is no day.
    """
    try:
        return date.fromisoformat(said)
    except ValueError:
        raise ArgumentTypeError("indiquez un jour, comme 2026-12-18.") from None
