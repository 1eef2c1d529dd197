"""A night of a rehearsal, played at once: the jobs of each hour, at their hours (I8)."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db import transaction
from django.utils import timezone
from procrastinate.exceptions import AlreadyEnqueued
from procrastinate.periodic import PeriodicTask

from sporades.core import clock
from sporades.core.queue import app, bring_nearer


@dataclass(frozen=True)
class Step:
    """An instant of a night.

    Attributes:
        at: the instant.
        jobs: the names of those whose hour it is.
    """

    at: datetime
    jobs: list[str]


def steps(*, after: datetime, until: datetime) -> list[Step]:
    """Return the instants of a night at which jobs come, each with them, in order.

    A job that comes every few minutes is counted once in each hour, at the last of its instants:
    it takes up what waits, however long that has waited. What waits for an instant of its own is
    done with the next of these.
    """
    found = defaultdict(list)
    for one in app.periodic_registry.periodic_tasks.values():
        for at in _hourly(_instants(one, after=after, until=until)):
            found[at].append(one.task.name)
    found[until] += []
    return [Step(at, sorted(found[at])) for at in sorted(found)]


def play(*, until: datetime, work: Callable[[], object]) -> Iterator[Step]:
    """Live through a night until an instant; give each step once it is done.

    Args:
        until: the morning.
        work: does all the jobs that wait, and those that they leave.
    """
    for step in steps(after=timezone.now(), until=until):
        _pass_to(step.at)
        for name in step.jobs:
            _defer(name, step.at)
        work()
        yield step


def _instants(one: PeriodicTask, *, after: datetime, until: datetime) -> Iterator[datetime]:
    """Give those of a job, as its worker counts them: by UTC."""
    cron, end = one.croniter, until.timestamp()
    cron.set_current(start_time=after.timestamp())
    while (instant := round(cron.get_next(ret_type=float))) <= end:
        yield datetime.fromtimestamp(instant, UTC)


def _hourly(instants: Iterator[datetime]) -> list[datetime]:
    """Keep the last of each hour."""
    return list({at.replace(minute=0): at for at in instants}.values())


def _pass_to(instant: datetime) -> None:
    ahead = instant - timezone.now()
    if ahead > timedelta():
        clock.shift(ahead)
        bring_nearer(ahead)


def _defer(name: str, at: datetime) -> None:
    try:
        with transaction.atomic():
            app.tasks[name].configure().defer(timestamp=int(at.timestamp()))
    except AlreadyEnqueued:
        return
