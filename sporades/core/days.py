"""Where a day begins and ends, by the clock of a zone; the same day of other years; working days."""

from calendar import monthrange
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

SATURDAY = 5
HOLIDAYS = ((1, 1), (5, 1), (5, 8), (7, 14), (8, 15), (11, 1), (11, 11), (12, 25))
"""Month and day of those of every year."""
AFTER_EASTER = (1, 39, 50)
"""Easter Monday, Ascension, Whit Monday: how many days after Easter."""
OVER_EVERYWHERE = timedelta(hours=12)
"""How long after its end in Paris a day may still last in Polynesia, the last where it is over."""


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


def months_before(day: date, months: int) -> date:
    """Return the first day that `months_after` leads to this one or beyond."""
    found = months_after(day, -months)
    return found if found.day == day.day else found + timedelta(days=1)


def years_before(day: date, years: int) -> date:
    """Return the first day that `years_after` leads to this one or beyond."""
    return _in_year(day, day.year - years) or date(day.year - years, 3, 1)


def working_day_from(day: date) -> date:
    """Return a day, or the first working one after it where it is a Saturday, a Sunday or a holiday.

    Holidays are those of the whole country (Code du travail, L. 3133-1), not local ones.
    """
    while day.weekday() >= SATURDAY or day in holidays(day.year):
        day += timedelta(days=1)
    return day


def holidays(year: int) -> frozenset[date]:
    """Return the holidays of a year in the whole country."""
    fixed = {date(year, month, day) for month, day in HOLIDAYS}
    return frozenset(fixed | {easter(year) + timedelta(days=after) for after in AFTER_EASTER})


def easter(year: int) -> date:
    """Return Easter Sunday (J. Meeus, « Astronomical Algorithms », chapter 8)."""
    century, rest = divmod(year, 100)
    leap, odd = divmod(century, 4)
    skipped = (century - (century + 8) // 25 + 1) // 3
    moon = (19 * (year % 19) + century - leap - skipped + 15) % 30
    sunday = (32 + 2 * odd + 2 * (rest // 4) - moon - rest % 4) % 7
    moved = (year % 19 + 11 * moon + 22 * sunday) // 451
    month, day = divmod(moon + sunday - 7 * moved + 114, 31)
    return date(year, month, day + 1)


def _in_year(day: date, year: int) -> date | None:
    try:
        return day.replace(year=year)
    except ValueError:
        return None
