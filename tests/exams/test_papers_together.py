"""Épreuves: each rule on several choices, accepted and refused."""

from decimal import Decimal

import pytest

from sporades.exams.rules import Breach
from sporades.exams.rules.papers import Choice, between, breaches
from sporades.exams.schema.papers import Group
from tests.exams.facts import CHOICES, PROGRESSIVE, chosen, marin, told


@pytest.mark.parametrize(
    ("languages", "said"),
    [
        ([], "vous n'en avez choisi aucune"),
        (["LVA"], None),
        (["LVB"], None),
        (["LVA", "LVB"], "vous en avez choisi 2"),
    ],
)
def test_a_group_has_as_many_epreuves_as_it_asks(exam, languages, said):
    choices = {code: choice for code, choice in CHOICES.items() if code != "LVB"}
    choices |= {code: Choice("inscrit") for code in languages}

    found = breaches(exam, marin(), choices)

    message = (
        f"« Une langue vivante au choix » : choisissez une épreuve ; {said} "
        "(Code des essais, article 5)."
    )
    expected = [] if said is None else [Breach("groupe", "groups.LANGUE", message)]
    assert found == expected


@pytest.mark.parametrize(
    ("activities", "found"),
    [
        ([], []),
        (["A1"], []),
        (["A2"], []),
        (["A1", "A3"], []),
        (["A1", "A2"], [("PAS-LES-DEUX", "papers.A2")]),
        (["A3"], [("NUIT", "papers.A3")]),
        (["A2", "A3"], [("NUIT", "papers.A3")]),
        (["A1", "A2", "A3"], [("groupe", "groups.LIBRE"), ("PAS-LES-DEUX", "papers.A2")]),
    ],
)
def test_activities_exclude_or_demand_each_other(exam, activities, found):
    choices = chosen(**{code: {"status": "inscrit"} for code in activities})

    assert told(exam, marin(), choices) == found


def test_an_exclusion_is_told_in_words_of_our_own(exam):
    choices = chosen(A1={"status": "inscrit"}, A2={"status": "inscrit"})

    assert breaches(exam, marin(), choices)[0].message == (
        "« Voile » et « Plongée » ne peuvent pas être choisies ensemble : "
        "n'en gardez qu'une (Code des essais, article 8)."
    )


def test_a_rule_may_have_its_own_words(exam):
    choices = chosen(A3={"status": "inscrit"})

    assert breaches(exam, marin(), choices)[0].message == (
        "La course de nuit ne se fait qu'après la voile. (Règle : Code des essais, article 9.)"
    )


@pytest.mark.parametrize(
    ("mandatory", "optional", "found"),
    [
        ("NAGE", "TIR", []),
        ("VOILE", "NAGE", []),
        ("NAGE", "NAGE", [("SPORTS", "papers.EF.option")]),
    ],
)
def test_the_same_option_is_not_chosen_twice(exam, mandatory, optional, found):
    choices = chosen(
        E5={"status": "inscrit", "option": mandatory}, EF={"status": "inscrit", "option": optional}
    )

    assert told(exam, marin(), choices) == found


def test_an_option_left_on_a_line_not_chosen_does_not_count(exam):
    choices = chosen(
        E5={"status": "inscrit", "option": "NAGE"}, EF={"status": "non_inscrit", "option": "NAGE"}
    )

    assert breaches(exam, marin(), choices) == []


def test_a_progressive_form_leaves_something_to_another_session(exam):
    assert breaches(exam, PROGRESSIVE, chosen(E4={"status": "non_inscrit"})) == []
    (breach,) = breaches(exam, PROGRESSIVE, CHOICES)
    assert (breach.rule, breach.field) == ("forme_de_passage", "passing_form")
    assert breach.message == (
        "Vous avez choisi la forme de passage « Progressive », et vous passez à cette session toutes "
        "les épreuves qui vous restent. Choisissez « Non inscrit » pour celles que vous passerez plus "
        "tard, ou la forme de passage « Globale »."
    )


def test_a_group_may_be_left_to_another_session(exam):
    choices = {code: choice for code, choice in CHOICES.items() if code != "LVB"}

    assert breaches(exam, PROGRESSIVE, choices) == []
    assert told(exam, marin(), choices) == [("groupe", "groups.LANGUE")]


def test_a_kept_mark_with_all_the_rest_sat_is_a_whole_form(exam):
    choices = chosen(E1={"status": "benefice", "mark": Decimal(12), "mark_session": 2026})

    assert breaches(exam, marin(), choices) == []
    assert told(exam, PROGRESSIVE, choices) == [("forme_de_passage", "passing_form")]


def test_one_who_sits_nothing_is_told_so(exam):
    choices = dict.fromkeys(CHOICES, Choice("non_inscrit"))

    assert told(exam, PROGRESSIVE, choices) == [("aucune_epreuve", "papers")]


def test_a_status_that_does_not_exist_is_an_error_of_the_program():
    with pytest.raises(ValueError, match="peut-être"):
        Choice("peut-être")


@pytest.mark.parametrize(
    ("fewest", "most", "among", "said"),
    [
        (0, 1, 3, "une épreuve au plus"),
        (0, 2, 3, "deux épreuves au plus"),
        (1, 1, 3, "une épreuve"),
        (2, 2, 3, "deux épreuves"),
        (1, 3, 3, "au moins une épreuve"),
        (2, 9, 4, "au moins deux épreuves"),
        (1, 2, 3, "une ou deux épreuves"),
        (2, 3, 5, "deux ou trois épreuves"),
        (1, 3, 5, "entre une et trois épreuves"),
        (2, 12, 20, "entre deux et 12 épreuves"),
        (11, 11, 20, "11 épreuves"),
    ],
)
def test_how_many_are_chosen_is_said_in_french(fewest, most, among, said):
    group = Group(code="G", libelle="Au choix", minimum=fewest, maximum=most)

    assert between.how_many(group, among) == said
