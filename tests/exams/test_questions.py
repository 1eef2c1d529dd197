"""Extra questions: asked or not, answers that count or no longer count."""

import pytest

from sporades.exams.rules.questions import asked, counted
from tests.exams.facts import marin

ALWAYS = ["devise", "parcours", "permis", "taille", "materiel"]


@pytest.mark.parametrize(
    ("answers", "more"),
    [
        ({}, set()),
        ({"permis": False}, set()),
        ({"permis": True}, {"milles"}),
        ({"permis": True, "milles": 99}, {"milles"}),
        ({"permis": True, "milles": 100}, {"milles", "delivre_le"}),
        # An answer left from before does not bring back what depends on it.
        ({"permis": False, "milles": 500}, set()),
    ],
)
def test_a_question_is_asked_when_its_condition_holds(exam, answers, more):
    found = [question.code for question in asked(exam, marin(answers=answers))]

    assert set(found) == {*ALWAYS, *more}
    assert found == [question.code for question in exam.questions if question.code in found]


def test_the_answer_to_a_question_no_longer_asked_does_not_count(exam):
    facts = marin(
        answers={"permis": False, "milles": 500, "delivre_le": "2020-01-01", "taille": "S"}
    )

    assert counted(exam, facts).answers == {"permis": False, "taille": "S"}


def test_the_situation_towards_national_service_counts(exam):
    facts = marin(answers={"service_national": "JDC"})

    assert counted(exam, facts).answers == {"service_national": "JDC"}


def test_every_type_of_question_exists(exam):
    assert {question.kind for question in exam.questions} == {
        "texte",
        "texte_long",
        "oui_non",
        "nombre",
        "date",
        "choix",
        "choix_multiple",
    }
