"""How many of what a search finds, by one thing or by two: one question that PostgreSQL answers in groups."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

from django.db.models import Count

from sporades.accounts.permissions import Reach
from sporades.searches.axes import Axis, Groups, Place, Words
from sporades.searches.queries import found, planned_anew
from sporades.searches.rules import says_of_health
from sporades.searches.trees import Group

FEWEST = 5
"""Fewer, of what a search by a criterion of health finds, are not told: they might be recognised."""
BY, BESIDE = "by_", "beside_"


@dataclass(frozen=True)
class Counted:
    """What was counted.

    Attributes:
        by: what tells the lines apart.
        beside: what tells the columns apart; nothing where there is one.
        lines, columns: the words of each, in their order.
        cells: how many of each line are in each column; nothing of those that are empty.
        fewest: from how many on they are told.
    """

    by: Axis
    beside: Axis | None
    lines: Sequence[Words]
    columns: Sequence[Words]
    cells: Mapping[tuple[Words, Words], int]
    fewest: int

    def figure(self, line: Words, column: Words = ()) -> int | None:
        """Return how many are in a cell; nothing where they are too few to be told."""
        count = self.cells.get((line, column), 0)
        return None if 0 < count < self.fewest else count

    def of_line(self, line: Words) -> int | None:
        """Return how many are in a line; nothing where one of its figures is not told."""
        return _sum(self.figure(line, one) for one in self.columns)

    def of_column(self, column: Words) -> int | None:
        """Return how many are in a column; nothing where one of its figures is not told."""
        return _sum(self.figure(one, column) for one in self.lines)

    @property
    def total(self) -> int | None:
        """How many there are; nothing where one figure is not told."""
        return _sum(self.figure(*one) for one in product(self.lines, self.columns))

    @property
    def hides(self) -> bool:
        """Whether figures are not told."""
        return any(0 < count < self.fewest for count in self.cells.values())


def count(tree: Group, *, by: Axis, beside: Axis | None = None, reach: Reach) -> Counted:
    """Count the registrations that a tree finds within a reader's perimeter.

    Args:
        tree: what is asked.
        by: what tells lines apart.
        beside: what tells columns apart, of which each registration has one; nothing for one column.
        reach: where the reader may read.

    Raises:
        TakesTooLong: nobody waits for so long.
    """
    told = {f"{BY}{name}": value for name, value in by.told().items()}
    place = len(told)
    if beside is not None:
        told |= {f"{BESIDE}{name}": value for name, value in beside.told().items()}
    rows = found(tree, reach=reach).filter(by.rows()).annotate(**told)
    with planned_anew():
        groups = list(rows.values_list(*told).annotate(count=Count("*")).order_by())
    whole: Groups = [] if beside else [(one[:-1], one[-1]) for one in groups]
    named = by.named(reach, whole)
    named_beside = beside.named(reach, []) if beside else (lambda _: [((), ())])
    cells: Counter[tuple[Words, Words]] = Counter()
    lines: dict[Words, Place] = {}
    columns: dict[Words, Place] = {}
    for *values, number in groups:
        those = product(named(tuple(values[:place])), named_beside(tuple(values[place:])))
        for (at, line), (across, column) in those:
            lines[line] = min(at, lines.get(line, at))
            columns[column] = min(across, columns.get(column, across))
            cells[line, column] += number
    fewest = FEWEST if says_of_health(tree.as_json()) else 0
    return Counted(by, beside, _in_order(lines), _in_order(columns), cells, fewest)


def _in_order(places: Mapping[Words, Place]) -> list[Words]:
    return sorted(places, key=lambda words: (places[words], words))


def _sum(figures: Iterable[int | None]) -> int | None:
    total = 0
    for one in figures:
        if one is None:
            return None
        total += one
    return total
