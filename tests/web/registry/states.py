"""The states that a page is looked at in: with what its reader owns, with nothing, refusing."""

from typing import NamedTuple

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
