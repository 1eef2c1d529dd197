"""A question is shown when the answer that it depends on calls for it."""

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


def test_a_kept_mark_is_asked_of_whoever_keeps_it(site, context):
    draft = a_draft(a_candidate())
    page = signed_in(context, site, draft.candidate)
    page.goto(f"{site}/inscription/{draft.pk}/epreuves")
    mark = page.get_by_label("Note obtenue")
    assert mark.is_hidden()

    answer(page, "Français > Statut", "Bénéfice")
    assert mark.is_visible()
    answer(page, "Français > Statut", "Inscrit")

    assert mark.is_hidden()
