"""What a page needs is held by something else for longer than its reader waits (R-18, R-32).

Nothing is done, and nothing lost: what was sent is given back, under a seal that says when it
arrived. Sent again as it was, it counts as of that instant, which alone meets a deadline (R-22).
"""

from collections.abc import Callable
from typing import Any

from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from psycopg.errors import DeadlockDetected, LockNotAvailable, SerializationFailure

from sporades.web.layout.arrivals import first_arrival, seal
from sporades.web.layout.errors import given_back
from sporades.web.layout.kept import ARRIVED

HELD = (LockNotAvailable, DeadlockDetected, SerializationFailure)
RETRY_AFTER = "10"


class busy:  # noqa: N801 - a middleware, used as the functions beside it
    """Answer with a page that gives back what was sent; hear when it arrived, once it is sent again."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        """Keep what comes next."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass on."""
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_: Any) -> None:
        """Believe our own seal of when what is sent again arrived first."""
        if request.method == "POST" and (sealed := request.POST.get(ARRIVED)):
            request.arrived_at = first_arrival(request, sealed) or request.arrived_at

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Say that what is needed is held; whatever had begun has been undone."""
        if not (isinstance(exception, OperationalError) and isinstance(exception.__cause__, HELD)):
            return None
        return given_back(
            request,
            "errors/busy.html",
            retry_after=RETRY_AFTER,
            is_sent=request.method == "POST",
            arrived=(ARRIVED, seal(request)),
        )
