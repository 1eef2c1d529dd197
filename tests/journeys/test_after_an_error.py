"""What was corrected after an error is still there when the page is loaded again or come back to."""

import re

from playwright.sync_api import expect

from tests.factories import a_candidate, a_draft
from tests.journeys.helpers import answer, press, signed_in, tab, troubles
from tests.journeys.test_autosave import SAVED, said_of_the_draft


def refused_for_its_postcode(context, site):
    """Show « Identification » once « Suivant » has refused its postcode."""
    draft = a_draft(a_candidate(), identification={"postcode": "590"})
    page = signed_in(context, site, draft.candidate)
    page.clock.install()
    page.goto(f"{site}/inscription/{draft.pk}/identification")
    press(page, "Suivant")
    assert len(troubles(page)) == 1
    assert page.title().startswith("1 erreur\N{NO-BREAK SPACE}: ")
    return page


def test_a_page_loaded_again_after_an_error_keeps_what_was_corrected(site, context):
    page = refused_for_its_postcode(context, site)
    answer(page, "Code postal", "59000")
    page.clock.fast_forward("00:03")
    said_of_the_draft(page).to_have_text(SAVED)

    page.reload()

    assert tab(page) == "Identification"
    assert page.get_by_label("Code postal").input_value() == "59000"
    assert troubles(page) == []
    press(page, "Suivant")
    assert tab(page) == "Informations candidature"


def test_coming_back_to_a_tab_that_was_refused_shows_what_was_corrected(site, context):
    page = refused_for_its_postcode(context, site)
    answer(page, "Code postal", "59000")
    press(page, "Suivant")
    assert tab(page) == "Informations candidature"

    page.go_back()

    expect(page).to_have_url(re.compile("/identification"))
    assert tab(page) == "Identification"
    assert page.get_by_label("Code postal").input_value() == "59000"
    answer(page, "Numéro et voie", "3 quai du Wault")
    press(page, "Suivant")
    assert tab(page) == "Informations candidature"
