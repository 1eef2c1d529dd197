"""What every page shows around its own content, without a query of its own."""

from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString

from sporades.accounts.models import Membership
from sporades.accounts.permissions import GRANTED
from sporades.notices import queries as notices
from sporades.web.access import Route, Who
from sporades.web.layout.audit import CONFORMITY
from sporades.web.layout.clock import day_of
from sporades.web.layout.proofs import second_factor_missing

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
CANDIDATES_HELP = ("J'ai besoin d'aide", "public:help")
STAFF = (
    ("Accueil", "office:home"),
    ("Demandes d'aménagement", "doctor:home"),
    ("Gérer les inscriptions", "office:search"),
    ("Publications", "office:publications"),
    ("Gérer les services", "office:services"),
    ("Réglementations", "office:regulations"),
    ("Statistiques", "office:statistics"),
    ("Journal", "office:all_acts"),
    ("Ouverture des services", "public:services"),
    ("Guide de la gestion", "office:guide"),
    ("Guide du médecin", "doctor:guide"),
    CANDIDATES_HELP,
)
"""What the office and doctors are led to; who has no role yet is helped as a candidate is."""

FOOT = (
    ("Mentions légales", "public:legal"),
    (f"Accessibilité : {CONFORMITY.label}", "public:accessibility"),
    ("Données personnelles", "public:privacy"),
    ("Cookies", "public:cookies"),
    ("Plan du site", "public:sitemap"),
    ("Vérifier un document", "public:verify"),
    ("Contact", "public:contact"),
)


BELONG = (
    ("/inscription/", "candidate:registrations"),
    ("/mon-porte-documents", "candidate:documents"),
)
"""Pages that are under no entry by their address, and by which entry they are found again."""

MOST_FRAMES = 256
"""How many frames a process keeps printed: one for each entry of each menu, and of the footer."""


@dataclass(frozen=True)
class Link:
    """One entry of a menu."""

    label: str
    url: str
    is_current: bool


@dataclass(frozen=True)
class Layout:
    """The frame of a page: what is the same for all who read it with this menu.

    Its parts are printed once and kept: they are half a millisecond of every page. What is of
    one reader, a name or a token, is never in them.

    Attributes:
        menu: the entries of the « Menu » at the left.
        foot: the entries of the footer.
        idle: the seconds after which an unused session ends, 0 when signed out.
        warning: how many seconds before that the reader is warned.
        has_office_scripts: whether what helps the office and doctors alone is fetched too.
        has_brand: whether a deployer's style sheet lies over the neutral one.
        icon: the image of the tab.
        block: the lines of the authority's block, instead of our mark.
    """

    service: str
    deployer: str
    menu: tuple[Link, ...]
    foot: tuple[Link, ...]
    idle: int
    warning: int
    has_office_scripts: bool
    has_brand: bool
    icon: str
    block: tuple[str, ...]

    @cached_property
    def head(self) -> SafeString:
        """What the browser fetches: icon, fonts, sheets, scripts."""
        return self._printed("layout/head.html")

    @cached_property
    def brand(self) -> SafeString:
        """Whose service it is, at the top."""
        return self._printed("layout/brand.html")

    @cached_property
    def menus(self) -> SafeString:
        """The menu, beside the page where there is room, else folded above it."""
        return self._printed("layout/menus.html")

    @cached_property
    def bottom(self) -> SafeString:
        """The foot of the page."""
        return self._printed("layout/foot.html")

    def _printed(self, template: str) -> SafeString:
        return render_to_string(template, {"layout": self})


def layout(request: HttpRequest) -> dict[str, Any]:
    """Return the frame for this reader, from what the request already holds."""
    user = getattr(request, "user", None)
    said = {"banner": notices.banner(request.arrived_at)}
    if user is None or not user.is_authenticated:
        return {"layout": frame(path=request.path), **said}
    entries, memberships = CANDIDATE, []
    if user.is_staff_member:
        memberships = _proven(request)
        entries = _of_the_office({one.role for one in memberships})
    return {
        "layout": frame(path=request.path, entries=entries),
        "signed_in": _name(request, memberships),
        "session_left": _seconds_left(request),
        **said,
    }


