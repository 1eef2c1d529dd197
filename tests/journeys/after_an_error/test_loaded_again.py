"""A page loaded again after an error keeps what was corrected."""

from tests.journeys.after_an_error.refused import refused_for_its_postcode
from tests.journeys.helpers import SAVED, answer, press, said_of_the_draft, tab, troubles


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
