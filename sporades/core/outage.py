"""Something outside that may not answer: while it does not, one waits for it, the others are told at once.

Each wait holds a thread for as long as its caller is patient: were all held, nothing would answer
any more, not even that the process lives (R-31).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, RLock


class Outage:
    """Whether something was waited for in vain, in this process."""

    def __init__(self) -> None:
        """Take it for answering."""
        self._away, self._waited_for = Event(), RLock()

    def begins(self) -> None:
        """Note that it was waited for in vain."""
        self._away.set()

    def ends(self) -> None:
        """Note that it has answered."""
        self._away.clear()

    @contextmanager
    def attempt(self) -> Iterator[bool]:
        """Say whether it may be asked, in the block: while it is away, by one thread at a time."""
        if not self._away.is_set():
            yield True
            return
        is_first = self._waited_for.acquire(blocking=False)
        try:
            yield is_first
        finally:
            if is_first:
                self._waited_for.release()
