"""When what is sent again arrived first, under our seal: that instant alone meets a deadline (R-22).

It counts for its sender, for ten minutes, of what is sent again as it was.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.core import signing
from django.http import HttpRequest
from django.utils import timezone

from sporades.core.digests import digest, keyed, keyed_by_each
from sporades.web.layout.kept import NEVER_KEPT
from sporades.web.layout.readers import is_mark_of, mark_of

OLDEST_ARRIVAL = timedelta(minutes=10)
SALT = "sporades.web.layout.busy"
PURPOSE = "sporades.web.layout.arrivals"
TOLD_FOR = timedelta(days=1)
"""How long a button that came as the session had just ended is told to whoever pressed it."""

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


def seal(request: HttpRequest) -> str:
    """Return the seal of what was sent: when it arrived, its fingerprint, whose it is."""
    return _sealed(request.arrived_at, sent_in(request), request.user)


def _sealed(at: datetime, sent: str, user: Any) -> str:
    mark = mark_of(user) if user.is_authenticated else ""
    return signing.dumps([at.isoformat(), sent, mark], salt=SALT)


def first_arrival(request: HttpRequest, sealed: str) -> datetime | None:
    """Return when what is sent again arrived first; nothing where it is not the same, or of long ago."""
    opened = _opened(request, sealed)
    if opened is None or request.FILES:
        return None
    at, sent = opened
    is_same = sent in _fingerprints(request.get_full_path(), typed_again(request))
    return at if is_same and _is_recent(at) else None


def press_noted(
    request: HttpRequest,
    noted: Sequence[tuple[datetime, str]],
    *,
    path: str = "",
    fields: Fields | None,
) -> Press | None:
    """Return the press of a button by its reader, that came as their session had just ended; or nothing.

    Args:
        request: the page that has the button.
        noted: when each that was noted arrived, and the fingerprint of what it sent, the first first.
        path: where the button posts, if not to the address of its page.
        fields: what the button sends now; nothing where its reader types it, and what is sent again
            alone tells whether it is the same.
    """
    now = None if fields is None else _fingerprints(path or request.path, fields)
    for at, sent in reversed(noted):
        if _is_recent(at) and (now is None or sent in now):
            return Press(at, _sealed(at, sent, request.user), counts=True)
    return Press(noted[-1][0], "", counts=False) if noted else None


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


def sent_in(request: HttpRequest) -> str:
    """Return the fingerprint of what was sent, and where: nobody finds what was typed by trying."""
    return keyed(PURPOSE, _said(request.get_full_path(), typed_again(request)))


def _fingerprints(path: str, fields: Fields) -> list[str]:
    """Return it of what is sent there, also under a former key."""
    return keyed_by_each(PURPOSE, _said(path, fields))


def _said(path: str, fields: Fields) -> str:
    """Return what is sent in one way: browsers may write the end of a line in two."""
    return digest([path, [(name, value.replace("\r\n", "\n")) for name, value in fields]])
