"""Communes are suggested as one types, accents or not, among those of the postcode."""

import pytest
from playwright.sync_api import expect

from tests.factories import a_candidate, a_draft
from tests.journeys.helpers import answer, press, signed_in, tab


@pytest.mark.parametrize("typed", ["saint am", "Saint-Am", "st amand les", "SAINT AMAND"])
def test_a_town_is_found_by_its_first_letters(site, context, typed):
    draft = a_draft(a_candidate())
    page = signed_in(context, site, draft.candidate)
    page.goto(f"{site}/inscription/{draft.pk}/identification")
    answer(page, "Code postal", "59230")
    town = page.get_by_label("Commune", exact=True)

    town.clear()
    town.press_sequentially(typed)
    offered = page.get_by_role("listbox", name="Propositions").get_by_role("option")
    expect(offered).to_have_text(["Saint-Amand-les-Eaux (Nord, 59)"])
    offered.first.click()
    assert town.input_value() == "Saint-Amand-les-Eaux"
    press(page, "Suivant")

    assert tab(page) == "Informations candidature"


def test_the_towns_of_a_postcode_are_offered_before_a_letter_is_typed(site, context):
    draft = a_draft(a_candidate(), identification={"postcode": "", "town": ""})
    page = signed_in(context, site, draft.candidate)
    page.goto(f"{site}/inscription/{draft.pk}/identification")
    town = page.get_by_label("Commune", exact=True)

    answer(page, "Code postal", "59230")
    town.focus()

    saint_amand = page.get_by_role("option", name="Saint-Amand-les-Eaux")
    expect(saint_amand).to_have_count(1)
    town.press_sequentially("r")
    expect(saint_amand).to_have_count(0)
    expect(page.get_by_role("option", name="Rosult")).to_have_count(1)


def test_a_town_that_is_picked_is_said_and_what_was_refused_is_no_more(site, context):
    draft = a_draft(a_candidate(), identification={"town": ""})
    page = signed_in(context, site, draft.candidate)
    page.goto(f"{site}/inscription/{draft.pk}/identification")
    answer(page, "Code postal", "59230")
    press(page, "Suivant")
    town = page.get_by_label("Commune", exact=True)
    assert town.get_attribute("aria-invalid") == "true"

    town.press_sequentially("saint am")
    page.get_by_role("option", name="Saint-Amand-les-Eaux").wait_for()
    town.press("ArrowDown")
    town.press("Enter")

    said = page.get_by_text("Saint-Amand-les-Eaux (Nord, 59) choisi.")
    said.wait_for()
    assert said.get_attribute("role") == "status"
    assert town.get_attribute("aria-invalid") == "false"
    assert "Erreur" not in town.evaluate(
        "one => one.getAttribute('aria-describedby').split(' ')"
        ".map((id) => document.getElementById(id)?.textContent).join(' ')"
    )
