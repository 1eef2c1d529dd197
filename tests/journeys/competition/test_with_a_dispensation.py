"""A dispensation stands for a diploma, and has no colouring."""

import pytest
from playwright.sync_api import expect

from tests.factories import a_candidate
from tests.journeys.competition.exam import COLOURING, DIPLOMA, FIRST_TABS, begin, put_in_force
from tests.journeys.helpers import (
    answer,
    go_through,
    press,
    signed_in,
    tab,
    troubles,
)


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_a_dispensation_stands_for_a_diploma_and_has_no_colouring(bare_site, browser, script):
    put_in_force()
    context = browser.new_context(java_script_enabled=script)
    page = begin(signed_in(context, bare_site, a_candidate()), bare_site)
    go_through(page, FIRST_TABS)
    colouring = page.get_by_label(COLOURING)
    expect(colouring).to_be_visible(visible=not script)

    answer(page, DIPLOMA, "Aucun de ceux-là")
    press(page, "Suivant")
    assert tab(page) == "Formation"
    [refusal] = troubles(page)
    assert "Il faut une licence, un diplôme ou titre de même niveau, ou une dispense" in refusal

    answer(page, DIPLOMA, "Parent d'au moins trois enfants")
    press(page, "Suivant")
    assert tab(page) == "Informations supplémentaires"
    context.close()
