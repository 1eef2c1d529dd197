"""Who may register: each kind of rule, accepted and refused."""

import datetime as dt

import pytest

from sporades.exams.rules import Breach, residence, texts
from sporades.exams.rules.candidacy import (
    colouring,
    diplomas,
    experience,
    national_service,
    zones,
)
from sporades.exams.rules.eligibility import conditions, refusals
from sporades.exams.schema.conditions import Condition
from sporades.exams.schema.eligibility import Residence, ResidenceRule
from tests.exams.facts import marin


def test_one_who_meets_every_rule_is_not_refused(exam):
    assert refusals(exam, marin()) == []


def test_one_who_is_too_young_is_told_the_rule_and_its_text(exam):
    young = marin(birth_date=dt.date(2010, 1, 1))

    assert refusals(exam, young) == [
        Breach(
            "AGE",
            "birth_date",
            "Il faut avoir 18 ans le 31 décembre 2027. (Règle : Code des essais, article 4.)",
        )
    ]


def test_who_may_register_is_said_as_conditions_never_as_refusals(exam):
    age, *others = exam.eligibility
    said = exam.model_copy(
        update={"eligibility": (age.model_copy(update={"condition": "Avoir 18 ans"}), *others)}
    )

    everybody, *_ = conditions(said)

    assert everybody.asked == ("Avoir 18 ans", *(rule.reference for rule in others))
    assert conditions(exam)[0].asked[0] == "Code des essais, article 4"


def test_a_condition_of_one_category_is_said_of_it_alone(exam):
    age, *others = exam.eligibility
    first, second, *_ = exam.categories
    of_the_first = Condition(categorie=(first.code,))
    of_some = Condition(categorie=(first.code,), handicap=True)
    rules = (
        age.model_copy(update={"condition": "Avoir 18 ans", "when": of_the_first}),
        age.model_copy(update={"condition": "Avoir un papier", "when": of_some}),
        *others,
    )

    found = conditions(exam.model_copy(update={"eligibility": rules}))

    asked = {one.category: one.asked for one in found}
    own = tuple(rule.condition or rule.reference for rule in second.eligibility)
    assert asked.get("", ()) == tuple(rule.reference for rule in others)
    assert asked[first.label][:2] == ("Avoir 18 ans", "Selon votre situation : Avoir un papier")
    assert len(asked[second.label]) == len(own)


def test_who_may_register_says_each_category_once_and_nothing_that_the_page_says(exam):
    found = conditions(exam)

    assert [(one.category, one.meaning) for one in found] == [
        ("", ""),
        *((category.label, category.meaning) for category in exam.categories),
    ]
    told = [words for one in found for words in one.asked]
    refused = [rule.message for rule in exam.eligibility]
    refused += [rule.message for category in exam.categories for rule in category.eligibility]
    assert not set(told) & set(refused)
    assert exam.exclusive.reference not in " ".join(told)


def test_a_reference_that_names_no_text_is_not_said_after_what_it_says_again(exam):
    age, *others = exam.eligibility
    said = exam.model_copy(
        update={"eligibility": (age.model_copy(update={"reference": "18 ans en 2027"}), *others)}
    )

    [breach] = refusals(said, marin(birth_date=dt.date(2010, 1, 1)))

    assert breach.message == "Il faut avoir 18 ans le 31 décembre 2027."


@pytest.mark.parametrize(
    ("when", "asked", "is_waivable"),
    [
        ({"categorie": ("INDIVIDUEL",)}, {}, True),
        ({"reponse": {"question": "taille", "egal": "L"}}, {}, True),
        ({"handicap": True}, {}, False),
        ({"un_de": ({"handicap": True}, {"diplome": ("CAP",)})}, {}, False),
        ({"reponse": {"question": "taille", "egal": "L"}}, {"handicap": True}, False),
    ],
)
def test_no_derogation_is_granted_to_a_rule_that_would_tell_of_a_handicap(
    exam, when, asked, is_waivable
):
    age, *others = exam.eligibility
    of_some = {"when": Condition(**when), "is_waivable": True}
    questions = [
        one.model_copy(update={"when": Condition(**asked)}) if one.code == "taille" else one
        for one in exam.questions
    ]
    rules = (age.model_copy(update=of_some), *others)
    ours = exam.model_copy(update={"eligibility": rules, "questions": tuple(questions)})

    [breach] = refusals(ours, marin(birth_date=dt.date(2010, 1, 1), has_disability=True))

    assert breach.is_waivable is is_waivable


