"""A browser closed half way loses nothing."""

from tests.factories import a_draft
from tests.journeys.helpers import SAVED, answers, said_of_the_draft, signed_in, tab
from tests.web.browser import follow


def test_a_browser_closed_half_way_loses_nothing(site, browser):
    draft = a_draft(identification={"address_1": None, "postcode": None, "town": None})
    here = browser.new_context()
    page = signed_in(here, site, draft.candidate)
    page.clock.install()
    page.goto(f"{site}/inscription/{draft.pk}/identification")

    answers(page, {"Numéro et voie": "3 quai du Wault", "Code postal": "590"})
    said_of_the_draft(page).to_have_text("Nous gardons votre saisie…")
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