def _seconds_left(request: HttpRequest) -> int | None:
    """Return after how many seconds the session ends, whatever its reader does; nothing, on an early error."""
    left = getattr(request, "session_left", None)
    return None if left is None else int(left.total_seconds())


def _proven(request: HttpRequest) -> list[Membership]:
    """Return what a member of the office is on this day, once their second factor is given.

    Before it, the frame would tell whoever has the password alone whose account it is, and which
    roles it opens.
    """
    if second_factor_missing(request):
        return []
    return request.user.memberships_on(day_of(request))


def _of_the_office(roles: set[str]) -> tuple[tuple[str, str], ...]:
    """Return the entries that lead somewhere for who has these roles."""
    from sporades.web.registry import ACCESS  # noqa: PLC0415 - the audiences import `layout`

    entries = STAFF[:-1] if roles else STAFF
    return tuple(entry for entry in entries if _leads(ACCESS[entry[1]], roles))


def _leads(route: Route, roles: set[str]) -> bool:
    """Return whether a route is for somebody of the office who has these roles."""
    if route.permission is None:
        return route.who is not Who.STAFF or bool(roles)
    return bool(GRANTED[route.permission] & roles)


def _name(request: HttpRequest, memberships: list[Membership]) -> str:
    # A page of error may come before the registry has said who acts; a public one is read in no role.
    if actor := getattr(request, "actor", None):
        return actor.name
    if memberships:
        return memberships[0].full_name
    return str(getattr(request.user, "candidate", None) or request.user)


def frame(*, path: str = "", entries: tuple[tuple[str, str], ...] = SIGNED_OUT) -> Layout:
    """Return the frame of a page; called with nothing, it needs no request and no database."""
    brand = settings.BRAND_FOLDER, tuple(settings.BRAND_WORDS)
    names = settings.SERVICE_NAME, settings.DEPLOYER_NAME
    return _frame(names, brand, entries, (_current(entries, path), _current(FOOT, path)))


@lru_cache(maxsize=MOST_FRAMES)
def _frame(
    names: tuple[str, str],
    brand: tuple[Path | None, tuple[str, ...]],
    entries: tuple[tuple[str, str], ...],
    current: tuple[str, str],
) -> Layout:
    service, deployer = names
    folder, words = brand
    in_menu, in_foot = current
    is_signed_in = entries is not SIGNED_OUT
    return Layout(
        service=service,
        deployer=deployer,
        menu=_links(entries, in_menu),
        foot=_links(FOOT, in_foot),
        idle=int(settings.SESSION_IDLE.total_seconds()) if is_signed_in else 0,
        warning=int(settings.SESSION_WARNING.total_seconds()) if is_signed_in else 0,
        has_office_scripts=is_signed_in and entries is not CANDIDATE,
        has_brand=folder is not None,
        icon=_icon(folder),
        block=words,
    )


@cache
def _icon(brand: Path | None) -> str:
    return "brand/mark.svg" if brand and (brand / "mark.svg").is_file() else "mark.svg"


def _current(entries: tuple[tuple[str, str], ...], path: str) -> str:
    """Return the entry that a page belongs to: « Mes inscriptions » for each of its pages."""
    path = next((reverse(name) for begins, name in BELONG if path.startswith(begins)), path)
    urls = _addresses(entries)
    begun = [url for url in urls if path == url or path.startswith(f"{url.rstrip('/')}/")]
    return max(begun, key=len, default="")


@cache
def _addresses(entries: tuple[tuple[str, str], ...]) -> tuple[str, ...]:
    return tuple(reverse(name) for _, name in entries)


def _links(entries: tuple[tuple[str, str], ...], here: str) -> tuple[Link, ...]:
    labels = (label for label, _ in entries)
    return tuple(
        Link(label, url, is_current=url == here)
        for label, url in zip(labels, _addresses(entries), strict=True)
    )
