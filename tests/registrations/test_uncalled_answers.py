"""What is typed where no other answer calls for it is refused: nothing is lost without a word."""

import pytest

from sporades.registrations import journey
from sporades.registrations.dossier import dossier_of
from sporades.registrations.sections.extra import EXTRA
from sporades.registrations.sections.papers import PAPERS
from sporades.registrations.sections.qualification import QUALIFICATION
from tests.factories import NOW, a_draft, load_invented

KEPT_ONLY = "Une note n'est gardée qu'avec « Bénéfice » : choisissez ce statut, ou effacez "
NO_MARK, NO_SESSION = f"{KEPT_ONLY}la note.", f"{KEPT_ONLY}l'année."
NEITHER = f"{KEPT_ONLY}la note et l'année."
NO_OPTION = (
    "Ce choix ne compte que si vous passez l'épreuve : choisissez « Inscrit », ou revenez à "
    "« Choisir » dans cette liste."
)
NO_ANSWER = (
    "Cette réponse ne compte que si vous répondez « Oui » à « Avez-vous le permis bateau ? ». "
)
TO_CHANGE = "Effacez-la, ou changez l'autre réponse."
NOT_OF_THIS_DIPLOMA = (
    "Avec ce que vous présentez, cette réponse n'est pas demandée : effacez-la, ou changez votre "
    "choix."
)
OF_BAC = (
    "{libelle: Années d'expérience professionnelle}",
    "{libelle: Années d'expérience professionnelle, si: {diplome: [BAC]}}",
)
A_CHOICE = (
    "{code: sports, type: choix_multiple, libelle: Sports pratiqués, obligatoire: false, maximum: 2,",
    (
        "{code: sports, si: {reponse: {question: permis, egal: true}}, type: choix, "
        "libelle: Sports pratiqués, obligatoire: false,"
    ),
)


def dossier(**changes):
    draft = a_draft(**changes)
    answers = {row.section: row.answers for row in draft.answers.all()}
    return dossier_of(draft, day=NOW.date(), answers=answers)


def said(form):
    return {name: list(messages) for name, messages in form.errors.items()}


@pytest.mark.parametrize(
    ("typed", "refused"),
    [
        ({"note-E1": "12"}, {"note-E1": [NO_MARK]}),
        ({"session-E1": "2024"}, {"session-E1": [NO_SESSION]}),
        ({"note-E1": "12", "session-E1": "2024"}, {"note-E1": [NEITHER], "session-E1": [NEITHER]}),
        ({"note-E1": "douze"}, {"note-E1": [NO_MARK]}),
        ({"note-E1": "0"}, {"note-E1": [NO_MARK]}),
        ({"option-F1": "BRETON"}, {"option-F1": [NO_OPTION]}),
        ({"statut-E3": "dispense"}, {}),
    ],
)
def test_what_a_status_leaves_out_is_refused_at_its_line(typed, refused):
    form = PAPERS.judged(dossier(epreuves=typed))

    assert said(form) == refused


def test_a_mark_and_its_year_under_another_status_are_one_point_to_mend():
    judged = journey.judged(dossier(epreuves={"note-E1": "12", "session-E1": "2024"}))

    assert [(one.section, one.field, one.message) for one in journey.troubles(judged)] == [
        ("epreuves", "note-E1", NEITHER)
    ]


@pytest.mark.parametrize(
    ("answers", "refused"),
    [
        ({"q-permis_numero": "BX 1"}, {"q-permis_numero": [NO_ANSWER + TO_CHANGE]}),
        ({"q-permis_numero": "BX " * 9}, {"q-permis_numero": [NO_ANSWER + TO_CHANGE]}),
        ({"q-permis_numero": " "}, {}),
        ({"q-permis": "oui", "q-permis_numero": "BX 1"}, {}),
        (
            {"q-permis": None, "q-permis_numero": "BX 1"},
            {"q-permis": ["Répondez « Oui » ou « Non »."]},
        ),
    ],
)
def test_a_precision_that_no_answer_asks_is_refused(answers, refused):
    form = EXTRA.judged(dossier(supplementaires=answers))

    assert said(form) == refused


def test_a_button_that_cannot_be_left_is_not_refused_but_said():
    load_invented(A_CHOICE)
    judged = journey.judged(dossier(supplementaires={"q-sports": "VOILE"}))

    assert journey.troubles(judged) == []
    assert [(one.field, one.message) for one in journey.oddities(judged)] == [
        ("q-sports", f"{NO_ANSWER}Elle n'est pas reprise.")
    ]


@pytest.mark.parametrize(
    ("answers", "refused"),
    [
        ({"diploma": "CAP", "experience": "2"}, {"experience": [NOT_OF_THIS_DIPLOMA]}),
        ({"diploma": "CAP", "experience": "deux"}, {"experience": [NOT_OF_THIS_DIPLOMA]}),
        ({"diploma": "CAP", "experience": ""}, {}),
        ({"diploma": "BAC", "experience": "2"}, {}),
        ({"diploma": "", "experience": "2"}, {"diploma": ["Choisissez dans la liste."]}),
    ],
)
def test_what_the_diploma_does_not_call_for_is_refused(answers, refused):
    load_invented(OF_BAC)

    form = QUALIFICATION.judged(dossier(qualification=answers))

    assert said(form) == refused


@pytest.mark.parametrize(
    ("answer", "calling"),
    [
        ("taille, minimum: 150", "répondez 150 au moins à « Votre taille »"),
        ("taille, maximum: 180", "répondez 180 au plus à « Votre taille »"),
        ("taille, minimum: 150, maximum: 180", "répondez entre 150 et 180 à « Votre taille »"),
        ("taille, egal: 172", "répondez 172 à « Votre taille »"),
        ("taille, donnee: true", "répondez à « Votre taille »"),
        ("taille, donnee: false", "ne répondez pas à « Votre taille »"),
        (
            "visite, minimum: 2026-01-01",
            "répondez le 1er janvier 2026 ou après à « Date de votre dernière sortie en mer »",
        ),
    ],
)
@pytest.mark.usefixtures("db", "stopped_clock")
def test_which_number_or_day_calls_for_a_question_is_said_with_it(answer, calling):
    condition = f"si: {{reponse: {{question: {answer}}}}}"
    load_invented(("libelle: Votre projet,", f"libelle: Votre projet, {condition},"))

    form = EXTRA.form_for(dossier())

    assert form.fields["q-projet"].help_text == f"Seulement si vous {calling}."
