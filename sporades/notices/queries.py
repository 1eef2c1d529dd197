"""What stands now for the whole service, kept some seconds in the process: no page asks for it.

The banner, and whether anything may be written: an administrator may stop all writing with a
banner, and the database itself may be a copy, or set to be read only (standards R-05).
"""

import contextlib
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db import DatabaseError, connection
from django.utils import timezone

from sporades.notices.models import Banner

FRESH_FOR = 5.0
"""Seconds during which what is held is believed: writing stops everywhere within them."""


@dataclass
class _Held:
    banner: Banner | None = None
    until: float = 0.0
    is_database_read_only: bool = False
    read_only_since: datetime | None = None
    looked_until: float = 0.0


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
    return _held.is_database_read_only


def read_only_since() -> datetime | None:
    """Return when this process first saw that nothing can be written, while that is so."""
    return _held.read_only_since if is_database_read_only() else None


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
    now = time.monotonic()
    if now >= _held.until:
        with _waited_for_once(is_needed=is_needed):
            _held.banner = Banner.objects.shown_at(at).first()
            _held.until = now + FRESH_FOR
    found = _held.banner
    return None if found is None or (found.ends_at and found.ends_at <= at) else found
