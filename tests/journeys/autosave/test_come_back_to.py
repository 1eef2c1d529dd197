"""« Retour » of the browser: a field filled again with an older answer sends it nowhere."""

import pytest
from playwright.sync_api import expect

from tests.endurance.arena import eventually
from tests.factories import a_draft
from tests.journeys.autosave.test_a_page_left import street
from tests.journeys.helpers import SAVED, answer, press, said_of_the_draft, signed_in

OLDER, NEWER = "1 rue du Port", "2 rue du Bois"
# As Firefox does of a hidden field that a script has changed.
FILLS_IN = """document.addEventListener("readystatechange", () => {
  const revision = document.querySelector("[name=revision]");
  if (document.readyState === "interactive" && revision) revision.value = %s;
});"""


@pytest.mark.parametrize("field", ["", "#id_mobile"])
def test_a_page_come_back_to_shows_what_was_answered_last_and_sends_nothing_older(
    site, context, field
):
    draft = a_draft()
    here = f"{site}/inscription/{draft.pk}/identification"
    page = signed_in(context, site, draft.candidate)
    page.goto(f"{here}{field}")
    answer(page, "Numéro et voie", OLDER)
    press(page, "Suivant")
    press(page, "Précédent")
    answer(page, "Numéro et voie", NEWER)
    press(page, "Suivant")

    for _ in range(3):
        page.go_back()

    expect(page.get_by_label("Numéro et voie")).to_have_value(NEWER)
    assert page.url == here
    page.goto(f"{site}/accueil")
    page.goto(here)
    expect(page.get_by_label("Numéro et voie")).to_have_value(NEWER)
    assert street(draft) == NEWER


def test_what_never_reached_the_server_is_still_there_and_is_sent(site, context):
    draft = a_draft()
    here = f"{site}/inscription/{draft.pk}/identification"
    page = signed_in(context, site, draft.candidate)
    page.goto(here)
    # What a page sends as it is left no test can stop: its network is down before.
    page.evaluate("() => { window.fetch = () => Promise.reject(new TypeError('network')); }")
    answer(page, "Numéro et voie", NEWER)
    page.goto(f"{site}/accueil")
    assert street(draft) != NEWER

    page.go_back()

    expect(page.get_by_label("Numéro et voie")).to_have_value(NEWER)
    eventually(lambda: street(draft) == NEWER)


def test_a_page_come_back_to_goes_on_from_what_was_sent_and_is_no_other_window(site, context):
    draft = a_draft()
    page = signed_in(context, site, draft.candidate)
    page.goto(f"{site}/inscription/{draft.pk}/identification")
    answer(page, "Numéro et voie", OLDER)
    said_of_the_draft(page).to_have_text(SAVED, timeout=30_000)
    page.add_init_script(FILLS_IN % page.locator("[name=revision]").input_value())
    answer(page, "Numéro et voie", NEWER)
    press(page, "Suivant")

    page.go_back()

    answer(page, "Appartement, étage, bâtiment", "Escalier B")
    said_of_the_draft(page).to_have_text(SAVED, timeout=30_000)
    assert street(draft) == NEWER
