"""Devices that have signed in before: a signed cookie, nothing in the database.

A device is known for as long as the account's password: whoever signed in with a stolen one
is a stranger again once its owner has chosen another.
"""

import secrets
from itertools import islice

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse

from sporades.accounts.guessing import Place
from sporades.accounts.models import User
from sporades.web.layout.device import KEPT_FOR, SALT, cookie_name, said_by
from sporades.web.layout.network import network_of

MOST_ACCOUNTS = 20
MARK = 16

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
    if user is not None and _is_marked(said, user):
        return Place(f"device {said['device']}", is_known=True)
    return Place(f"network {network_of(request)}")


def knows(request: HttpRequest, user: User) -> bool:
    """Return whether this device has signed in to this account, by its password of today."""
    return _is_marked(_read(request), user)


def accounts_known(request: HttpRequest) -> list[int]:
    """Return the accounts that this device has signed in to, by their passwords of today."""
    said = _read(request)
    return [
        user.pk for user in User.objects.filter(pk__in=said["accounts"]) if _is_marked(said, user)
    ]


def remember(request: HttpRequest, response: HttpResponse, user: User) -> None:
    """Let a device that has just signed in be known from now on."""
    said = _read(request)
    others = {number: mark for number, mark in said["accounts"].items() if number != str(user.pk)}
    marks = {str(user.pk): _mark(user.get_session_auth_hash()), **others}
    said["accounts"] = dict(islice(marks.items(), MOST_ACCOUNTS))
    response.set_cookie(
        cookie_name(),
        signing.dumps(said, salt=SALT),
        max_age=KEPT_FOR,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def remember_new_password(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Let a device from which an owner has just chosen a password be known by it."""
    owner = getattr(request, "has_new_password", None)
    if owner is not None:
        remember(request, response, owner)
    return response


def _is_marked(said: dict, user: User) -> bool:
    hashes = (user.get_session_auth_hash(), *user.get_session_auth_fallback_hash())
    return said["accounts"].get(str(user.pk)) in {_mark(one) for one in hashes}


def _mark(auth_hash: str) -> str:
    return auth_hash[:MARK]


def _read(request: HttpRequest) -> dict:
    return said_by(request) or {"device": secrets.token_urlsafe(16), "accounts": {}}


def device_of(request: HttpRequest) -> str:
    """Return the device of a request as its owner would know it."""
    return device_in_words(request.headers.get("User-Agent", ""))


def device_in_words(user_agent: str) -> str:
    """Return « Firefox sur Windows » from what a browser says of itself.

    Nothing of what we do not know is shown: whoever tries an account would write to its owner.
    """
    browser = next((name for sign, name in BROWSERS if sign in user_agent), "")
    system = next((name for sign, name in SYSTEMS if sign in user_agent), "")
    if browser and system:
        return f"{browser} sur {system}"
    return browser or system or "Appareil inconnu"
