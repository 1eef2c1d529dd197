"""What was posted once the session had ended, and does not wait, is said not to be done."""

from urllib.parse import parse_qs, urlsplit

import pytest
from django.urls import resolve, reverse

from sporades.web.access import Who
from sporades.web.layout.undone import BEFORE, FILE, MARK, in_words
from sporades.web.registry import ACCESS
from tests.web.registry.routes import POSTED, address, reader
from tests.web.registry.world import DOCTORS, STAFF, Role

LOST = [name for name in POSTED if ACCESS[name].who is not Who.ANYONE]


@pytest.mark.parametrize("name", LOST)
def test_whoever_posted_nothing_that_waits_is_told_after_signing_in(world, name):
    route, where = ACCESS[name], address(name, world)
    posted = world.browser(Role.ANONYMOUS).post(where)
    [back] = parse_qs(urlsplit(posted.headers["Location"]).query)["next"]
    role = reader(name)
    browser = world.browser(role)
    page = where if route.allows("GET") else "/"
    if route.shown_on:
        page = reverse(route.shown_on, kwargs=resolve(where).kwargs)

    answer = browser.get(back)

    assert (answer.status_code, answer.headers["Location"]) == (302, page)
    home = "/medecin/" if role in DOCTORS else "/gestion/" if role in STAFF else "/accueil"
    told = [str(one) for one in browser.get(home).context["messages"]]
    assert told == [f"{BEFORE}{in_words(route)}"]


def test_every_route_that_takes_files_says_that_none_was_given():
    candidates = [name for name in LOST if ACCESS[name].who is not Who.STAFF]
    taking = {
        name for name in candidates if ACCESS[name].takes_files and not ACCESS[name].keeps_answers
    }

    assert {name: in_words(ACCESS[name]) for name in taking if name != "candidate:drawer"} == {
        "candidate:confide": FILE,
        "candidate:provide": FILE,
    }


def test_an_address_that_says_what_no_route_is_says_nothing(world):
    browser = world.browser(Role.OWNER)

    answer = browser.get("/mes-documents?page=2&non-fait=nulle:part")

    assert answer.headers["Location"] == "/mes-documents?page=2"
    assert list(browser.get("/mes-documents").context["messages"]) == []


@pytest.mark.parametrize(
    ("path", "where"),
    [
        ("//ailleurs.example/", "/%2Failleurs.example/"),
        ("//ailleurs.example/?connexion", "/%2Failleurs.example/%3Fconnexion"),
    ],
)
def test_an_address_that_begins_as_another_sites_leads_to_none(world, path, where):
    answer = world.browser(Role.OWNER).get("/", {MARK: "candidate:home"}, PATH_INFO=path)

    assert answer.headers["Location"] == where
