"""S-60: who looks at somebody's file is known, whatever page they look at it by."""

import pytest

from sporades.accounts.permissions import GRANTED
from sporades.journal.models import Entry
from sporades.journal.words import READINGS
from sporades.web.access import Who
from sporades.web.registry import ACCESS
from tests.web.registry.routes import READABLE, address, answer
from tests.web.registry.world import Role

NOTED = {*READINGS, "data copy taken"}
OF_MANY = {
    "": "lists, and what is of nobody",
    "agent": "who works in the office",
    "batch": "lines by their numbers; one of them by its own page, below",
    "change": "a service",
    "double": "its page compares two people, below",
    "export": "what was asked for",
    "hold": "a list",
    "large batch": "lines by their numbers",
    "managing service": "a service",
    "message": "a line of the log",
    "own export": "of many, noted as such",
    "prepared": "a réglementation",
    "programme": "a réglementation",
    "proposed role": "who works in the office",
    "publication": "lines by their numbers; one document by its own page, below",
    "run": "letters that are printed together",
    "search": "a list",
    "service": "a service",
    "template": "words for many",
    "trial": "a réglementation",
}
"""Why what a route is within is no file of one person."""
LEADING_ELSEWHERE: set[str] = set()
POST = "POST"
OF_ONE = {
    "office:batch_decision",
    "office:double",
    "office:prepared_document",
    "office:prepared_pdf",
}
"""Pages of what is of many that show one person's file all the same."""
FILES = [
    name
    for name in READABLE
    if name.startswith("office:")
    and ACCESS[name].who is Who.STAFF
    and (ACCESS[name].within not in OF_MANY or name in OF_ONE)
]


def readings():
    return list(Entry.objects.filter(verb__in=NOTED).values_list("verb", flat=True))


def reader_of(name):
    return Role.MANAGER if "manager" in GRANTED[ACCESS[name].permission] else Role.ADMINISTRATOR


PAGES = [name for name in FILES if answer(name, "GET") == 200 and name not in LEADING_ELSEWHERE]
FORMS = [
    name for name in FILES if answer(name, "POST") in (409, 422) and POST in ACCESS[name].methods
]


def test_most_routes_of_one_persons_file_show_it():
    assert set(PAGES) >= OF_ONE
    assert len(PAGES) > 40
    assert len(FORMS) > 8


@pytest.mark.parametrize("name", PAGES)
def test_whoever_opens_a_page_of_somebodys_file_leaves_a_trace(world, name):
    before = readings()

    page = world.browser(reader_of(name)).get(address(name, world))

    # Two people, on the page that compares them.
    assert (page.status_code, len(readings()) - len(before)) == (200, 1 + (name == "office:double"))


@pytest.mark.parametrize("name", FORMS)
def test_a_form_that_is_refused_shows_the_file_and_leaves_a_trace_too(world, name):
    before = readings()

    page = world.browser(reader_of(name)).post(address(name, world), {})

    assert page.status_code == answer(name, "POST")
    assert len(readings()) - len(before) >= 1
