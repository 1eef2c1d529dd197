"""S-01 in the office: what lies outside a perimeter is as if it did not exist."""

import pytest
from django.test import Client

from sporades.accounts.models import Membership
from sporades.accounts.permissions import GRANTED, Permission
from sporades.web.access import Who
from sporades.web.registry import ACCESS
from tests.web.registry.routes import NAMES, WITHIN, address, answer, nowhere
from tests.web.registry.test_perimeters import METHODS, ask, seen
from tests.web.registry.world import HOST, OFFICE, Role, a_member, signed_in

MEMBERSHIPS = {
    Role.MANAGER: "manager",
    Role.FOREIGN_MANAGER: "manager",
    Role.HEAD: "head",
    Role.AUDITOR: "auditor",
    Role.HELPDESK: "helpdesk",
    Role.ADMINISTRATOR: "administrator",
    Role.DOCTOR: "doctor",
    Role.FOREIGN_DOCTOR: "doctor",
}
OF_STAFF = [name for name in NAMES if ACCESS[name].who is Who.STAFF]
DOCTORS_OWN = {Permission.GIVE_OPINIONS}


def may(role, name):
    """Return whether a role has the permission that a route asks for."""
    permission = ACCESS[name].permission
    return permission is None or MEMBERSHIPS[role] in GRANTED[permission]


def test_every_route_of_staff_asks_for_a_permission_and_a_doctor_has_their_own_alone():
    assert {ACCESS[name].permission for name in OF_STAFF} == set(Permission)
    assert {one for one in Permission if MEMBERSHIPS[Role.DOCTOR] in GRANTED[one]} == DOCTORS_OWN
    assert GRANTED[Permission.GIVE_OPINIONS] == {MEMBERSHIPS[Role.DOCTOR]}
    for name in OF_STAFF:
        assert (ACCESS[name].permission in DOCTORS_OWN) is name.startswith("doctor:")


@pytest.mark.parametrize("name", WITHIN)
@pytest.mark.parametrize("role", [*OFFICE, Role.DOCTOR])
def test_a_role_reads_and_writes_in_its_perimeter_what_it_may(world, role, name):
    is_there = (
        role is Role.MANAGER
        if ACCESS[name].within in ("search", "own export", "own draft", "batch", "template")
        else role is not Role.FOREIGN_MANAGER
    )
    for method in [method for method in METHODS if ACCESS[name].allows(method)]:
        found = ask(world.browser(role), method, address(name, world)).status_code
        if may(role, name) and is_there:
            assert found == answer(name, "GET" if method == "HEAD" else method)
        else:
            assert found == 404


@pytest.mark.parametrize("name", WITHIN)
def test_what_is_of_another_perimeter_is_as_if_it_did_not_exist(world, name):
    is_doctors = ACCESS[name].permission in DOCTORS_OWN
    browser = world.browser(Role.FOREIGN_DOCTOR if is_doctors else Role.FOREIGN_MANAGER)
    for method in METHODS:
        theirs = seen(browser, method, address(name, world))
        nothing = seen(browser, method, nowhere(name, world))

        assert theirs == nothing
        assert theirs[-1] == set()


# --- By the academy alone, and by the domain alone --------------------------------------------

BY_ACADEMY, BY_DOMAIN = (["A25"], []), (["A09"], ["SIMPLE"])
OF_NO_ACADEMY = frozenset({"programme", "prepared", "trial"})
"""What a réglementation is read by is of a domain, for every academy that has it."""
OF_BOTH_DOMAINS = frozenset({"candidate"})
"""One who owns what is asked for has something of the other domain too."""


@pytest.fixture(scope="module")
def strangers(world):
    """Return browsers of heads who have the domain without the academy, or the academy without the domain.

    A manager of elsewhere is turned away from what a head alone may do whatever it is of.
    """
    found = []
    for place, (academies, domains) in enumerate((BY_ACADEMY, BY_DOMAIN)):
        member = a_member(f"loin{place}@exemple.test", Membership.Role.HEAD, academies)
        member.memberships.update(domains=domains)
        browser = Client(headers={"host": HOST})
        browser.cookies["__Host-session"] = signed_in(member, Role.HEAD)
        found.append(browser)
    return found


def test_these_heads_have_an_office_of_their_own(world, strangers):
    found = [ask(browser, "GET", address("office:agents", world)) for browser in strangers]

    assert [one.status_code for one in found] == [200, 200]


@pytest.mark.parametrize(
    "name", [name for name in WITHIN if ACCESS[name].permission not in DOCTORS_OWN]
)
def test_what_is_of_another_academy_or_of_another_domain_alone_does_not_exist_either(
    world, strangers, name
):
    method = "GET" if ACCESS[name].allows("GET") else "POST"
    sparing = (OF_NO_ACADEMY, OF_BOTH_DOMAINS)

    found = [
        ask(browser, method, address(name, world)).status_code
        for browser, spared in zip(strangers, sparing, strict=True)
        if ACCESS[name].within not in spared
    ]

    assert set(found) == {404}
