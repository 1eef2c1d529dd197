"""A question comes and goes with the answer that calls for it."""

from tests.factories import a_candidate, a_draft
from tests.journeys.helpers import answer, press, signed_in, tab


def test_a_question_comes_and_goes_with_its_condition(site, context):
    draft = a_draft(a_candidate())
    page = signed_in(context, site, draft.candidate)
    page.goto(f"{site}/inscription/{draft.pk}/supplementaires")
    number = page.get_by_label("Numéro du permis")
    assert number.is_hidden()

    answer(page, "Avez-vous le permis bateau ?", "Oui")
    assert number.is_visible()
    number.fill("BX 1234")
    answer(page, "Avez-vous le permis bateau ?", "Non")
    assert number.is_hidden()
    press(page, "Suivant")

    assert tab(page) == "Épreuves"
