"""Coming back to a tab that was refused shows what was corrected."""

import re

from playwright.sync_api import expect

from tests.journeys.after_an_error.refused import refused_for_its_postcode
from tests.journeys.helpers import answer, press, tab


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
