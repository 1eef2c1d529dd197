"""Where, and for whom, a file leaves no choice."""

import pytest

from sporades.exams.checking.possible import faults
from sporades.exams.schema import Exam
from tests.exams.possible import CATEGORIES, E1, E2, FORMS, an_exam, labelled

NEVER_BOTH = {"type": "exclusion", "epreuves": ["E1", "E2"]}


def said(exam: Exam) -> list[str]:
    return [fault.message for fault in faults(exam, ())]


def told_of(exam: Exam) -> list[str]:
    """Return what nobody can do, and where, without the reason."""
    return [message.partition(" : ")[0] for message in said(exam)]


def test_what_holds_everywhere_is_told_once():
    exam = an_exam(E1, E2, rules=[NEVER_BOTH], categories=CATEGORIES)

    assert told_of(exam) == ["Personne ne peut s'inscrire"]


def test_what_depends_on_the_category_is_told_of_that_category():
    only = {**E2, "si": {"categorie": ["APPRENTI"]}}
    exam = an_exam(E1, only, rules=[NEVER_BOTH], categories=CATEGORIES)

    assert told_of(exam) == ["Personne ne peut s'inscrire dans la catégorie « APPRENTI »"]


def test_what_depends_on_the_speciality_and_the_form_is_told_of_both():
    exam = an_exam(
        E1,
        {**E2, "specialites": ["MER", "CIEL"]},
        {"code": "E3"},
        rules=[NEVER_BOTH],
        specialites=labelled("MER", "CIEL", "TERRE"),
        formes_de_passage=FORMS,
    )

    assert told_of(exam) == [
        (
            "Personne ne peut s'inscrire dans les spécialités « MER » et « CIEL », "
            "avec la forme de passage « GLOBALE »"
        )
    ]


@pytest.mark.parametrize(
    "condition",
    [
        {"handicap": True},
        {"diplome": ["CAP"]},
        {"sauf": {"academie": ["A09"]}},
        {"un_de": [{"categorie": ["INCONNUE"]}, {"age": {"minimum": 18}}]},
    ],
)
def test_what_depends_on_anything_else_has_the_benefit_of_the_doubt(condition):
    maybe = {**E2, "si": condition}

    assert (
        said(an_exam(E1, maybe, rules=[{"type": "dependance", "epreuve": "E1", "demande": ["E2"]}]))
        == []
    )


def test_an_epreuve_that_is_not_offered_to_all_may_yet_be_one_that_nobody_can_choose():
    maybe = {**E2, "si": {"handicap": True}}

    assert told_of(an_exam(E1, maybe, rules=[NEVER_BOTH])) == ["« E2 » ne peut jamais être choisie"]


def test_a_situation_that_eligibility_closes_to_everybody_is_not_looked_at():
    only = {**E2, "si": {"categorie": ["APPRENTI"]}}
    closed = [
        {
            "code": "A",
            "reference": "article",
            "message": "Non.",
            "exige": {"categorie": ["INDIVIDUEL"]},
        }
    ]

    exam = an_exam(E1, only, rules=[NEVER_BOTH], categories=CATEGORIES, recevabilite=closed)

    assert said(exam) == []


def test_a_group_too_small_for_a_category_is_told():
    group = {"code": "G", "minimum": 2, "maximum": 2}
    small = [{**E1, "groupe": "G"}, {**E2, "groupe": "G", "si": {"categorie": ["APPRENTI"]}}]

    assert said(an_exam(*small, groups=[group], categories=CATEGORIES)) == [
        (
            "Personne ne peut s'inscrire dans la catégorie « INDIVIDUEL » : le groupe « G » "
            "(deux épreuves parmi « E1 ») s'y oppose. Changez-le."
        )
    ]


def test_a_group_that_may_not_be_offered_at_all_is_accepted():
    group = {"code": "G", "minimum": 1, "maximum": 1}
    maybe = {**E2, "groupe": "G", "si": {"handicap": True}}
    rules = [NEVER_BOTH, {"type": "exclusion", "epreuves": ["E2", "E3"]}]

    assert told_of(an_exam(E1, maybe, {"code": "E3"}, groups=[group], rules=rules)) == [
        "« E2 » ne peut jamais être choisie"
    ]


@pytest.mark.parametrize(
    "way_out",
    [
        {"dispenses": [{"motif": "Diplôme", "diplomes": ["CAP"]}]},
        {"benefice": {"seuil": 10, "annees": 5}},
    ],
)
def test_the_same_option_demanded_twice_is_told_unless_one_need_not_be_sat(way_out):
    swims = {"libelle": "Activité", "choix": labelled("NAGE")}
    differ = {"type": "options_differentes", "epreuves": ["E1", "E2"]}
    one, two = {**E1, "options": swims}, {**E2, "options": swims}

    assert said(an_exam(one, two, rules=[differ])) == [
        (
            "Personne ne peut s'inscrire : l'épreuve obligatoire « E1 », l'épreuve obligatoire « E2 » "
            "et la règle « R1 » (options différentes dans « E1 » et « E2 ») se contredisent. "
            "Changez l'un d'eux."
        )
    ]
    assert said(an_exam(one, {**two, **way_out}, rules=[differ])) == []


def test_a_form_that_leaves_nothing_to_another_session_is_told():
    alone = an_exam(E1, formes_de_passage=FORMS)

    assert [(fault.path, fault.rule) for fault in faults(alone, ())] == [
        (("formes_de_passage", 1), "forme_impossible")
    ]
    assert told_of(alone) == [
        "Personne ne peut s'inscrire avec la forme de passage « PROGRESSIVE »"
    ]
    assert said(an_exam(E1, E2, formes_de_passage=FORMS)) == []
