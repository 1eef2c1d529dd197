"""What every page shows around its own content, without a query of its own."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from sporades.notices import queries as notices
from sporades.web.layout.audit import CONFORMITY

SIGNED_OUT = (
    ("Me connecter", "account_login"),
    ("Créer mon compte", "account_signup"),
    ("Ouverture des services", "public:services"),
    ("J'ai besoin d'aide", "public:help"),
)
CANDIDATE = (
    ("Accueil", "candidate:home"),
    ("M'inscrire", "candidate:choose"),
    ("Mes inscriptions", "candidate:registrations"),
    ("Mes documents", "candidate:documents"),
    ("Ouverture des services", "public:services"),
    ("J'ai besoin d'aide", "public:help"),
)
STAFF = (
    ("Accueil", "office:home"),
    ("Gérer les inscriptions", "office:search"),
    ("Gérer les services", "office:services"),
    ("Ouverture des services", "public:services"),
    ("J'ai besoin d'aide", "public:help"),
)
FOOT = (
    ("Mentions légales", "public:legal"),
    (f"Accessibilité : {CONFORMITY.label}", "public:accessibility"),
    ("Données personnelles", "public:privacy"),
    ("Cookies", "public:cookies"),
    ("Plan du site", "public:sitemap"),
    ("Vérifier un document", "public:verify"),
    ("Contact", "public:contact"),
)


@dataclass(frozen=True)
class Link:
    """One entry of a menu."""

    label: str
    url: str
    is_current: bool


@dataclass(frozen=True)
class Layout:
    """The frame of a page.

    Attributes:
        person: the name of the signed-in reader, or nothing.
        menu: the entries of the « Menu » at the left.
        foot: the entries of the footer.
        idle: the seconds after which an unused session ends, 0 when signed out.
        warning: how many seconds before that the reader is warned.
        has_brand: whether a deployer's style sheet lies over the neutral one.
        icon: the image of the tab.
        block: the lines of the authority's block, instead of our mark.
    """

    service: str
    deployer: str
    person: str
    menu: tuple[Link, ...]
    foot: tuple[Link, ...]
    idle: int
    warning: int
    has_brand: bool
    icon: str
    block: tuple[str, ...]


def layout(request: HttpRequest) -> dict[str, Any]:
    """Return the frame for this reader, from what the request already holds."""
    user = getattr(request, "user", None)
    said = {"banner": notices.banner(request.arrived_at)}
    if user is None or not user.is_authenticated:
        return {"layout": frame(path=request.path), **said}
    entries = STAFF if user.is_staff_member else CANDIDATE
    return {
        "layout": frame(path=request.path, person=_name(request, user), entries=entries),
        **said,
    }


def _name(request: HttpRequest, user: Any) -> str:
    # A page of error may come before the registry has said who acts.
    actor = getattr(request, "actor", None)
    return actor.name if actor else str(getattr(user, "candidate", None) or user)


def frame(
    *, path: str = "", person: str = "", entries: tuple[tuple[str, str], ...] = SIGNED_OUT
) -> Layout:
    """Return the frame of a page; called with nothing, it needs no request and no database."""
    return Layout(
        service=settings.SERVICE_NAME,
        deployer=settings.DEPLOYER_NAME,
        person=person,
        menu=_links(entries, path),
        foot=_links(FOOT, path),
        idle=int(settings.SESSION_IDLE.total_seconds()) if person else 0,
        warning=int(settings.SESSION_WARNING.total_seconds()) if person else 0,
        has_brand=settings.BRAND_FOLDER is not None,
        icon=_icon(settings.BRAND_FOLDER),
        block=tuple(settings.BRAND_WORDS),
    )


@cache
def _icon(brand: Path | None) -> str:
    return "brand/mark.svg" if brand and (brand / "mark.svg").is_file() else "mark.svg"


def _links(entries: tuple[tuple[str, str], ...], path: str) -> tuple[Link, ...]:
    # The longest address that begins this one: « Mes inscriptions » is current on each of its pages.
    urls = _addresses(entries)
    begun = [url for url in urls if path == url or path.startswith(f"{url.rstrip('/')}/")]
    return _menu(entries, max(begun, key=len, default=""))


@cache
def _addresses(entries: tuple[tuple[str, str], ...]) -> tuple[str, ...]:
    return tuple(reverse(name) for _, name in entries)


@cache
def _menu(entries: tuple[tuple[str, str], ...], here: str) -> tuple[Link, ...]:
    labels = (label for label, _ in entries)
    return tuple(
        Link(label, url, is_current=url == here)
        for label, url in zip(labels, _addresses(entries), strict=True)
    )
