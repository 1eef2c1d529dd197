"""A criterion that looks at what has an order: numbers, days, instants by the clock of a service."""

import re
from abc import abstractmethod
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import reduce
from operator import or_
from typing import ClassVar, Self

from django.db.models import Q

from sporades.accounts.permissions import Reach
from sporades.core.days import midnight
from sporades.core.french import NO_SUCH_DAY, ZONES, day_in_figures
from sporades.core.numbers import INTEGER, whole
from sporades.core.text import clean
from sporades.exams.queries import services_within
from sporades.searches.criteria.base import Criterion, NotADay, Unreadable, typed_in
from sporades.searches.operators import Operator

EARLIEST, LATEST = 1900, 2200
DAY_IN_FIGURES = re.compile(r"(\d{1,2})[\s/.-]+(\d{1,2})[\s/.-]+(\d{4})|(\d{4})-(\d{2})-(\d{2})")


@dataclass(frozen=True)
class Ordered[Value](Criterion):
    """A column whose values come one after another, and which may be empty."""

    operators: ClassVar[tuple[Operator, ...]] = (
        Operator.IS,
        Operator.IS_NOT,
        Operator.BETWEEN,
        Operator.EMPTY,
        Operator.FILLED,
    )

    def condition(self, operator: Operator, values: Sequence[str]) -> Q:
        """Compare with a value, or with two bounds of which one may be missing."""
        if operator in (Operator.EMPTY, Operator.FILLED):
            return self._is(__isnull=operator is Operator.EMPTY)
        if operator is Operator.BETWEEN:
            return self._between(*_bounds(values, self._read))
        found = self._on(self._read(typed_in(values), 0))
        return ~found if operator is Operator.IS_NOT else found

    @abstractmethod
    def _read(self, said: str, box: int) -> Value:
        """Return what was typed in a box. Raises Unreadable."""

    def _on(self, value: Value) -> Q:
        return self._is(__exact=value)

    def _between(self, first: Value | None, last: Value | None) -> Q:
        condition = Q()
        if first is not None:
            condition &= self._is(__gte=first)
        if last is not None:
            condition &= self._is(__lte=last)
        return condition


@dataclass(frozen=True)
class Number(Ordered[int]):
    """A column that counts."""

    def _read(self, said: str, box: int) -> int:
        number = whole(said, most=INTEGER)
        if number is None:
            raise Unreadable("Indiquez un nombre en chiffres, par exemple 2.", box)
        return number


@dataclass(frozen=True)
class Day(Ordered[date]):
    """A column that holds a day."""

    hint = "Par exemple : 14/03/2008"

    def _read(self, said: str, box: int) -> date:
        read = DAY_IN_FIGURES.fullmatch(day_in_figures(said))
        if read is None:
            raise Unreadable("Indiquez le jour, le mois et l'année, par exemple 14/03/2008.", box)
        day, month, year, iso_year, iso_month, iso_day = read.groups()
        if not EARLIEST <= int(year or iso_year) <= LATEST:
            raise NotADay(f"Indiquez une année entre {EARLIEST} et {LATEST}.", box)
        try:
            return date(int(year or iso_year), int(month or iso_month), int(day or iso_day))
        except ValueError:
            raise NotADay(NO_SUCH_DAY, box) from None


@dataclass(frozen=True)
class BirthDay(Day):
    """A birth date, of which the day may be unknown, and the month: it is then in the three columns alone.

    Between two days are those too of whom all that is known lies there: « 02/2004 » in February.

    Attributes:
        born: what the paths of the columns begin with.
    """

    born: str = ""

    def _between(self, first: date | None, last: date | None) -> Q:
        year, month = f"{self.born}_year", f"{self.born}_month"
        in_year, in_month = Q(**{f"{month}__isnull": True}), Q(**{f"{month}__isnull": False})
        if first is not None:
            # Of the year, and of the month, that begin on that day or after it.
            before = first - timedelta(days=1)
            in_year &= Q(**{f"{year}__gt": before.year})
            in_month &= Q(**{f"{year}__gt": before.year}) | Q(
                **{year: before.year, f"{month}__gt": before.month}
            )
        if last is not None:
            after = last + timedelta(days=1)
            in_year &= Q(**{f"{year}__lt": after.year})
            in_month &= Q(**{f"{year}__lt": after.year}) | Q(
                **{year: after.year, f"{month}__lt": after.month}
            )
        known_in_part = self._is(__isnull=True) & (in_year | in_month)
        return super()._between(first, last) | known_in_part


OF_ITS_ROW = "registration__service__zone"
"""Where the clock of the service stands, from what is of a registration."""


@dataclass(frozen=True)
class Instant(Day):
    """A column that holds an instant, sought by its day by the clock of the registration's service.

    Attributes:
        zones: the clocks that the services may follow.
    """

    zones: tuple[str, ...] = ZONES

    hint = "Par exemple : 14/03/2008, à l'heure du service de chaque inscription"
    clock: ClassVar = "service__zone"

    def within(self, reach: Reach) -> Self:
        """Keep the clocks of a perimeter: where there is one, its services need not be looked at."""
        known = {one.zone for one in services_within(reach)}
        return replace(self, zones=tuple(sorted(known))) if known else self

    def _on(self, day: date) -> Q:
        return self._between(day, day)

    def _between(self, first: date | None, last: date | None) -> Q:
        return in_days(self.path, first, last, clock=self.clock, zones=self.zones)


def in_days(
    path: str, first: date | None, last: date | None, *, clock: str, zones: Sequence[str]
) -> Q:
    """Return what an instant satisfies that is of some days, by the clock of a service.

    A range for each clock, within one that holds them all: an index serves ranges, where the day of
    each row would have every row read.

    Args:
        path: of the instant.
        first, last: the days; nothing: without a bound.
        clock: the path of the zone of the service.
        zones: those that may be met.
    """
    alike: dict[tuple[datetime | None, datetime | None], list[str]] = defaultdict(list)
    for zone in zones:
        begins = None if first is None else midnight(first, zone)
        ends = None if last is None else midnight(last + timedelta(days=1), zone)
        alike[begins, ends].append(zone)
    widest = _within(
        path,
        min((one for one, _ in alike if one), default=None),
        max((one for _, one in alike if one), default=None),
    )
    if len(alike) == 1:
        return widest
    by_clock = [
        Q(**{f"{clock}__in": those}) & _within(path, *bounds) for bounds, those in alike.items()
    ]
    return widest & reduce(or_, by_clock)


def _within(path: str, begins: datetime | None, ends: datetime | None) -> Q:
    condition = Q()
    if begins is not None:
        condition &= Q(**{f"{path}__gte": begins})
    if ends is not None:
        condition &= Q(**{f"{path}__lt": ends})
    return condition


def _bounds[Value](
    values: Sequence[str], read: Callable[[str, int], Value]
) -> tuple[Value | None, Value | None]:
    """Return two bounds; the message of `Unreadable` says when both are missing or crossed."""
    first, last = (*values, "", "")[:2]
    lowest = read(clean(first), 0) if clean(first) else None
    highest = read(clean(last), 1) if clean(last) else None
    if lowest is None and highest is None:
        raise Unreadable("Indiquez au moins une des deux bornes.")
    if lowest is not None and highest is not None and lowest > highest:  # type: ignore[operator] # both of one kind
        raise Unreadable("Indiquez la plus petite borne d'abord.", 1)
    return lowest, highest
