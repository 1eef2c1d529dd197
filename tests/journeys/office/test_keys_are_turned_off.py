"""Whoever speaks to the machine turns the keys of a page off: a word that is heard presses nothing."""

import re

from playwright.sync_api import expect

from sporades.accounts.models import Membership
from tests.factories import a_candidate, a_registration
from tests.journeys.helpers import answer, press
from tests.web.browser import follow


def test_the_keys_of_a_page_are_turned_off_for_good_and_on_again(site, enter):
    for first in ("Anne", "Zoé"):
        a_registration(a_candidate(birth_name="Le Goff", first_names=first))
    page = enter("agent@exemple.test", Membership.Role.MANAGER)
    answer(page, "Trouver une inscription", "Le Goff")
    press(page, "Trouver")
    follow(page.locator(".s-table tbody a").first)
    first_file = page.url

    page.get_by_role("button", name="Couper ces touches").click()
    page.keyboard.press("j")
    page.reload()
    page.keyboard.press("j")
    assert page.url == first_file

    page.get_by_role("button", name="Activer les touches").click()
    page.keyboard.press("j")
    page.wait_for_url(re.compile("rang=2"))
    assert page.url != first_file


def test_where_the_browser_keeps_nothing_they_are_turned_off_for_this_page(site, enter):
    for first in ("Anne", "Zoé"):
        a_registration(a_candidate(birth_name="Le Goff", first_names=first))
    page = enter("agent@exemple.test", Membership.Role.MANAGER)
    page.add_init_script("""
        Object.defineProperty(window, "localStorage", {
            get() { throw new DOMException("Refused.", "SecurityError"); },
        });
    """)
    answer(page, "Trouver une inscription", "Le Goff")
    press(page, "Trouver")
    follow(page.locator(".s-table tbody a").first)
    page.get_by_role("button", name="Couper ces touches").click()
    first_file = page.url

    page.keyboard.press("j")
    assert page.url == first_file
    page.get_by_role("button", name="Activer les touches").click()
    page.keyboard.press("j")
    page.wait_for_url(re.compile("rang=2"))


def test_behind_an_open_dialog_no_key_presses(site, enter):
    for first in ("Anne", "Zoé"):
        a_registration(a_candidate(birth_name="Le Goff", first_names=first))
    page = enter("agent@exemple.test", Membership.Role.MANAGER)
    page.clock.install()
    answer(page, "Trouver une inscription", "Le Goff")
    press(page, "Trouver")
    follow(page.locator(".s-table tbody a").first)
    page.get_by_role("button", name="Couper ces touches").wait_for()
    page.evaluate("window.stays = true")
    said = page.locator("body")
    idle, warning = (
        int(said.get_attribute(name)) for name in ("data-session-idle", "data-session-warning")
    )
    page.clock.fast_forward(1_000 * (idle - warning + 10))
    dialog = page.get_by_role("dialog", name="Êtes-vous toujours là ?")
    expect(dialog).to_be_visible()

    page.keyboard.press("j")
    assert page.evaluate("window.stays")
    dialog.get_by_role("button", name="Prolonger ma session").click()
    expect(dialog).to_be_hidden()
    page.keyboard.press("j")
    page.wait_for_url(re.compile("rang=2"))
