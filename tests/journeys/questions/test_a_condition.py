"""A question comes and goes with the answer that calls for it."""

from tests.factories import a_candidate, a_draft, load_invented
from tests.journeys.helpers import answer, open_tab, press, signed_in, tab


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


def test_what_an_answer_out_of_sight_called_for_goes_with_it(site, context):
    load_invented(
        (
            "{code: sports, type: choix_multiple, libelle: Sports pratiqués, obligatoire: false, maximum: 2,",
            "{code: sports, type: choix, libelle: Sports pratiqués, si: {reponse: {question: permis, egal: true}},",
        ),
        (
            "{code: projet, type: texte_long, libelle: Votre projet, obligatoire: false}",
            "{code: projet, type: texte_long, libelle: Votre projet, si: {reponse: {question: sports, egal: VOILE}}}",
        ),
    )
    draft = a_draft(
        supplementaires={
            "q-permis": "oui",
            "q-permis_numero": "12",
            "q-sports": "VOILE",
            "q-projet": "Traverser la Manche.",
        }
    )
    page = open_tab(context, site, draft, "supplementaires")
    project = page.get_by_label("Votre projet")
    assert project.is_visible()

    answer(page, "Avez-vous le permis bateau ?", "Non")
    assert project.is_hidden()
    answer(page, "Avez-vous le permis bateau ?", "Oui")
    assert project.input_value() == "Traverser la Manche."
    answer(page, "Avez-vous le permis bateau ?", "Non")
    press(page, "Suivant")

    assert tab(page) == "Épreuves"
