"""The banner of now, kept some seconds in the process: every page shows it, none asks for it."""

import contextlib
import time
from dataclasses import dataclass
from datetime import datetime

from django.db import DatabaseError

from sporades.notices.models import Banner

FRESH_FOR = 20.0
"""Seconds during which what is held is believed: a banner is live everywhere well within 60."""


@dataclass
class _Held:
    banner: Banner | None = None
    until: float = 0.0


_held = _Held()


def banner(at: datetime) -> Banner | None:
    """Return the banner that stands now, or nothing."""
    now = time.monotonic()
    if now >= _held.until:
        # A page that needs nothing else of the database is still shown when it is away.
        with contextlib.suppress(DatabaseError):
            _held.banner = Banner.objects.shown_at(at).first()
        _held.until = now + FRESH_FOR
    found = _held.banner
    return None if found is None or (found.ends_at and found.ends_at <= at) else found


def forget() -> None:
    """Ask the database again at the next page."""
    _held.until = 0.0
