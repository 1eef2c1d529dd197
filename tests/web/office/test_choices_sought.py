"""« Combien passent l'espagnol ? Qui ? »: options and answers are sought, by an index."""

import pytest
from django.db import connection

from sporades.accounts.permissions import Perimeter, Reach
from sporades.exams import operations as exams
from sporades.exams.models import Exam, Paper
from sporades.registrations.models import Registration, RegistrationAnswer
from sporades.searches.catalogue import CRITERIA
from sporades.searches.criteria import Unreadable
from sporades.searches.operators import Operator
from sporades.searches.queries import found, planned_anew
from sporades.searches.trees import Group, Leaf
from sporades.searches.words import in_words
from tests.factories import EVERYWHERE, NOW, OPERATOR, a_registration, load_invented
from tests.measured import measured
from tests.web.guide import seen, words
from tests.web.office.test_search import SEARCH, leaf, numbers, sought
from tests.web.registry.world import source, without_specialities

BRETON = {"statut-F1": "inscrit", "option-F1": "BRETON"}
ELSEWHERE = Reach((Perimeter(None, frozenset({"AUTRE"}), OPERATOR),))


def tree(criterion, operator, value):
    """Return a search by one criterion."""
    return Group(members=(Leaf(CRITERIA[criterion], operator, (value,)),))


def of(criterion, operator, value, reach=EVERYWHERE):
    """Return the registrations that one criterion finds."""
    return set(found(tree(criterion, operator, value), reach=reach))


def listed(criterion, reach=EVERYWHERE):
    """Return the values that may be chosen, by title and label."""
    choices = CRITERIA[criterion].choices(reach)
    return {title: {label: value for value, label in those} for title, those in choices}


def test_who_sits_a_language_is_counted_and_named(manager, in_lille):
    theirs = a_registration(epreuves=BRETON)

    page = sought(manager, leaf("g-1", "option", "inscrit", "BRETON"), colonnes=["options"])

    assert numbers(page) == [theirs.number]
    assert page.context["count"] == 1
    assert "Option d'une épreuve : inscrit « Breton »" in words(seen(page))
    assert "Langue facultative : Breton" in page.context["lines"][0]["cells"][1]


def test_an_option_is_of_one_epreuve_or_of_any_and_of_a_status(invented_exam):
    run, swim = (
        a_registration(epreuves={"option-E3": "COURSE", "statut-E3": "dispense"}),
        a_registration(),
    )
    of_it, other = (Paper.objects.get(code=code).pk for code in ("E3", "F1"))

    assert of("option", Operator.ENTERED, "NAGE") == {swim}
    assert of("option", Operator.ENTERED, f"{of_it}:NAGE") == {swim}
    assert of("option", Operator.ENTERED, f"{other}:NAGE") == set()
    assert of("option", Operator.ENTERED, "COURSE") == set()
    assert of("option", Operator.DISPENSED, "COURSE") == {run}
    assert of("option", Operator.ENTERED, "NAGE", ELSEWHERE) == set()


def test_an_epreuve_is_sought_by_what_was_chosen_of_it(invented_exam):
    spared, swims = (
        a_registration(epreuves={"option-E3": "COURSE", "statut-E3": "dispense"}),
        a_registration(),
    )
    sport, other = (Paper.objects.get(code=code).pk for code in ("E3", "E1"))

    assert of("epreuve", Operator.DISPENSED, str(sport)) == {spared}
    assert of("epreuve", Operator.ENTERED, str(sport)) == {swims}
    assert of("epreuve", Operator.ENTERED, str(other)) == {spared, swims}
    assert of("epreuve", Operator.DISPENSED, str(other)) == set()


def test_options_are_listed_whatever_the_epreuve_then_by_exam(invented_exam):
    sport = Paper.objects.get(code="E3").pk
    everywhere, exam = "Quelle que soit l'épreuve", "Brevet d'essai, session 2027"

    all_of_them = listed("option")

    assert [*all_of_them] == [everywhere, exam]
    assert all_of_them[everywhere] == {
        "Anglais": "ANGLAIS",
        "Breton": "BRETON",
        "Course": "COURSE",
        "Nage": "NAGE",
    }
    assert all_of_them[exam]["Éducation physique et sportive (U3) : Nage"] == f"{sport}:NAGE"
    assert listed("option", ELSEWHERE) == listed("question", ELSEWHERE) == {}


