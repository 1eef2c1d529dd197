"""What a page needs is held by something else for longer than its reader waits (R-18, R-32).

Nothing is done, and nothing lost: what was sent is given back, under a seal that says when it
arrived. Sent again as it was, it counts as of that instant, which alone meets a deadline (R-22).
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.core import signing
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from psycopg.errors import DeadlockDetected, LockNotAvailable, SerializationFailure

from sporades.core.digests import digest
from sporades.web.layout.errors import given_back, typed_again
from sporades.web.layout.kept import ARRIVED
from sporades.web.layout.middleware import OLDEST_ARRIVAL
from sporades.web.layout.readers import is_mark_of, mark_of

HELD = (LockNotAvailable, DeadlockDetected, SerializationFailure)
RETRY_AFTER = "10"
SALT = "sporades.web.layout.busy"


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
        if request.method == "POST" and (seal := request.POST.get(ARRIVED)):
            request.arrived_at = _first_arrival(request, seal) or request.arrived_at

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Say that what is needed is held; whatever had begun has been undone."""
        if not (isinstance(exception, OperationalError) and isinstance(exception.__cause__, HELD)):
            return None
        return given_back(
            request,
            "errors/busy.html",
            retry_after=RETRY_AFTER,
            is_sent=request.method == "POST",
            arrived=(ARRIVED, _seal(request)),
        )


def _seal(request: HttpRequest) -> str:
    mark = mark_of(request.user) if request.user.is_authenticated else ""
    return signing.dumps([request.arrived_at.isoformat(), _sent(request), mark], salt=SALT)


def _first_arrival(request: HttpRequest, seal: str) -> datetime | None:
    """Return when what is sent again arrived first; nothing where it is not the same, or of long ago."""
    try:
        at, sent, mark = signing.loads(seal, salt=SALT)
    except signing.BadSignature:
        return None
    instant, now = datetime.fromisoformat(at), timezone.now()
    is_theirs = not request.FILES and is_mark_of(request, mark) and sent == _sent(request)
    return instant if is_theirs and now - OLDEST_ARRIVAL <= instant <= now else None


def _sent(request: HttpRequest) -> str:
    """Return the fingerprint of what is sent; browsers may write the end of a line in two ways."""
    said = [(name, value.replace("\r\n", "\n")) for name, value in typed_again(request)]
    return digest([request.get_full_path(), said])
