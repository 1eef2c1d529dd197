"""Whoever begins at « Aller au contenu » hears what is to be corrected, as everybody does."""

import re

import pytest
from playwright.sync_api import expect

from tests.journeys.helpers import press

SUMMARY = "[data-error-summary] [tabindex]"


def test_a_skip_link_leaves_nothing_in_the_address(site, page):
    page.goto(f"{site}/creer-mon-compte")

    page.keyboard.press("Tab")
    page.keyboard.press("Enter")

    expect(page.locator("main")).to_be_focused()
    assert page.url == f"{site}/creer-mon-compte"


@pytest.mark.parametrize("part", ["contenu", "menu"])
def test_what_is_to_be_corrected_is_said_wherever_the_address_led(site, page, part):
    page.goto(f"{site}/creer-mon-compte#{part}")

    press(page, "Créer mon compte")

    expect(page.locator(SUMMARY)).to_be_focused()
    expect(page).to_have_url(re.compile(r"/creer-mon-compte$"))
