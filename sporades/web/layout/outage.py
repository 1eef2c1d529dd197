"""While the database is away one request waits for it: the others are answered without it, at once.

Each wait holds a thread of the web for as long as the pool is patient: were all held, nothing would
answer any more, not even that the process lives (R-31).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Lock
from typing import Any

from django.db.backends.signals import connection_created
from django.dispatch import receiver
from psycopg_pool import PoolTimeout

_away, _waited_for = Event(), Lock()


def note(failure: BaseException | None) -> None:
    """Note that a request waited for the database in vain, if that is what failed."""
    if failure is not None and isinstance(failure.__cause__, PoolTimeout):
        _away.set()


@contextmanager
def attempt() -> Iterator[bool]:
    """Say whether the database may be asked: while it is away, by one at a time."""
    if not _away.is_set():
        yield True
        return
    is_first = _waited_for.acquire(blocking=False)
    try:
        yield is_first
    finally:
        if is_first:
            _waited_for.release()


@receiver(connection_created)
def _is_back(**_: Any) -> None:
    _away.clear()
