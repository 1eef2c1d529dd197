"""What a process keeps of the database, and until when it is believed without looking."""

import threading
import time
from collections.abc import Callable


class Holder[Stamp, Value]:
    """Something built from the database on first use, and again when its stamp has changed.

    A load made by another process is seen at the next look. What is held is shared by every
    thread: read it only.
    """

    def __init__(
        self,
        *,
        fresh_for: Callable[[], float],
        stamp: Callable[[], Stamp],
        build: Callable[[], Value],
    ) -> None:
        """Hold nothing yet.

        Args:
            fresh_for: returns the seconds during which what is held is believed.
            stamp: asks the database, cheaply, for what changes with the rows.
            build: makes what is held; the stamp was read just before.
        """
        self._fresh_for, self._stamp, self._build = fresh_for, stamp, build
        self._lock = threading.Lock()
        self._held: tuple[Stamp, Value] | None = None
        self._looked_at = 0.0

    def get(self) -> Value:
        """Return what is held: no query while it is fresh, one when it looks."""
        held = self._held
        if held is not None and time.monotonic() - self._looked_at < self._fresh_for():
            return held[1]
        with self._lock:
            stamp = self._stamp()
            held = self._held
            if held is None or held[0] != stamp:
                held = self._held = (stamp, self._build())
            self._looked_at = time.monotonic()
            return held[1]

    def drop(self) -> None:
        """Let go of what is held: the next question asks the database again."""
        with self._lock:
            self._held = None
