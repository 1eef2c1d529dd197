"""Extra questions: asked or not, answers that count or no longer count."""

import datetime as dt

import pytest

from sporades.exams.checking import checked
from sporades.exams.rules.questions import asked, counted
from tests.exams.conftest import ZONES
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


def test_the_situation_towards_national_service_counts_where_it_is_asked(exam):
    young = marin(birth_date=dt.date(2008, 1, 1), answers={"service_national": "JDC"})
    older = marin(answers={"service_national": "JDC"})

    assert counted(exam, young).answers == {"service_national": "JDC"}
    assert counted(exam, older).answers == {}


def test_what_a_category_is_not_asked_does_not_count(exam):
    assert counted(exam, marin(years_of_experience=5)).years_of_experience == 5
    assert (
        counted(exam, marin(category="APPRENTI", years_of_experience=5)).years_of_experience is None
    )


def test_a_diploma_counts_where_one_is_asked(exam, change):
    holder = marin(diplomas=frozenset({"CAP"}))
    source = change(
        "libelle: Diplôme présenté\n",
        "libelle: Diplôme présenté\n        si: {categorie: [APPRENTI]}\n",
    )
    narrowed = checked(source, zones=ZONES)[1].exam("BREVET")

    assert counted(exam, holder).diplomas == {"CAP"}
    assert counted(narrowed, holder).diplomas == set()


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
