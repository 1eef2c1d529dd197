"""More come than can be answered: who has begun is served, who arrives comes back (R-01, R-06).

Requests queue before us, and all wait alike: on the evening of a closing, whoever fills in their
registration behind whoever looks at the home page. How long each has queued its proxy says
(`PROXY_SAYS_ARRIVAL`); where none does, all are served, in their turn.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from threading import Lock

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from sporades.web.layout.errors import crowded
from sporades.web.layout.middleware import HEALTH, Page

logger = logging.getLogger("sporades.access")

A_CROWD = timedelta(seconds=2)
"""How long who arrives may queue, and so who has begun behind them (R-01: p95 under two seconds)."""
NOBODY_READS = timedelta(seconds=30)
"""After so long the proxy has answered for us (docs/operations.md): a page would be for nobody."""
FREE = timedelta(milliseconds=50)
"""A process that had nothing to do for so long left nobody in a queue."""
TOLD_EVERY = timedelta(minutes=1)
READS = ("GET", "HEAD")
NEVER = datetime.min.replace(tzinfo=UTC)


class Queue:
    """How long requests wait before one process."""

    def __init__(self) -> None:
        """Take it for empty."""
        self._lock = Lock()
        self._under_way = 0
        self._free_since = NEVER
        self._apart = timedelta(0)
        self._told_at = NEVER

    @contextmanager
    def served(self, arrived_at: datetime) -> Iterator[timedelta]:
        """Say how long a request has queued, and count it while it is served.

        The clock of the proxy may not be ours: what a request seems to have queued when there was
        no queue is what they are apart.

        Args:
            arrived_at: when it arrived, as the proxy says.
        """
        now = timezone.now()
        seems = now - arrived_at
        with self._lock:
            is_free = not self._under_way and now - self._free_since >= FREE
            self._apart = seems if is_free else min(seems, self._apart)
            waited = seems - self._apart
            self._under_way += 1
        try:
            yield waited
        finally:
            with self._lock:
                self._under_way -= 1
                if not self._under_way:
                    self._free_since = timezone.now()

    def is_news(self, at: datetime) -> bool:
        """Return whether the log has not told of the crowd within the minute."""
        with self._lock:
            is_news = at - self._told_at >= TOLD_EVERY
            if is_news:
                self._told_at = at
        return is_news


def admission(get_response: Page) -> Page:
    """Send back who has begun nothing while a crowd waits; what somebody sends is always taken."""
    queue = Queue()

    def answer(request: HttpRequest) -> HttpResponse:
        if not request.is_arrival_said:
            return get_response(request)
        with queue.served(request.arrived_at) as waited:
            if waited < _patience(request):
                return get_response(request)
            if queue.is_news(timezone.now()):
                logger.warning("A crowd: requests have queued for %d s", waited.total_seconds())
            return crowded(request)

    return answer


def _patience(request: HttpRequest) -> timedelta:
    if request.method not in READS or request.path in HEALTH:
        return timedelta.max
    # Whether the session is still good is a question to the database: too dear for a crowd.
    has_begun = settings.SESSION_COOKIE_NAME in request.COOKIES
    return NOBODY_READS if has_begun else A_CROWD
