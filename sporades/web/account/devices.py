"""Devices that have signed in before: a signed cookie, nothing in the database."""

import re
import secrets

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse

from sporades.accounts.guessing import Place
from sporades.accounts.models import User
from sporades.web.layout.network import network_of

COOKIE = "device"
SALT = "sporades.web.account.device"
KEPT_FOR = 365 * 86_400
MOST_ACCOUNTS = 20

SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X", "Mac"),
    ("CrOS", "Chromebook"),
    ("Linux", "Linux"),
)
BROWSERS = (
    ("Edg/", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)


def place_of(request: HttpRequest, user: User | None) -> Place:
    """Return where a try to sign in comes from.

    Args:
        request: the request.
        user: the account that has the address typed, if there is one.
    """
    said = _read(request)
    if user is not None and user.pk in said["accounts"]:
        return Place(f"device {said['device']}", is_known=True)
    return Place(f"network {network_of(request)}")


def knows(request: HttpRequest, user: User) -> bool:
    """Return whether this device has signed in to this account before."""
    return user.pk in accounts_known(request)


def accounts_known(request: HttpRequest) -> list[int]:
    """Return the accounts that this device has signed in to before."""
    return _read(request)["accounts"]


def remember(request: HttpRequest, response: HttpResponse, user: User) -> None:
    """Let a device that has just signed in be known from now on."""
    said = _read(request)
    others = [number for number in said["accounts"] if number != user.pk]
    said["accounts"] = [user.pk, *others][:MOST_ACCOUNTS]
    response.set_cookie(
        _cookie(),
        signing.dumps(said, salt=SALT),
        max_age=KEPT_FOR,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def _cookie() -> str:
    return f"{settings.COOKIE_PREFIX}{COOKIE}"


def _read(request: HttpRequest) -> dict:
    try:
        return signing.loads(request.COOKIES.get(_cookie(), ""), salt=SALT, max_age=KEPT_FOR)
    except signing.BadSignature:
        return {"device": secrets.token_urlsafe(16), "accounts": []}


def device_in_words(user_agent: str) -> str:
    """Return « Firefox sur Windows » from what a browser says of itself."""
    browser = next((name for sign, name in BROWSERS if sign in user_agent), "")
    system = next((name for sign, name in SYSTEMS if sign in user_agent), "")
    if browser and system:
        return f"{browser} sur {system}"
    return browser or system or re.sub(r"[^\w ./()-]", "", user_agent)[:60] or "Appareil inconnu"
