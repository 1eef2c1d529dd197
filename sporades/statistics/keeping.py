"""Figures of very many registrations: counted once for all who ask the same within seconds.

To count the million of a country reads all of them. What was counted is kept by the process, with
the instant at which it was true, which the page says. Fewer are counted anew every time.
"""

import threading
from collections import Counter
from collections.abc import Hashable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sporades.statistics import queries
from sporades.statistics.archived import archived
from sporades.statistics.periods import Period, per_day
from sporades.statistics.queries import Filed
from sporades.statistics.selection import Selection

KEPT_FOR = timedelta(seconds=30)
MANY = 100_000
"""From how many registrations on what was counted is kept."""


@dataclass(frozen=True)
class Counted:
    """What was counted. It is shared by all who ask for it: read it only.

    Attributes:
        filed: registrations, by all that tells them apart.
        by_day: how many were filed each day, by the clock of the period.
        at: when.
    """

    filed: Filed
    by_day: Counter[date]
    at: datetime

    @property
    def are_many(self) -> bool:
        """Whether they are kept."""
        return self.filed.total >= MANY


_kept: dict[Hashable, Counted] = {}
_turns = [threading.Lock() for _ in range(16)]
"""Whoever asks what is being counted waits for it; what is asked is spread over some locks."""


def filed(selection: Selection, period: Period, *, at: datetime) -> Counted:
    """Return what was filed in a period, counted now or some seconds ago.

    Args:
        selection: what is counted: another perimeter is another question.
        period: the days.
        at: the instant.
    """
    asked = (selection.key, period)
    with _turns[hash(asked) % len(_turns)]:
        found = _kept.get(asked)
        if found is None or abs(at - found.at) >= KEPT_FOR:
            found = _count(selection, period, at=at)
            _forget_old(at=at)
            if found.are_many:
                _kept[asked] = found
        return found


def forget() -> None:
    """Keep nothing: the next question is asked of the database."""
    _kept.clear()


def _count(selection: Selection, period: Period, *, at: datetime) -> Counted:
    with queries.one_snapshot():
        found = queries.filed(selection, period)
        by_hour = queries.filed_by_hour(selection, period)
        left = archived(selection, period)
    by_day = per_day(by_hour, period.zone)
    if selection.is_standing:
        found.left_out = left.total
        return Counted(found, by_day, at)
    found.add(left)
    return Counted(found, by_day + left.by_day, at)


def _forget_old(*, at: datetime) -> None:
    for asked, found in list(_kept.items()):
        if abs(at - found.at) >= KEPT_FOR:
            _kept.pop(asked, None)
