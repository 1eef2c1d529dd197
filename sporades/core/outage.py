"""Something outside that may not answer: while it does not, one waits for it, the others are told at once.

Each wait holds a thread for as long as its caller is patient: were all held, nothing would answer
any more, not even that the process lives (R-31).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, RLock
from time import monotonic


class Outage:
    """Whether something was waited for in vain, in this process."""

    def __init__(self) -> None:
        """Take it for answering."""
        self._away, self._waited_for = Event(), RLock()
        self._rests_until = 0.0

    def begins(self, *, rest: float = 0) -> None:
        """Note that it was waited for in vain.

        Args:
            rest: for how many seconds it is asked by nobody: whoever does one thing at a time, as a
                worker does, would otherwise wait for it again and again, and do nothing else.
        """
        self._rests_until = monotonic() + rest
        self._away.set()

    def ends(self) -> None:
        """Note that it has answered."""
        self._away.clear()

    @contextmanager
    def attempt(self) -> Iterator[bool]:
        """Say whether it may be asked, in the block: while it is away, by one thread, after its rest."""
        if not self._away.is_set():
            yield True
            return
        is_first = self._waited_for.acquire(blocking=False)
        try:
            yield is_first and monotonic() >= self._rests_until
        finally:
            if is_first:
                self._waited_for.release()
