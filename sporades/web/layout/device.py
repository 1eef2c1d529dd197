"""The signed cookie of a device from which somebody has signed in."""

from django.conf import settings
from django.core import signing
from django.http import HttpRequest

COOKIE = "device"
SALT = "sporades.web.account.known-device"
KEPT_FOR = 365 * 86_400


def cookie_name() -> str:
    """Return the name of the cookie."""
    return f"{settings.COOKIE_PREFIX}{COOKIE}"


def said_by(request: HttpRequest) -> dict | None:
    """Return what the device says, as we wrote it; nothing when nobody has signed in from it."""
    try:
        return signing.loads(request.COOKIES.get(cookie_name(), ""), salt=SALT, max_age=KEPT_FOR)
    except signing.BadSignature:
        return None