def test_an_option_that_is_offered_no_more_is_still_sought(invented_exam):
    theirs = a_registration(epreuves=BRETON)
    load_invented((", {code: BRETON, libelle: Breton}", ", {code: CORSE, libelle: Corse}"))

    [everywhere, of_exam] = listed("option").values()

    assert everywhere["Breton (n'est plus en vigueur)"] == "BRETON"
    gone = of_exam["Langue facultative : Breton (n'est plus en vigueur)"]
    assert of("option", Operator.ENTERED, gone) == {theirs}


def test_an_answer_is_sought_alone_or_among_several(invented_exam):
    red = a_registration()
    blue = a_registration(
        supplementaires={
            "q-equipe": "BLEU",
            "q-sports": ["VOILE", "AVIRON"],
            "q-permis": "oui",
            "q-permis_numero": "X1",
        }
    )
    [answers] = listed("question").values()

    assert of("question", Operator.IS, answers["Équipe : Rouge"]) == {red}
    assert of("question", Operator.IS_NOT, answers["Équipe : Rouge"]) == {blue}
    assert of("question", Operator.IS, answers["Sports pratiqués : Aviron"]) == {blue}
    assert of("question", Operator.IS, answers["Sports pratiqués : Natation"]) == set()
    assert of("question", Operator.IS, answers["Avez-vous le permis bateau ? Oui"]) == {blue}
    assert of("question", Operator.IS, answers["Numéro du permis : une réponse"]) == {blue}
    assert of("question", Operator.IS_NOT, answers["Numéro du permis : une réponse"]) == {red}
    sailing = tree("question", Operator.IS, answers["Sports pratiqués : Voile"])
    assert in_words(sailing, reach=EVERYWHERE) == [
        "Réponse à une question de l'examen : « Sports pratiqués : Voile »"
    ]


def test_an_answer_is_of_its_exam_alone(invented_exam):
    theirs = a_registration()
    exams.load(source(without_specialities()), by=OPERATOR, at=NOW)
    a_registration(exam="BS", speciality="")
    exam = Exam.objects.get(code="BE").pk

    assert of("question", Operator.IS, f"{exam}:equipe:ROUGE") == {theirs}
    assert of("question", Operator.IS_NOT, f"{exam}:equipe:BLEU") == {theirs}


def test_what_only_those_who_declared_a_handicap_are_asked_is_not_sought(db):
    load_invented(("libelle: Votre projet,", "libelle: Votre projet, si: {handicap: oui},"))
    a_registration(informations={"has_disability": "oui"}, supplementaires={"q-projet": "Naviguer"})
    [answers] = listed("question").values()
    exam = Exam.objects.get(code="BE").pk

    assert "Numéro du permis : une réponse" in answers
    assert "Votre projet : une réponse" not in answers
    assert of("question", Operator.IS, f"{exam}:projet:") == set()


@pytest.mark.parametrize(
    ("criterion", "operator", "value"),
    [
        ("option", Operator.ENTERED, ""),
        ("option", Operator.ENTERED, "5:"),
        ("option", Operator.ENTERED, "x:NAGE"),
        ("question", Operator.IS, ""),
        ("question", Operator.IS, "x:equipe:ROUGE"),
        ("question", Operator.IS, "1"),
    ],
)
def test_what_is_of_no_list_is_told_at_its_box(criterion, operator, value):
    with pytest.raises(Unreadable):
        tree(criterion, operator, value).condition()


def test_what_is_asked_of_an_option_is_the_choice_of_the_candidate(manager):
    page = manager.post(SEARCH, {"g-lien": "et", "g-ajout": "option", "faire": "ajouter:g"})

    [criterion] = seen(page).cssselect(".s-criterion")
    assert [words(one) for one in criterion.cssselect("label")] == ["Choix du candidat", "Option"]


def test_options_and_answers_are_asked_of_an_index(in_lille):
    exam = Exam.objects.get(code="BE").pk
    RegistrationAnswer.objects.bulk_create(
        RegistrationAnswer(registration=in_lille, question=f"autre_{place}", value="non")
        for place in range(2_000)
    )
    for criterion, operator, value, index in (
        ("option", Operator.ENTERED, "NAGE", "epreuve_by_option"),
        ("question", Operator.IS, f"{exam}:equipe:ROUGE", "answer_by_question"),
    ):
        with planned_anew(), connection.cursor() as cursor:
            measured("registrations_registrationanswer", "registrations_registrationpaper")
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute("SET LOCAL enable_nestloop = off")  # as where many are looked for
            condition = tree(criterion, operator, value).condition()
            plan = Registration.objects.filter(condition).explain()

        assert index in plan
