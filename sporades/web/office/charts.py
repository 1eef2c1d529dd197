"""Charts drawn on the server: what stands where, in shares of a width and in pixels of a height.

A chart shows the figures of the table beside it, no others; it takes the width that there is.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.utils.text import slugify

from sporades.core.numbers import in_groups

TOP, PLOT, FOOT = 24, 160, 28
LEAST_PLACES = 8
MOST_MARKS = 3
"""How many words stand along an axis: on the narrowest screen more would run into one another."""

NEAR_EDGE = 90
MOST_BARS = 40
BAR, LONGEST_BAR = 20, 80
STEPS = (1, 2, 5)
THOUSAND = 1_000


@dataclass(frozen=True)
class Row:
    """One figure: what is counted, how many, and where more is said of it.

    `short` is what stands along an axis, where every day has no room for its words.
    """

    label: str
    count: int
    url: str = ""
    short: str = ""
    share: str = ""

    @property
    def counted(self) -> str:
        """« 12 345 »."""
        return in_groups(str(self.count))


@dataclass(frozen=True)
class Bar:
    """One bar, its place and its size as SVG says them, the words above it and its figure."""

    x: str
    y: str
    width: str
    height: str
    label: str = ""
    counted: str = ""


@dataclass(frozen=True)
class Mark:
    """Words along an axis, and the line that they stand at."""

    x: str
    y: str
    text: str
    anchor: str = "start"
    line: str = ""


@dataclass(frozen=True)
class Chart:
    """A drawing, and what is said of it to those who do not see it.

    Attributes:
        label: what is said.
        height: of all columns together; of each bar, whose words above it take the lines they need.
        bars: the columns or the bars.
        marks: the words along the axes of columns; bars have none.
        rest: how many bars are not drawn, in words.
    """

    label: str
    height: str
    bars: tuple[Bar, ...]
    marks: tuple[Mark, ...] = ()
    rest: str = ""


@dataclass(frozen=True)
class Figures:
    """A table and its chart.

    Attributes:
        caption: what the table says.
        titles: of the columns: what is counted, how many, and the share where one is said.
        is_rounded: whether the shares, each rounded, are not together a hundred.
    """

    caption: str
    titles: tuple[str, ...]
    rows: tuple[Row, ...]
    chart: Chart | None
    is_rounded: bool = False

    @property
    def slug(self) -> str:
        """What its address says."""
        return slugify(self.caption)

    @property
    def lines(self) -> list[tuple[str, ...]]:
        """The rows as a file has them: whole numbers are not cut by threes."""
        return [(row.label, str(row.count), *filter(None, [row.share])) for row in self.rows]


@dataclass(frozen=True)
class Delays:
    """A table of delays.

    Attributes:
        caption: what the table says.
        titles: of the columns: of what, how many, and how long they took.
        rows: the same of each.
    """

    caption: str
    titles: tuple[str, ...]
    rows: tuple[tuple[str, int, str, str], ...]

    @property
    def slug(self) -> str:
        """What its address says."""
        return slugify(self.caption)

    @property
    def lines(self) -> list[tuple[str, ...]]:
        """The rows as a file has them: whole numbers are not cut by threes."""
        return [(name, str(count), *took) for name, count, *took in self.rows]

    @property
    def cells(self) -> list[tuple[str, ...]]:
        """The rows as they are read."""
        return [(name, in_groups(str(count)), *took) for name, count, *took in self.rows]


def in_time(
    caption: str, title: str, rows: Sequence[Row], *, places: int = LEAST_PLACES
) -> Figures:
    """Return figures that follow one another, drawn as columns.

    Args:
        caption: what the table says.
        title: that of what is counted.
        rows: the figures.
        places: how many columns there is room for, be they fewer.
    """
    chart = _columns(caption, rows, max(len(rows), places)) if _most(rows) else None
    return Figures(caption, (title, "Nombre"), tuple(rows), chart)


def by_size(caption: str, title: str, rows: Sequence[Row]) -> Figures:
    """Return figures of things of one kind with their shares, the largest first, drawn as bars."""
    return in_order(caption, title, sorted(rows, key=lambda row: (-row.count, row.label)))


def in_order(caption: str, title: str, rows: Sequence[Row]) -> Figures:
    """Return the same in an order of their own; of nothing there is no share."""
    counts = [row.count for row in rows]
    if not any(counts):
        return Figures(caption, (title, "Nombre"), tuple(rows), None)
    pairs = zip(rows, shares(counts), strict=True)
    shared = tuple(replace(row, share=share) for row, share in pairs)
    titles = (title, "Nombre", "Part")
    return Figures(caption, titles, shared, _bars(caption, shared), not add_up(counts))


def _columns(caption: str, rows: Sequence[Row], places: int) -> Chart:
    most = _most(rows)
    step = _step(most)
    top = -(-most // step) * step
    place = 100 / places
    bars = []
    for number, row in enumerate(rows):
        tall = max(round(PLOT * row.count / top, 1), 1) if row.count else 0
        bars.append(
            Bar(
                _percent(place * (number + 0.12)),
                f"{TOP + PLOT - tall}",
                _percent(place * 0.76),
                f"{tall}",
            )
        )
    lines = [
        Mark("-8", f"{y + 5}", in_groups(str(value)), "end", f"{y}")
        for value in range(0, top + 1, step)
        for y in [round(TOP + PLOT * (1 - value / top), 1)]
    ]
    every = -(-places // MOST_MARKS)
    names = [
        _under(place * (number + 0.5), row.short or row.label)
        for number, row in enumerate(rows)
        if number % every == 0
    ]
    highest = max(rows, key=lambda row: row.count)
    said = f"{caption}, en colonnes. La plus haute : {highest.counted}, {highest.label}."
    return Chart(said, f"{TOP + PLOT + FOOT}", tuple(bars), (*lines, *names))


def _under(x: float, text: str) -> Mark:
    y = f"{TOP + PLOT + 20}"
    if x < 100 - NEAR_EDGE:
        return Mark(_percent(0), y, text)
    if x > NEAR_EDGE:
        return Mark(_percent(100), y, text, "end")
    return Mark(_percent(x), y, text, "middle")


def _bars(caption: str, rows: Sequence[Row]) -> Chart:
    shown, most = rows[:MOST_BARS], _most(rows)
    bars = tuple(
        Bar(
            "0",
            "2",
            _percent(max(LONGEST_BAR * row.count / most, 0.4) if row.count else 0),
            "14",
            row.label,
            row.counted,
        )
        for row in shown
    )
    left = len(rows) - len(shown)
    rest = f"Les {left} suivantes sont dans le tableau." if left else ""
    highest = max(rows, key=lambda row: row.count)
    said = f"{caption}, en barres. La plus longue : {highest.counted}, {highest.label}."
    return Chart(said, f"{BAR}", bars, rest=rest)


def _step(most: int) -> int:
    """Return how far apart the lines of a scale are: round figures, four lines at most."""
    power = 1
    while True:
        for step in STEPS:
            if most <= 4 * step * power:
                return step * power
        power *= 10


def _most(rows: Sequence[Row]) -> int:
    return max((row.count for row in rows), default=0)


def shares(counts: Sequence[int]) -> list[str]:
    """Say what part of the whole each count is, to the nearest tenth: one count has one share."""
    total = sum(counts)
    return [_share(count, total) for count in counts] if total else []


def add_up(counts: Sequence[int]) -> bool:
    """Return whether the shares that are said of counts are together a hundred."""
    total = sum(counts)
    return not total or sum(_tenths(count, total) for count in counts) == THOUSAND


def _tenths(count: int, total: int) -> int:
    # Whole numbers alone: a half is rounded up, and no float makes it a little less than one.
    return (2 * THOUSAND * count + total) // (2 * total)


def _share(count: int, total: int) -> str:
    tenths = _tenths(count, total)
    # Neither nothing for something, nor all for what is not all.
    if count and not tenths:
        return "moins de 0,1 %"
    if tenths == THOUSAND and count < total:
        return "plus de 99,9 %"
    return f"{tenths // 10},{tenths % 10} %"


def _percent(share: float) -> str:
    return f"{share:.2f}%"
