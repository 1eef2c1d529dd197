"""Which answers a page looks at to show the question that they call for: the choices of this tab alone."""

import pytest

from sporades.registrations.dossier import dossier_of
from sporades.registrations.sections.extra import EXTRA
from tests.factories import NOW, a_draft, load_invented

PLAN = "{code: projet, type: texte_long, libelle: Votre projet,"
TEAM = "code: equipe, type: choix, libelle: Équipe, choix: [{code: ROUGE, libelle: Rouge}, {code: BLEU, libelle: Bleue}]"


def shown_when(condition, *changes, **answers):
    """Return what is said to the page of a question that is called for so, and whether it is due."""
    load_invented((PLAN, f"{PLAN} si: {{reponse: {{{condition}}}}},"), *changes)
    dossier = dossier_of(a_draft(), day=NOW.date(), answers={"supplementaires": answers})
    form = EXTRA.judged(dossier)
    return form.fields["q-projet"].widget.attrs.get("data-shown-when", ""), form.errors


@pytest.mark.parametrize(
    ("condition", "said"),
    [
        ("question: permis, egal: oui", "q-permis=oui"),
        ("question: permis, egal: non", "q-permis=non"),
        ("question: equipe, egal: ROUGE", "q-equipe=ROUGE"),
        ("question: equipe, parmi: [ROUGE, BLEU]", "q-equipe=ROUGE BLEU"),
        ("question: sports, parmi: [VOILE]", "q-sports=VOILE"),
        ("question: permis, donnee: oui", ""),
        # What is typed is read before it is compared: « 5 janvier 2026 », « 180,0 ».
        ('question: permis_numero, egal: "12"', ""),
        ("question: taille, egal: 180.5", ""),
        ("question: visite, egal: 2026-01-05", ""),
    ],
)
def test_a_page_shows_what_a_choice_calls_for(db, condition, said):
    assert shown_when(condition)[0] == said


@pytest.mark.parametrize(("chosen", "is_refused"), [("75", False), ("59", True)])
def test_a_code_made_of_figures_calls_for_a_question(db, chosen, is_refused):
    of_departments = (
        TEAM,
        TEAM.replace("ROUGE, libelle: Rouge", '"75", libelle: Paris').replace("BLEU", '"59"'),
    )

    said, errors = shown_when(
        'question: equipe, egal: "75"', of_departments, **{"q-equipe": chosen, "q-projet": "x"}
    )

    assert said == "q-equipe=75"
    assert ("q-projet" in errors) is is_refused


@pytest.mark.parametrize(("typed", "is_refused"), [("180,50", False), ("180", True)])
def test_a_number_calls_for_a_question_however_it_is_typed(db, typed, is_refused):
    with_decimals = ("maximum: 250, unite: cm,", "maximum: 250, decimales: 2, unite: cm,")

    _, errors = shown_when(
        "question: taille, egal: 180.5", with_decimals, **{"q-taille": typed, "q-projet": "x"}
    )

    assert ("q-projet" in errors) is is_refused
