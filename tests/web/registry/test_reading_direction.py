"""RGAA 8.10: what is written from right to left says so, wherever it is shown or typed."""

import re

import lxml.html
import pytest
from django.test import Client

from sporades.web.access import Who
from sporades.web.layout.markup import changed, directed
from sporades.web.registry import ACCESS
from tests.web.guide import BACKEND
from tests.web.registry.routes import PAGES, TABS, address, answer
from tests.web.registry.world import HOST, an_estate

HEBREW = re.compile(r"[\u0590-\u05ff]")
NAME = "כהן"
SHOWING = [
    name
    for name in PAGES
    if ACCESS[name].who in (Who.SIGNED_IN, Who.CANDIDATE) and answer(name, "GET") == 200
]


@pytest.mark.parametrize(
    ("said", "printed"),
    [
        ("Maëlle Anne LE GOFF", "Maëlle Anne LE GOFF"),
        ("Sarah כהן", 'Sarah <bdi dir="rtl">כהן</bdi>'),
        ("שדרות רוטשילד 12", '<bdi dir="rtl">שדרות רוטשילד 12</bdi>'),
        ("Nom : כהן → שרה", 'Nom : <bdi dir="rtl">כהן</bdi> → <bdi dir="rtl">שרה</bdi>'),
        ("<b>עומר</b>", '&lt;b&gt;<bdi dir="rtl">עומר</bdi>&lt;/b&gt;'),
        ("مريم", '<bdi dir="rtl">مريم</bdi>'),
        (
            "\u0639\u0644\u06cc\u200c\u067e\u0648\u0631",
            '<bdi dir="rtl">\u0639\u0644\u06cc\u200c\u067e\u0648\u0631</bdi>',
        ),
    ],
)
def test_what_is_read_from_right_to_left_is_set_apart(said, printed):
    assert directed(said) == printed


def test_a_change_has_a_word_between_what_was_and_what_is():
    arrow = '<span aria-hidden="true">→</span> <span class="fr-sr-only">devient</span>'

    assert changed("Zone : <Nord> → כהן") == (
        f'Zone : &lt;Nord&gt; {arrow} <bdi dir="rtl">כהן</bdi>'
    )
    assert changed("Rien") == "Rien"


@pytest.fixture(scope="module")
def owned(world, django_db_blocker):
    """Return what somebody owns who writes in Hebrew, and their session."""
    with django_db_blocker.unblock():
        estate = an_estate("sara@exemple.test", NAME)
        browser = Client(headers={"host": HOST})
        browser.force_login(estate.user, backend=BACKEND)
    return estate, browser.cookies["__Host-session"].value


@pytest.fixture
def sara(owned):
    """Return the same, and their browser."""
    estate, session = owned
    browser = Client(headers={"host": HOST})
    browser.cookies["__Host-session"] = session
    return estate, browser


def words_in_hebrew(page):
    """Return the words in Hebrew of a page: those that say their direction, those that do not."""
    directed, others = [], []
    for said in page.xpath("//body//text()[not(ancestor::textarea)]"):
        if HEBREW.search(said):
            has_direction = said.getparent().xpath("ancestor-or-self::*[@dir]")
            (directed if has_direction else others).append(said)
    for control in page.xpath("//textarea | //input[not(@type='hidden')]"):
        if HEBREW.search(control.get("value") or control.text or ""):
            (directed if control.get("dir") == "auto" else others).append(control.get("name"))
    return directed, others


@pytest.mark.parametrize("name", SHOWING)
def test_a_page_says_the_direction_of_what_is_read_from_right_to_left(world, sara, name):
    estate, browser = sara

    # Some ask for the password first, on a page of the same frame.
    page = lxml.html.fromstring(browser.get(address(name, world, estate), follow=True).text)

    directed, others = words_in_hebrew(page)
    assert others == []
    # The name of the reader, at least, stands at the top of every page.
    assert directed


@pytest.mark.parametrize("section", TABS)
def test_so_does_a_tab_also_when_two_answers_differ(world, sara, section):
    estate, browser = sara
    where = address("candidate:tab", world, estate, section=section)

    shown = browser.get(where)
    overtaken = browser.post(where, {"revision": "0", "address_1": f"{NAME} 3", "q-projet": NAME})

    for response in (shown, overtaken):
        if response.text:
            assert words_in_hebrew(lxml.html.fromstring(response.text))[1] == []
