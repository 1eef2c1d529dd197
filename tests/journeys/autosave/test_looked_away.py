"""A page left for a moment, while the network is slow, is no other window."""

import re

import pytest
from playwright.sync_api import expect

from tests.endurance.arena import eventually
from tests.factories import a_draft
from tests.journeys.helpers import SAVED, answer, open_tab, said_of_the_draft, tab

LOOK = """state => {
  Object.defineProperty(document, "visibilityState", { get: () => state, configurable: true });
  document.dispatchEvent(new Event("visibilitychange"));
}"""
# What the server says of the first post stays on its way until it is let through.
SLOW = """() => {
  const { fetch } = window;
  window.fetch = async (...asked) => {
    window.fetch = fetch;
    const said = await fetch(...asked);
    await new Promise((arrive) => (window.arrive = arrive));
    return said;
  };
}"""


@pytest.fixture
def draft(site):
    return a_draft()


@pytest.fixture
def page(site, context, draft):
    """A tab looked away from and back to: what was typed is kept, its page does not know yet."""
    page = open_tab(context, site, draft)
    page.clock.install()
    page.evaluate(SLOW)
    answer(page, "Numéro et voie", "2 rue du Bois")
    page.evaluate(LOOK, "hidden")
    page.evaluate(LOOK, "visible")
    page.wait_for_function("() => window.arrive")
    answer(page, "Téléphone mobile", "06 39 98 56 78")
    return page


def test_what_is_typed_next_is_kept(page, draft):
    page.clock.fast_forward("00:03")
    page.evaluate("arrive()")
    said_of_the_draft(page).to_have_text(SAVED)
    page.clock.fast_forward("00:03")

    eventually(lambda: kept(draft) == ("2 rue du Bois", "06 39 98 56 78"))
    said_of_the_draft(page).to_have_text(SAVED)


def test_next_waits_says_so_and_leads_on(page, draft):
    button = page.get_by_role("button", name=re.compile("Suivant|Un instant")).last
    button.click()
    button.click(force=True)
    expect(button).to_have_text("Un instant…")
    expect(button).to_have_attribute("aria-disabled", "true")

    page.evaluate("arrive()")
    page.wait_for_url("**/informations")

    assert tab(page) == "Informations candidature"
    assert kept(draft) == ("2 rue du Bois", "06 39 98 56 78")


def kept(draft):
    typed = draft.answers.get(section="identification").answers
    return typed["address_1"], typed["mobile"]
