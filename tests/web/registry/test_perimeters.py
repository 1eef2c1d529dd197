"""S-01: each route answers its own reader, and nobody reads or writes what is another's."""

import re
from urllib.parse import quote
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import resolve, reverse

from sporades.accounts.permissions import Permission
from sporades.documents import operations as documents
from sporades.documents.models import DocumentVersion
from sporades.web.access import Route, Who
from sporades.web.registry import ACCESS
from tests.factories import NOW
from tests.undoing import undone
from tests.web.registry.routes import NAMES, OWNED, address, answer, nowhere, reader
from tests.web.registry.world import CANDIDATES, DOCTORS, HOST, STAFF, Role
from tests.web.registry.writing import since, written

CSRF = re.compile(r'(?<=name="csrfmiddlewaretoken" value=")\w+')
METHODS = ("GET", "HEAD", "POST")
# To turn somebody away it is not looked whether a GET or a HEAD asks; nor, where a method is not
# answered, who asks: test_methods has all of them asked by the reader of a route.
ASKING = ("GET", "POST")
SIGN_IN = "/connexion?next="


def ask(browser, method, where):
    """Ask, look at the answer, and forget what it did."""
    with undone():
        return browser.generic(method, where)


def outcome(response):
    """Return the status of an answer, and where it leads."""
    return response.status_code, response.headers.get("Location", "")


# --- Whom a route answers ---------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
def test_the_reader_of_a_route_is_answered_as_said(world, name):
    browser = world.browser(reader(name))
    expected = {
        method: answer(name, "GET" if method == "HEAD" else method)
        if ACCESS[name].allows(method)
        else 405
        for method in METHODS
    }

    found = {method: ask(browser, method, address(name, world)).status_code for method in METHODS}

    assert found == expected


@pytest.mark.parametrize("name", [name for name in NAMES if ACCESS[name].who is not Who.ANYONE])
def test_a_route_turns_away_those_it_was_not_declared_for(world, name):
    where = address(name, world)
    allowed = [method for method in ASKING if ACCESS[name].allows(method)]
    asked = [(role, method) for role in Role for method in allowed]
    asked += [(Role.ANONYMOUS, method) for method in METHODS if method not in allowed]
    expected = {
        (role, method): turned_away(ACCESS[name], role, method, where) for role, method in asked
    }
    turned = {key for key, value in expected.items() if value is not None}

    found = {
        (role, method): outcome(ask(world.browser(role), method, where)) for role, method in turned
    }

    assert found == {key: expected[key] for key in turned}
    assert {role for role, _ in turned} >= {Role.ANONYMOUS}


def turned_away(route: Route, role: Role, method: str, where: str) -> tuple[int, str] | None:
    """Return how a reader is turned away, or nothing if the declaration lets them in."""
    is_doctors = route.permission is Permission.GIVE_OPINIONS
    for_candidates, for_staff = route.who is Who.CANDIDATE, route.who is Who.STAFF
    back = where if route.allows("GET") else "/"
    if method == "POST" and route.shown_on:  # the page of its form
        back = reverse(route.shown_on, kwargs=resolve(where).kwargs)
    if method == "POST":  # nobody was signed in: nothing is kept
        back += f"?non-fait={next(name for name, one in ACCESS.items() if one is route)}"
    rules = [
        (not route.allows(method), (405, "")),
        (role is Role.ANONYMOUS, (302, f"{SIGN_IN}{quote(back)}")),
        (for_candidates and role in DOCTORS, (302, reverse("doctor:home"))),
        (for_candidates and role in STAFF, (302, reverse("office:home"))),
        (for_staff and role in CANDIDATES, (404, "")),
        (for_staff and role is Role.HALF_MANAGER, (302, reverse("mfa_activate_totp"))),
        (for_staff and (role in DOCTORS) is not is_doctors, (404, "")),
        (bool(route.owned) and role is not Role.OWNER, (404, "")),
    ]
    return next((said for applies, said in rules if applies), None)


@pytest.mark.parametrize("name", [name for name in NAMES if ACCESS[name].who is Who.ANYONE])
def test_what_is_open_to_anyone_stays_open_to_those_who_signed_in(world, name):
    allowed = [method for method in ASKING if ACCESS[name].allows(method)]
    for role in {*Role} - {Role.ANONYMOUS}:
        found = [ask(world.browser(role), method, address(name, world)) for method in allowed]

        assert {said.status_code for said in found} <= {
            200,
            302,
            *(answer(name, method) for method in (*allowed, "GET")),
        }
        assert not [said for said in found if outcome(said)[1].startswith(SIGN_IN)]


