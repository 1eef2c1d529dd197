"""What is typed is kept as it is typed, and found again in another browser."""

from playwright.sync_api import expect

from tests.endurance.arena import eventually
from tests.factories import a_candidate, a_draft
from tests.journeys.helpers import answer, answers, press, signed_in, tab
from tests.web.browser import follow

SAVED = "Brouillon enregistré à 10 h 30 (heure de Paris)."


def said_of_the_draft(page):
    return expect(page.locator("[data-autosave-said]"))


def test_a_browser_closed_half_way_loses_nothing(site, browser):
    draft = a_draft(identification={"address_1": None, "postcode": None, "town": None})
    here = browser.new_context()
    page = signed_in(here, site, draft.candidate)
    page.clock.install()
    page.goto(f"{site}/inscription/{draft.pk}/identification")

    answers(page, {"Numéro et voie": "3 quai du Wault", "Code postal": "590"})
    said_of_the_draft(page).to_have_text("Modifications en cours d'enregistrement…")
    page.clock.fast_forward("00:03")
    said_of_the_draft(page).to_have_text(SAVED)
    here.close()

    elsewhere = browser.new_context()
    page = signed_in(elsewhere, site, draft.candidate)
    page.goto(f"{site}/mes-inscriptions")
    follow(page.get_by_role("link", name="Reprendre ma saisie"))
    assert tab(page) == "Identification"
    assert page.get_by_label("Numéro et voie").input_value() == "3 quai du Wault"
    assert page.get_by_label("Code postal").input_value() == "590"
    elsewhere.close()


def test_a_page_that_is_left_sends_what_it_holds(site, context):
    draft = a_draft(a_candidate())
    page = signed_in(context, site, draft.candidate)
    page.goto(f"{site}/inscription/{draft.pk}/identification")

    answer(page, "Numéro et voie", "3 quai du Wault")
    page.goto(f"{site}/accueil")

    eventually(lambda: street(draft) == "3 quai du Wault")


def street(draft):
    return draft.answers.get(section="identification").answers["address_1"]


def test_without_network_what_is_typed_waits_on_the_page(site, context):
    draft = a_draft(a_candidate())
    page = signed_in(context, site, draft.candidate)
    page.clock.install()
    page.goto(f"{site}/inscription/{draft.pk}/identification")

    context.set_offline(True)
    answer(page, "Numéro et voie", "3 quai du Wault")
    page.clock.fast_forward("00:03")
    said_of_the_draft(page).to_have_text(
        "Pas de réseau : votre saisie reste sur cette page, nous réessayons."
    )
    context.set_offline(False)
    page.clock.fast_forward("01:00")
    said_of_the_draft(page).to_have_text(SAVED)
    press(page, "Suivant")

    assert tab(page) == "Informations candidature"
