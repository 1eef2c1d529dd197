"""The guides of the office and of doctors: all that docs/ says, on the pages of those who work here."""

import pytest
from django.urls import reverse

from sporades.accounts.models import Membership
from sporades.web.layout.guides import CONTENTS, DOCS, parts_of
from tests.web.guide import main, seen, words

DOCTOR = Membership.Role.DOCTOR
GUIDES = {"office": "guide-de-la-gestion", "doctor": "guide-du-medecin"}

pytestmark = pytest.mark.usefixtures("invented_exam")


@pytest.fixture
def reader(member):
    """Sign in whoever a guide is for."""
    return lambda room: member("A09", role=DOCTOR) if room == "doctor" else member("A09")


def pages(browser, room):
    """Return each part's page, by its title, as the first page leads to them."""
    first = seen(browser.get(reverse(f"{room}:guide")))
    links = first.xpath("//main//h2[.='Toutes les parties']/following-sibling::ul[1]/li/a")
    return {words(link): seen(browser.get(link.get("href"))) for link in links}


@pytest.mark.parametrize("room", GUIDES)
def test_each_part_of_the_guide_has_its_page(reader, room):
    written = (DOCS / f"{GUIDES[room]}.md").read_text().splitlines()
    titles = [line.removeprefix("## ") for line in written if line.startswith("## ")]
    sections = [line.removeprefix("### ") for line in written if line.startswith("### ")]

    shown = pages(reader(room), room)

    assert list(shown) == [one for one in titles if one != "Ce que dit ce guide"]
    assert [words(page.cssselect("h1")[0]) for page in shown.values()] == list(shown)
    assert sections == [words(h2) for page in shown.values() for h2 in page.cssselect("main h2")]


@pytest.mark.parametrize("room", GUIDES)
def test_every_link_of_the_guide_leads_to_a_page_and_to_a_title_of_it(reader, room):
    browser = reader(room)
    found = 0

    for page in (seen(browser.get(reverse(f"{room}:guide"))), *pages(browser, room).values()):
        assert page.cssselect("main img") == []
        for link in page.cssselect("#guide a"):
            address, _, anchor = link.get("href").partition("#")
            there = seen(browser.get(address))
            assert there.cssselect("h1")
            assert not anchor or there.cssselect(f"#{anchor}")
            found += 1

    assert found >= 10 or room == "doctor"


def test_the_first_page_says_the_first_morning_and_leads_on(manager):
    page = seen(manager.get(reverse("office:guide")))

    steps = page.cssselect("#guide ol li")
    assert "double authentification" in words(steps[0])
    assert steps[0].cssselect("a")[0].get("href") == reverse("office:guide_part", args=["entrer"])


def test_the_first_page_leads_to_each_section_of_a_part(manager):
    page = seen(manager.get(reverse("office:guide")))

    led = page.xpath("//main//h2[.='Toutes les parties']/following-sibling::ul[1]/li/ul/li/a")
    sections = [section for part in parts_of(GUIDES["office"]) for section in part.sections]
    assert [words(link) for link in led] == [section.title for section in sections]
    assert [words(h3) for h3 in page.cssselect("#guide h3")] == ["Un candidat vous appelle"]
    for link in led:
        address, _, anchor = link.get("href").partition("#")
        assert seen(manager.get(address)).cssselect(f"h2#{anchor}")


def test_a_part_leads_to_those_beside_it(manager):
    parts = [one for one in parts_of("guide-de-la-gestion") if one.slug != CONTENTS]

    page = seen(manager.get(reverse("office:guide_part", args=[parts[1].slug])))

    beside = page.xpath("//nav[@aria-label='Autres parties']//a")
    assert [words(link) for link in beside] == [
        f"Avant : {parts[0].title}",
        f"Ensuite : {parts[2].title}",
    ]


def test_what_the_guide_says_stands_on_the_page_to_the_letter(manager):
    page = main(manager.get(reverse("office:guide_part", args=["decider"])))

    assert "<strong>" not in page
    assert "](" not in page


@pytest.mark.parametrize("room", GUIDES)
def test_no_other_part_is_found(reader, room):
    browser = reader(room)

    for part in ("nulle-part", CONTENTS):
        assert browser.get(reverse(f"{room}:guide_part", args=[part])).status_code == 404


def test_the_menu_leads_to_the_guide_and_no_more_to_the_help_of_candidates(manager, member):
    def entries(browser, home):
        return {words(link) for link in seen(browser.get(reverse(home))).cssselect("nav a")}

    assert "Guide de la gestion" in entries(manager, "office:home")
    assert "J'ai besoin d'aide" not in entries(manager, "office:home")
    doctors = entries(member("A09", role=DOCTOR, email="docteur@exemple.fr"), "doctor:home")
    assert "Guide du médecin" in doctors
    assert "Guide de la gestion" not in doctors