@pytest.mark.parametrize(
    ("referer", "back"),
    [
        (f"http://{HOST}/mes-inscriptions/1?x=1", "/mes-inscriptions/1?x=1&"),
        (f"https://{HOST}:8443/mes-inscriptions/1", "/mes-inscriptions/1"),
        (f"https://{HOST}:9443/mes-inscriptions/1", "/"),
        ("https://ailleurs.exemple.test/piege", "/"),
        (f"https://{HOST}@ailleurs.exemple.test/piege", "/"),
        ("javascript:alert(1)", "/"),
        ("http://[", "/"),
        ("//a]b/", "/"),
        ("", "/"),
    ],
)
def test_a_button_pressed_after_the_session_leads_back_to_its_page(world, settings, referer, back):
    settings.SITE_URL = f"https://{HOST}:8443"  # its proxy gives the name alone
    browser = world.browser(Role.ANONYMOUS)

    response = browser.post(address("candidate:amend", world), headers={"referer": referer})

    mark = "non-fait=candidate:amend"
    where = f"{back}{mark}" if back.endswith("&") else f"{back}?{mark}"
    assert response.headers["Location"] == f"{SIGN_IN}{quote(where)}"


def test_a_role_that_ends_closes_the_office_at_the_next_click(world):
    browser = world.browser(Role.MANAGER)
    assert browser.get("/gestion/").status_code == 200

    world.users[Role.MANAGER].memberships.update(ends_on="2026-11-24")

    assert browser.get("/gestion/").status_code == 404


# --- What is another's ------------------------------------------------------------------------


EACH_ITS_OWN = {"Set-Cookie", "X-Request-Id"}
"""The headers that no two answers share."""


def seen(browser, method, where):
    """Return all that an answer shows: status, headers, text, and the work that it took."""
    before = written()
    with CaptureQueriesContext(connection) as queries:
        response = ask(browser, method, where)
    headers = {name: one for name, one in response.headers.items() if name not in EACH_ITS_OWN}
    text = CSRF.sub("", response.text).replace(where, "")
    return response.status_code, headers, text, len(queries), since(before)


@pytest.mark.parametrize("name", OWNED)
def test_what_is_another_candidates_is_as_if_it_did_not_exist(world, name):
    for role in (Role.OTHER, Role.NEWCOMER, *STAFF):
        browser = world.browser(role)
        for method in METHODS:
            theirs = seen(browser, method, address(name, world, world.owner))
            nothing = seen(browser, method, nowhere(name, world))

            assert theirs == nothing
            status, _, _, _, changed = theirs
            assert changed == set()
            if role not in STAFF:
                assert status == (404 if ACCESS[name].allows(method) else 405)


@pytest.mark.parametrize("name", [name for name in OWNED if ACCESS[name].owned != "draft"])
def test_a_number_that_cannot_be_is_answered_like_one_that_is_not(world, name):
    odd = {
        "registration": [
            {"number": number} for number in ("1", "20000000018", "٢٠٠٠٠٠٠٠٠١٧", "é'\"")
        ],
        "authenticator": [{"pk": 0}, {"pk": 10**25}],
        "kept file": [{"kept": 0}, {"kept": 10**25}],
        "upload": [{"upload": UUID(int=0)}],
    }
    browser = world.browser(Role.OWNER)
    for method in METHODS:
        nothing = seen(browser, method, nowhere(name, world))
        for number in odd[ACCESS[name].owned]:
            assert seen(browser, method, address(name, world, **number))[:3] == nothing[:3]


def hide(version):
    """Take the owner's document back."""
    documents.withdraw(version, at=NOW)


def hold_back(version):
    """Let the owner's document be read from tomorrow on."""
    DocumentVersion.objects.filter(pk=version.pk).update(published_at=NOW.replace(day=26))


@pytest.mark.parametrize("forbid", [hide, hold_back])
@pytest.mark.parametrize("name", ["candidate:document", "candidate:document_pdf"])
def test_a_document_that_may_not_be_read_is_as_if_it_did_not_exist(world, name, forbid):
    browser = world.browser(Role.OWNER)
    folder = world.owner.registration.folder
    assert browser.get(address(name, world)).status_code == 200
    for version in DocumentVersion.objects.filter(document__folder=folder):
        forbid(version)

    forbidden = seen(browser, "GET", address(name, world))
    nothing = seen(browser, "GET", address(name, world, kind="convocation"))

    assert forbidden == nothing
    assert forbidden[0] == 404
    assert "Récapitulatif" not in browser.get(address("candidate:folder", world)).text


@pytest.mark.parametrize("name", OWNED)
def test_its_owner_does_find_it(world, name):
    method = "GET" if "GET" in ACCESS[name].methods else "POST"

    response = ask(world.browser(Role.OWNER), method, address(name, world))

    # Moving a draft is refused for another reason: the address is this academy's.
    assert response.status_code in ({404} if name == "candidate:move" else {200, 204, 302})
