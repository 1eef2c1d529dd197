"""The states that a page is looked at in: with what its reader owns, with nothing, refusing, asking."""

from collections.abc import Callable
from datetime import timedelta
from typing import NamedTuple

from sporades.exams.models import RegistrationService, ServiceChange
from tests.factories import NOW
from tests.web.registry.routes import PAGES, POSTED, TABS, address, answer, reader
from tests.web.registry.world import Role, World


class State(NamedTuple):
    """A page as somebody finds it."""

    role: Role
    name: str
    changes: dict[str, str]

    def address(self, world: World) -> str:
        """Return where it is."""
        return address(self.name, world, **self.changes)

    def __str__(self) -> str:
        return " ".join([self.role.name.lower(), self.name, *self.changes.values()])


class Asking(NamedTuple):
    """A page that answers what is typed in it by asking first, or by more to read.

    Attributes:
        shows: what stands in it then, and not before.
        role: who types.
        name: the route.
        typed: in each field; of a box, anything ticks it.
        pressed: the name and the value of the button, where it has one.
        ticked: a field of which every box is ticked.
        begun: makes what it tells of.
    """

    shows: str
    role: Role
    name: str
    typed: dict[str, str]
    pressed: tuple[str, str] | None = None
    ticked: str = ""
    begun: Callable[[], object] = lambda: None

    def __str__(self) -> str:
        return self.shows.lower()


def closing_soon() -> None:
    """Have every open service close in the evening."""
    RegistrationService.objects.filter(opens_at__lte=NOW).update(
        closes_at=NOW + timedelta(hours=12)
    )


def none_proposed() -> None:
    """Have nobody propose other dates."""
    ServiceChange.objects.all().delete()


OTHER_TABS = [{"section": tab} for tab in TABS if tab != "identification"]

# Where a candidate who has nothing yet reads something else.
EMPTY = (
    "account_edit",
    "candidate:choose",
    "candidate:documents",
    "candidate:home",
    "candidate:registrations",
    "mfa_index",
    "mfa_list_webauthn",
    "public:help",
)
READ = [
    *(State(reader(name), name, {}) for name in PAGES if answer(name, "GET") != 302),
    *(State(Role.OWNER, "candidate:tab", tab) for tab in OTHER_TABS),
    *(State(Role.NEWCOMER, name, {}) for name in EMPTY),
    # Their request to correct civil data waits.
    State(Role.OTHER, "account_edit", {}),
    State(Role.OWNER, "public:help", {}),
    State(Role.OWNER, "public:sitemap", {}),
]

# A question without a wrong answer: a click confirms it.
ONLY_CONFIRMED = {"public:alert", "socialaccount_connections", "mfa_add_webauthn"}
REFUSING = [
    *(
        State(reader(name), name, {})
        for name in POSTED
        if name in PAGES
        and answer(name, "GET") == 200
        and answer(name, "POST") == 200
        and name not in ONLY_CONFIRMED
    ),
    *(State(Role.OWNER, "candidate:tab", {"section": tab}) for tab in TABS if tab != "modalites"),
]

ASKING = [
    Asking(
        "Fermer plus tôt ?",
        Role.MANAGER,
        "office:move_service",
        {"fermeture": f"{NOW + timedelta(days=1):%d/%m/%Y} 12:00", "motif": "Salles trop petites"},
        begun=none_proposed,
    ),
    Asking(
        "Ce qui ferme en lecture seule",
        Role.ADMINISTRATOR,
        "office:banner",
        {"message": "Maintenance ce soir.", "lecture_seule": "oui"},
        begun=closing_soon,
    ),
    Asking(
        "Relire les prolongations",
        Role.ADMINISTRATOR,
        "office:extend_services",
        {"fermeture": f"{NOW + timedelta(days=60):%d/%m/%Y} 12:00", "motif": "Panne d'hier soir"},
        ticked="ensembles",
    ),
    Asking(
        "Retirer le critère",
        Role.MANAGER,
        "office:search",
        {"g-ajout": "piece_arrivee"},
        ("faire", "ajouter:g"),
    ),
]
