"""What is found: one figure for each thing measured, as a table and as JSON."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from benchmarks.load import Seen
from benchmarks.processors import Spent


@dataclass(frozen=True)
class Target:
    """What a figure should reach: at least, or less than."""

    measure: str
    least: float | None = None
    below: float | None = None

    def is_reached(self, figure: "Figure") -> bool:
        """Return whether a figure reaches it."""
        value = getattr(figure, self.measure)
        if value is None:
            return False
        return value >= self.least if self.least is not None else value < self.below


@dataclass
class Figure:
    """One thing measured.

    Attributes:
        name: a word for programs.
        label: words for people.
        times: how many times it was done.
        requests: how many requests that made.
        p50, p95: milliseconds of one time, all its requests together.
        per_second: times a second; summaries a second, for what prints.
        requests_per_core: requests for one second of processor, server and database together.
        per_core: times, or summaries, for one second of processor, counted likewise.
        pages_per_core: pages printed for one second of processor.
        to_floor: `requests_per_core`, compared with the floor's.
        web_ms, database_ms: milliseconds of processor of one time, in each.
        most_mb: megabytes that the largest process of the server has held, where it is looked at.
        errors: what went wrong, how often.
    """

    name: str
    label: str
    concurrency: int
    times: int
    requests: int
    p50: float | None
    p95: float | None
    request_p95: float | None
    per_second: float
    requests_per_core: float | None
    per_core: float | None
    web_ms: float
    database_ms: float | None
    errors: int
    to_floor: float | None = None
    pages_per_core: float | None = None
    most_mb: float | None = None
    target: Target | None = None
    first_error: str = ""
    more: dict[str, float] = field(default_factory=dict)

    @property
    def is_reached(self) -> bool | None:
        """Whether its target is reached, where it has one."""
        return self.target.is_reached(self) if self.target else None


def figure(
    name: str,
    label: str,
    seen: Seen,
    spent: Spent,
    *,
    concurrency: int,
    target: Target | None = None,
) -> Figure:
    """Make a figure of what was seen and spent."""
    times, requests = len(seen.acts), len(seen.requests)
    return Figure(
        name=name,
        label=label,
        concurrency=concurrency,
        times=times,
        requests=requests,
        p50=_milliseconds(seen.acts, 0.5),
        p95=_milliseconds(seen.acts, 0.95),
        request_p95=_milliseconds(seen.requests, 0.95),
        per_second=round(times / seen.wall, 1) if seen.wall else 0,
        requests_per_core=round(requests / spent.all, 1) if spent.all else None,
        per_core=round(times / spent.all, 2) if spent.all else None,
        web_ms=round(1000 * spent.web / times, 2) if times else 0,
        database_ms=(
            None if spent.database is None or not times else round(1000 * spent.database / times, 2)
        ),
        errors=len(seen.wrong),
        first_error=seen.wrong[0] if seen.wrong else "",
        target=target,
    )


def compare(figures: Iterable[Figure], floor: Figure) -> None:
    """Write how each figure stands to the floor."""
    for one in figures:
        if one.requests_per_core and floor.requests_per_core:
            one.to_floor = round(one.requests_per_core / floor.requests_per_core, 2)


def quantile(seconds: Sequence[float], share: float) -> float | None:
    """Return the value under which a share of the values lie."""
    ordered = sorted(seconds)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)] if ordered else None


def _milliseconds(seconds: Sequence[float], share: float) -> float | None:
    value = quantile(seconds, share)
    return None if value is None else round(1000 * value, 1)


# --- For people ----------------------------------------------------------------------------

HEAD = (
    "",
    "à la fois",
    "fois",
    "p50 ms",
    "p95 ms",
    "par s",
    "par s/cœur",
    "req/s/cœur",
    "pages/s/cœur",
    "/ plancher",
    "cible",
)


def table(figures: Sequence[Figure]) -> str:
    """Return the figures side by side."""
    rows = [HEAD, *(_row(one) for one in figures)]
    widths = [max(len(row[place]) for row in rows) for place in range(len(HEAD))]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if place in {0, len(HEAD) - 1} else cell.rjust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    )


def _row(one: Figure) -> tuple[str, ...]:
    return (
        one.label,
        str(one.concurrency),
        str(one.times),
        _number(one.p50),
        _number(one.p95),
        _number(one.per_second),
        _number(one.per_core),
        _number(one.requests_per_core),
        _number(one.pages_per_core),
        _number(one.to_floor),
        _verdict(one),
    )


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}" if value < 10 else f"{value:.0f}"


UNITS = {
    "to_floor": ("du plancher", 2),
    "p95": ("ms au p95", 0),
    "most_mb": ("Mo par processus au plus", 0),
    "per_second": ("par s", 0),
    "per_core": ("par s de processeur", 1),
    "pages_per_core": ("pages par s de processeur", 0),
}


def _verdict(one: Figure) -> str:
    if one.target is None:
        return ""
    unit, digits = UNITS[one.target.measure]
    value = getattr(one, one.target.measure)
    wanted = (
        f">= {one.target.least:g}" if one.target.least is not None else f"< {one.target.below:g}"
    )
    found = "?" if value is None else f"{value:.{digits}f}"
    return f"{'atteint' if one.is_reached else 'manqué '} : {found} {unit} ({wanted})"


# --- For programs ---------------------------------------------------------------------------


def as_json(one: Figure) -> dict[str, Any]:
    """Return a figure as it is written in the result."""
    return {**asdict(one), "is_reached": one.is_reached}
