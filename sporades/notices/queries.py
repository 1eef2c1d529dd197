"""What stands now for the whole service, kept some seconds in the process: no page asks for it.

The banner, and whether anything may be written: an administrator may stop all writing with a
banner, and the database itself may be a copy, or set to be read only (standards R-05).
"""

import contextlib
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import DatabaseError, connection
from django.db.models import Q, QuerySet
from django.utils import timezone

from sporades.core.days import midnight
from sporades.core.french import local_day
from sporades.exams.models.service import MINUTE
from sporades.notices.models import Banner

WRITTEN_AGAIN = "La lecture seule est terminée."
FRESH_FOR = 5.0
"""Seconds during which what is held is believed: writing stops everywhere within them."""
FULL_FOR = 300.0
"""Seconds during which a disk that was full is said to be so."""


@dataclass
class _Held:
    banners: list[Banner] = field(default_factory=list)
    until: float = 0.0
    is_database_read_only: bool = False
    read_only_since: datetime | None = None
    looked_until: float = 0.0
    full_until: float = 0.0


_held = _Held()


def banner(at: datetime) -> Banner | None:
    """Return the banner that stands now, or nothing; one says that the database is read only."""
    found = _standing(at)
    if found is None and is_database_read_only():
        return Banner(kind=Banner.Kind.WARNING, stops_writing=True, starts_at=at)
    return found


def stops_writing(at: datetime) -> bool:
    """Return whether nothing is to be written now, by a banner or by the database (R-05)."""
    found = _standing(at, is_needed=True)
    return _is_read_only(is_needed=True) or (found is not None and found.stops_writing)


def is_database_read_only() -> bool:
    """Return whether nothing can be written: what would be noted of a reading is not."""
    return _is_read_only(is_needed=False)


def _is_read_only(*, is_needed: bool) -> bool:
    now = time.monotonic()
    if now >= _held.looked_until:
        with _waited_for_once(is_needed=is_needed), connection.cursor() as cursor:
            cursor.execute("SHOW transaction_read_only")
            _held.is_database_read_only = cursor.fetchone()[0] == "on"
            since = (
                (_held.read_only_since or timezone.now()) if _held.is_database_read_only else None
            )
            _held.read_only_since = since
            _held.looked_until = now + FRESH_FOR
            pool = getattr(connection, "pool", None)
            if _held.is_database_read_only and pool:
                # A connection keeps the mode in which it began: the next look is of a new one.
                pool.drain()
    return _held.is_database_read_only


def read_only_since() -> datetime | None:
    """Return when this process first saw that nothing can be written, while that is so."""
    return _held.read_only_since if is_database_read_only() else None


def note_full_disk() -> None:
    """Note that the database has just had no room left to write something."""
    _held.full_until = time.monotonic() + FULL_FOR


def is_disk_full() -> bool:
    """Return whether the database had no room left when this process last wrote, minutes ago at most."""
    return time.monotonic() < _held.full_until


def forget() -> None:
    """Ask the database again at the next page."""
    _held.until = _held.looked_until = 0.0


@contextlib.contextmanager
def _waited_for_once(*, is_needed: bool) -> Iterator[None]:
    """Have a request wait once for a database that is away, whatever it asks it.

    A page that needs nothing else of the database is still shown: both questions are put off, from
    the end of the wait, which may outlast what is held. Who needs it would wait again: it fails.
    """
    try:
        yield
    except DatabaseError:
        _held.until = _held.looked_until = time.monotonic() + FRESH_FOR
        if is_needed:
            raise


def _standing(at: datetime, *, is_needed: bool = False) -> Banner | None:
    return next((one for one in _banners(is_needed=is_needed) if one.stands(at)), None)


def _banners(*, is_needed: bool) -> list[Banner]:
    """Return all the banners that ever were, or are planned: there are some dozens in a year."""
    now = time.monotonic()
    if now >= _held.until:
        with _waited_for_once(is_needed=is_needed):
            _held.banners = list(Banner.objects.all())
            _held.until = now + FRESH_FOR
    return _held.banners


def written_again_after(until: datetime) -> datetime | None:
    """Return when writing began again, where it was stopped by a banner as a deadline ended (R-05).

    Args:
        until: the last minute of the deadline, or an instant of it.

    Returns:
        The end of the banner, or of the last that took its place at once; nothing where none has stood
        then, or while its end is not known.
    """
    last, now = until.replace(second=0, microsecond=0) + MINUTE, timezone.now()
    # A planned one may be cancelled; while the last of several goes on, the ends of those before are known.
    over = [one for one in _banners(is_needed=False) if one.starts_at <= now and one.ends_at]
    return next(
        (ends for begun, ends in _read_only(over) if ends and begun < last <= ends),
        None,
    )


def _read_only(banners: Iterable[Banner]) -> list[tuple[datetime, datetime | None]]:
    """Return from when to when nothing was written: a banner that gave way to another at once did not end it."""
    found: list[tuple[datetime, datetime | None]] = []
    for one in sorted(banners, key=lambda one: one.starts_at):
        # One that was cancelled stands for no time: it neither begins, nor parts two others.
        if not one.stops_writing or one.ends_at == one.starts_at:
            continue
        goes_on = bool(found) and found[-1][1] == one.starts_at
        begun = found.pop()[0] if goes_on else one.starts_at
        found.append((begun, one.ends_at))
    return found


def after_reading(until: datetime, zone: str) -> datetime:
    """Return until when something is in time, where nothing was written in its last minute (R-05).

    Nobody could do it then: it is taken until the evening of the day that follows.

    Args:
        until: its last minute, or its last instant.
        zone: whose evening.
    """
    while (again := written_again_after(until)) is not None:
        until = midnight(local_day(again, zone) + timedelta(days=2), zone) - MINUTE
    return until


def judged_before(at: datetime, zone: str) -> datetime:
    """Return before which instant a delay has ended for good by now, its time given back too (R-05).

    Nothing is forgotten whose last minute came in read-only mode, until the evening of the day that
    follows, nor what ended since: it goes with it.

    Args:
        at: the instant.
        zone: whose evening.
    """
    known = [one for one in _banners(is_needed=True) if one.starts_at <= at]
    stopped = [
        begun
        for begun, ends in _read_only(known)
        if ends is None or after_reading(ends - MINUTE, zone) >= at
    ]
    return min([at, *(begun - MINUTE for begun in stopped)])


def read_only_between(since: datetime, until: datetime) -> QuerySet[Banner]:
    """Return the banners that kept everybody from writing within some time (R-05), the first first.

    Args:
        since: its beginning.
        until: its end, included.
    """
    lasts = Q(ends_at__isnull=True) | Q(ends_at__gt=since)
    found = Banner.objects.read_only().filter(lasts, starts_at__lte=until)
    return found.order_by("starts_at", "pk")


def read_only_in(minute: datetime) -> Banner | None:
    """Return the banner, shown or planned, that keeps everybody from writing in a minute to come (R-05)."""
    last = minute + MINUTE
    lasts = Q(ends_at__isnull=True) | Q(ends_at__gte=last)
    found = Banner.objects.read_only().filter(lasts, starts_at__lt=last)
    return found.order_by("starts_at", "pk").first()


def read_only_begun(shown: Banner) -> datetime:
    """Return since when nothing is written, by a banner or by those that gave way to it at once."""
    before = Banner.objects.read_only().filter(ends_at=shown.starts_at).first()
    return read_only_begun(before) if before is not None else shown.starts_at