@pytest.mark.parametrize(
    ("reference", "is_named"),
    [
        ("code de l'éducation, art. D. 337-150", True),
        ("arrêté du 17 avril 2025", True),
        ("Règlement du brevet (illustratif)", True),
        ("une seule spécialité de CAP par session", False),
        ("illustratif", False),
        ("", False),
        (None, False),
    ],
)
def test_a_reference_is_named_where_it_is_a_text_that_one_may_look_up(reference, is_named):
    assert texts.names_a_text(reference) is is_named


@pytest.mark.parametrize(
    ("facts", "refused"),
    [
        ({"years_of_experience": 3}, False),
        ({"years_of_experience": 2}, True),
        ({"years_of_experience": None}, True),
        ({"years_of_experience": 0, "diplomas": frozenset({"CAP"})}, False),
        ({"years_of_experience": 0, "diplomas": frozenset({"TITRE5"})}, True),
    ],
)
def test_experience_or_a_diploma_opens_the_exam(exam, facts, refused):
    found = [breach.rule for breach in refusals(exam, marin(**facts))]

    assert found == (["EXPERIENCE"] if refused else [])


def test_the_rule_of_a_category_is_for_this_category_alone(exam):
    apprentice = marin(category="APPRENTI", years_of_experience=None)

    assert refusals(exam, apprentice) == []


def test_every_rule_that_is_not_met_is_told(exam):
    nobody = marin(birth_date=None, years_of_experience=None)

    assert [breach.rule for breach in refusals(exam, nobody)] == ["AGE", "EXPERIENCE"]


# --- What is asked of whom ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("birth_date", "nationality", "asked"),
    [
        (dt.date(2010, 11, 1), "99100", True),
        (dt.date(2010, 11, 2), "99100", False),
        (dt.date(2001, 11, 2), "99100", True),
        (dt.date(2001, 11, 1), "99100", False),
        (dt.date(2008, 1, 1), "99109", False),
        (None, "99100", False),
    ],
)
def test_national_service_is_asked_by_age_and_nationality(exam, birth_date, nationality, asked):
    facts = marin(birth_date=birth_date, nationality=nationality)

    assert (national_service(exam, facts) is not None) is asked


def test_zones_are_those_of_the_academy(exam):
    assert [zone.code for zone in zones(exam, "A09")] == ["NORD", "PAS-DE-CALAIS"]
    assert zones(exam, "A28") == []


def test_the_qualification_asks_what_the_category_calls_for(exam):
    assert experience(exam, marin()) is exam.qualification.experience
    assert experience(exam, marin(category="APPRENTI")) is None
    assert diplomas(exam, marin()) is exam.qualification.diplomas
    assert colouring(exam, marin()) is None


# --- Residence ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("home", "there"),
    [
        ("A09", "A09"),
        # Paris and Créteil register with Versailles.
        ("A01", "A25"),
        ("A24", "A25"),
        ("A25", "A25"),
    ],
)
def test_one_registers_where_one_lives(exam, home, there):
    assert residence.registering_academy(exam.residence, home) == there


@pytest.mark.parametrize(
    ("country", "there"),
    # Attached to La Réunion; of all others, only Lille registers.
    [("99350", ("A28",)), ("99351", ("A28",)), ("99131", ("A09",))],
)
def test_who_lives_abroad_registers_where_their_country_is_attached(exam, country, there):
    assert residence.abroad_for(exam.residence, country) == there


def test_the_academy_may_be_free(exam):
    assert residence.is_free(Residence(regle=ResidenceRule.CHOICE))
    assert not residence.is_free(exam.residence)


# --- One registration a session ------------------------------------------------------------------


def test_the_scope_of_the_only_registration_is_the_exam_or_the_domain(regulation, change):
    from sporades.exams.checking import checked
    from tests.exams.conftest import ZONES

    _, wide, _ = checked(change("dans: examen", "dans: domaine"), zones=ZONES)
    _, free, _ = checked(
        change(
            "    inscription_unique:\n      dans: examen\n      reference: Code des essais, article 2\n"
            "      message: Vous êtes déjà inscrit dans une autre spécialité de cette session.\n",
            "",
        ),
        zones=ZONES,
    )

    assert regulation.exclusive_scope(regulation.exam("BREVET")) == "ESSAI/2027/BREVET"
    assert wide.exclusive_scope(wide.exam("BREVET")) == "ESSAI/2027"
    assert free.exclusive_scope(free.exam("BREVET")) == ""


def test_the_longest_scope_fits_the_column_of_registrations():
    longest_code = 16
    assert 3 * longest_code + 2 <= 60
