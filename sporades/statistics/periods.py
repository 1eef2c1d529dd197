"""Days that are counted, by one clock."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sporades.core.days import midnight
from sporades.core.french import day_in_words, local_day
from sporades.exams.models import RegistrationService

DAY = timedelta(days=1)
WEEK = timedelta(days=7)
MOST_DAYS = 366
MOST_SHOWN = 45
"""How many days are shown one by one; more are gathered by week."""


@dataclass(frozen=True)
class Period:
    """Whole days, the first and the last included, by the clock of a zone."""

    first: date
    last: date
    zone: str

    @property
    def start(self) -> datetime:
        """The first instant."""
        return midnight(self.first, self.zone)

    @property
    def end(self) -> datetime:
        """The first instant that comes after."""
        return midnight(self.last + DAY, self.zone)

    @property
    def in_words(self) -> str:
        """« Du 12 octobre 2026 au 25 novembre 2026 »."""
        if self.first == self.last:
            return f"Le {day_in_words(self.first)}"
        return f"Du {day_in_words(self.first)} au {day_in_words(self.last)}"

    @property
    def by_week(self) -> bool:
        """Whether there are too many days to be shown one by one."""
        return (self.last - self.first).days >= MOST_SHOWN

    def steps(self) -> list["Period"]:
        """Return the days, or the weeks from Monday to Sunday as far as they lie within."""
        found, first = [], self.first
        while first <= self.last:
            last = first + (WEEK - DAY * (first.weekday() + 1)) if self.by_week else first
            found.append(Period(first, min(last, self.last), self.zone))
            first = last + DAY
        return found

    def is_of_week(self, day: date) -> bool:
        """Return whether it begins in the week of a day, on that day at the latest."""
        return self.first <= day < self.first + DAY * (7 - self.first.weekday())

    def count(self, by_day: Mapping[date, int]) -> int:
        """Return how many there were on these days."""
        return sum(count for day, count in by_day.items() if self.first <= day <= self.last)


def of_day(day: date, zone: str) -> Period:
    """Return one day."""
    return Period(day, day, zone)


def usual(services: Iterable[RegistrationService], *, at: datetime, zone: str) -> Period:
    """Return what is counted unless one says otherwise: from the first opening until today.

    No more than a year: the last one, or the first for what closed before it.
    """
    known, today = list(services), local_day(at, zone)
    first = min((local_day(one.opens_at, zone) for one in known), default=today)
    closed = max((local_day(one.closes_at, zone) for one in known), default=today)
    year = DAY * (MOST_DAYS - 1)
    if first + year < today:
        first = first if closed <= first + year else today - year
    return Period(min(first, today), min(first + year, today), zone)


def per_day(by_hour: Mapping[datetime, int], zone: str) -> Counter[date]:
    """Gather hours by the day that they are of in a zone."""
    found: Counter[date] = Counter()
    for beginning, count in by_hour.items():
        found[local_day(beginning, zone)] += count
    return found
