"""Where a day begins and ends, by the clock of a zone; and the same day of other years."""

from calendar import monthrange
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo


def midnight(day: date, zone: str) -> datetime:
    """Return the instant at which a day begins in a zone."""
    return datetime.combine(day, time.min, tzinfo=ZoneInfo(zone))


def bounds(first: date, last: date, zone: str) -> tuple[datetime, datetime]:
    """Return when some days, both included, begin, and the instant that comes after them."""
    return midnight(first, zone), midnight(last + timedelta(days=1), zone)


def years_after(day: date, years: int) -> date:
    """Return the same day, so many years later; of a 29 February where there is none, the 28."""
    return _in_year(day, day.year + years) or date(day.year + years, 2, 28)


def months_after(day: date, months: int) -> date:
    """Return the same day, so many months later; the last of a month that has no such day."""
    months += day.month - 1
    year, month = day.year + months // 12, months % 12 + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def years_before(day: date, years: int) -> date:
    """Return the first day that `years_after` leads to this one or beyond."""
    return _in_year(day, day.year - years) or date(day.year - years, 3, 1)


def _in_year(day: date, year: int) -> date | None:
    try:
        return day.replace(year=year)
    except ValueError:
        return None
