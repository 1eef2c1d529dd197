"""Where a day begins and ends, by the clock of a zone."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo


def midnight(day: date, zone: str) -> datetime:
    """Return the instant at which a day begins in a zone."""
    return datetime.combine(day, time.min, tzinfo=ZoneInfo(zone))


def bounds(first: date, last: date, zone: str) -> tuple[datetime, datetime]:
    """Return when some days, both included, begin, and the instant that comes after them."""
    return midnight(first, zone), midnight(last + timedelta(days=1), zone)
