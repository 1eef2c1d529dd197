"""The page of permissions says what the code grants, and nothing else."""

from pathlib import Path

from sporades.accounts.models import Membership
from sporades.accounts.permissions import GRANTED, Permission
from sporades.web.access import Who
from sporades.web.registry import ACCESS

PAGE = Path(__file__).parents[1] / "docs/permissions.md"


def roles():
    """Return a line for each permission: who has it."""
    for permission in Permission:
        cells = ["oui" if role in GRANTED[permission] else "" for role in Membership.Role]
        yield f"| {permission.value} | {' | '.join(cells)} |".replace("|  |", "| |")


def routes():
    """Return a line for each route of the office."""
    for name, route in ACCESS.items():
        if route.who is Who.STAFF:
            asked = route.permission.value if route.permission else "aucune"
            yield f"| `{name}` | {asked} |"


def test_every_permission_is_granted_to_somebody():
    assert set(GRANTED) == set(Permission)
    assert all(GRANTED.values())


def test_the_page_says_who_may_do_what_and_which_route_asks_for_it():
    said = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if line[:2] == "| "]
    titles = " | ".join(role.label for role in Membership.Role)

    assert said == [
        f"| | {titles} |",
        *roles(),
        "| Route | Permission |",
        *routes(),
    ]
