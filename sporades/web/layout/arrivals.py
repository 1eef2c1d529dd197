"""When what is sent again arrived first, under our seal: that instant alone meets a deadline (R-22).

It counts for its sender, for ten minutes, of what is sent again as it was.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.core import signing
from django.http import HttpRequest
from django.utils import timezone

from sporades.core.digests import digest
from sporades.web.layout.kept import NEVER_KEPT
from sporades.web.layout.readers import is_mark_of, mark_of

OLDEST_ARRIVAL = timedelta(minutes=10)
SALT = "sporades.web.layout.busy"
PRESSED = "pressed"
"""What the session that follows says of a button pressed as the one before had just ended."""

type Fields = list[tuple[str, str]]


@dataclass(frozen=True)
class Press:
    """A button that was pressed as the session had just ended.

    Attributes:
        at: when it arrived.
        seal: what is sent again with the same fields, to count as of then.
        counts: whether it still does: the same fields, ten minutes at most.
    """

    at: datetime
    seal: str
    counts: bool


def typed_again(request: HttpRequest) -> Fields:
    """Return the names and values of a form, but what nobody should read over a shoulder."""
    return [
        (name, value)
        for name, values in request.POST.lists()
        if name not in NEVER_KEPT
        for value in values
    ]


def seal(request: HttpRequest, user: Any = None) -> str:
    """Return the seal of what was sent: when it arrived, its fingerprint, whose it is.

    Args:
        request: what was sent.
        user: whose it is, where the session that said it has just ended.
    """
    whose = user or request.user
    mark = mark_of(whose) if whose.is_authenticated else ""
    said = [request.arrived_at.isoformat(), _sent(request), mark]
    return signing.dumps(said, salt=SALT)


def first_arrival(request: HttpRequest, sealed: str) -> datetime | None:
    """Return when what is sent again arrived first; nothing where it is not the same, or of long ago."""
    opened = _opened(request, sealed)
    if opened is None or request.FILES:
        return None
    at, sent = opened
    return at if sent == _sent(request) and _is_recent(at) else None


def keep_press(request: HttpRequest, user: Any) -> None:
    """Keep, in the session that follows the one that has just ended, when a button was pressed."""
    request.session[PRESSED] = {"path": request.get_full_path(), "seal": seal(request, user)}


def kept_press(request: HttpRequest, fields: Fields) -> Press | None:
    """Return the press of this page's button by its reader, that came as their session had just ended.

    Args:
        request: the page that has the button, which posts to its own address.
        fields: what the button sends now.
    """
    kept = request.session.get(PRESSED) or {}
    opened = _opened(request, kept["seal"]) if kept.get("path") == request.path else None
    if opened is None:
        return None
    at, sent = opened
    return Press(at, kept["seal"], _fingerprint(request.path, fields) == sent and _is_recent(at))


def _opened(request: HttpRequest, sealed: str) -> tuple[datetime, str] | None:
    """Return the instant and the fingerprint under a seal of ours, for whoever reads now alone."""
    try:
        at, sent, mark = signing.loads(sealed, salt=SALT)
    except signing.BadSignature:
        return None
    return (datetime.fromisoformat(at), sent) if is_mark_of(request, mark) else None


def _is_recent(instant: datetime) -> bool:
    now = timezone.now()
    return now - OLDEST_ARRIVAL <= instant <= now


def _sent(request: HttpRequest) -> str:
    return _fingerprint(request.get_full_path(), typed_again(request))


def _fingerprint(path: str, fields: Iterable[tuple[str, str]]) -> str:
    """Return the fingerprint of what is sent; browsers may write the end of a line in two ways."""
    return digest([path, [(name, value.replace("\r\n", "\n")) for name, value in fields]])
