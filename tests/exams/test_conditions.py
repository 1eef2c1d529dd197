"""Conditions: each thing that can be asked of a registration, and how they combine."""

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sporades.exams.rules import Facts
from sporades.exams.rules.conditions import field_of, holds, is_barred_in
from sporades.exams.schema import Condition
from tests.exams.facts import marin


def condition(**keys) -> Condition:
    import json

    return Condition.model_validate_json(json.dumps(keys))


@pytest.mark.parametrize(
    ("asked", "facts", "expected"),
    [
        ({"categorie": ["INDIVIDUEL", "APPRENTI"]}, {}, True),
        ({"categorie": ["APPRENTI"]}, {}, False),
        ({"categorie": ["APPRENTI"]}, {"category": ""}, False),
        ({"forme_de_passage": ["GLOBALE"]}, {}, True),
        ({"forme_de_passage": ["PROGRESSIVE"]}, {}, False),
        ({"specialite": ["MER"]}, {}, True),
        ({"specialite": ["TERRE"]}, {}, False),
        ({"academie": ["A09"]}, {}, True),
        ({"academie": ["A28"]}, {}, False),
        ({"nationalite": ["99100"]}, {}, True),
        ({"nationalite": ["99109"]}, {}, False),
        ({"diplome": ["CAP"]}, {"diplomas": frozenset({"CAP", "TITRE5"})}, True),
        ({"diplome": ["CAP"]}, {"diplomas": frozenset({"TITRE5"})}, False),
        ({"diplome": ["CAP"]}, {}, False),
        ({"ne_a_l_etranger": True}, {"is_born_abroad": True}, True),
        ({"ne_a_l_etranger": True}, {}, False),
        ({"ne_a_l_etranger": False}, {}, True),
        ({"handicap": True}, {"has_disability": True}, True),
        ({"handicap": True}, {}, False),
        ({"experience": {"minimum": 3}}, {}, True),
        ({"experience": {"minimum": 4}}, {}, False),
        ({"experience": {"maximum": 2}}, {}, False),
        ({"experience": {"minimum": 0}}, {"years_of_experience": None}, False),
        # Eighteen on the very day of the birthday, not the day before.
        ({"age": {"minimum": 18, "au": "2027-12-31"}}, {"birth_date": dt.date(2009, 12, 31)}, True),
        ({"age": {"minimum": 18, "au": "2027-12-31"}}, {"birth_date": dt.date(2010, 1, 1)}, False),
        ({"age": {"maximum": 24, "au": "2027-12-31"}}, {"birth_date": dt.date(2003, 1, 1)}, True),
        ({"age": {"maximum": 24, "au": "2027-12-31"}}, {"birth_date": dt.date(2002, 12, 31)}, False),
        ({"age": {"minimum": 26}}, {}, True),
        ({"age": {"minimum": 27}}, {}, False),
        ({"age": {"minimum": 1}}, {"birth_date": None}, False),
        # Born on a 29 February: a year older on 1 March.
        ({"age": {"minimum": 18, "au": "2026-02-28"}}, {"birth_date": dt.date(2008, 2, 29)}, False),
        ({"age": {"minimum": 18, "au": "2026-03-01"}}, {"birth_date": dt.date(2008, 2, 29)}, True),
        ({"statut": {"statuts": ["benefice"]}}, {"statuses": {"E1": "benefice"}}, True),
        ({"statut": {"statuts": ["benefice"]}}, {"statuses": {"E1": "inscrit"}}, False),
        ({"statut": {"epreuves": ["E2"], "statuts": ["benefice"]}}, {"statuses": {"E1": "benefice"}}, False),
        ({"statut": {"epreuves": ["E2"], "statuts": ["benefice"]}}, {"statuses": {"E2": "benefice"}}, True),
    ],
)  # fmt: skip
def test_a_condition_looks_at_one_fact(asked, facts, expected):
    assert holds(condition(**asked), marin(**facts)) is expected


@pytest.mark.parametrize(
    ("asked", "answer", "expected"),
    [
        ({"egal": True}, True, True),
        ({"egal": True}, False, False),
        ({"egal": False}, False, True),
        ({"egal": False}, None, False),
        ({"egal": True}, 1, False),
        ({"egal": "L"}, "L", True),
        ({"egal": "L"}, "S", False),
        ({"egal": "75"}, "75", True),
        ({"egal": "75"}, "59", False),
        ({"egal": "1"}, "01", False),
        ({"egal": 3}, 3, True),
        ({"egal": 3}, "3", True),
        ({"egal": 3}, Decimal("3.0"), True),
        ({"egal": "2.5"}, Decimal("2.5"), True),
        ({"egal": 3}, "trois", False),
        ({"egal": "2027-01-31"}, dt.date(2027, 1, 31), True),
        ({"egal": "2027-01-31"}, "2027-01-31", True),
        ({"parmi": ["A", "B"]}, "B", True),
        ({"parmi": ["A", "B"]}, ["C", "B"], True),
        ({"parmi": ["A", "B"]}, ["C"], False),
        ({"parmi": ["A", "B"]}, [], False),
        ({"minimum": 100}, 100, True),
        ({"minimum": 100}, "99.9", False),
        ({"minimum": 100}, "beaucoup", False),
        ({"minimum": 100}, Decimal("NaN"), False),
        ({"maximum": 100}, 100, True),
        ({"maximum": 100}, 101, False),
        ({"minimum": "2027-01-01"}, "2027-01-01", True),
        ({"minimum": "2027-01-01"}, dt.date(2026, 12, 31), False),
        ({"minimum": "2027-01-01"}, "hier", False),
        ({"maximum": "2027-01-01"}, "2027-01-02", False),
        ({"donnee": True}, "x", True),
        ({"donnee": True}, "", False),
        ({"donnee": True}, None, False),
        ({"donnee": True}, False, True),
        ({"donnee": False}, None, True),
        ({"donnee": False}, [], True),
        ({"donnee": False}, "x", False),
    ],
)  # fmt: skip
def test_a_condition_looks_at_an_answer(asked, answer, expected):
    facts = marin(answers={"q": answer})

    assert holds(condition(reponse={"question": "q", **asked}), facts) is expected


def test_an_answer_never_given_satisfies_nothing_but_its_absence():
    facts = marin(answers={})

    assert not holds(condition(reponse={"question": "q", "egal": False}), facts)
    assert holds(condition(reponse={"question": "q", "donnee": False}), facts)


def test_no_condition_always_holds():
    assert holds(None, marin())


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"age": {"minimum": 18}}, "birth_date"),
        ({"experience": {"minimum": 3}}, "experience"),
        ({"un_de": [{"diplome": ["CAP"]}, {"experience": {"minimum": 3}}]}, "diploma"),
        ({"sauf": {"categorie": ["APPRENTI"]}}, "category"),
        ({"tous": [{"reponse": {"question": "permis", "egal": True}}]}, "answers.permis"),
        ({"nationalite": ["99100"]}, "nationality"),
    ],
)
def test_a_condition_names_the_field_to_change(asked, field):
    assert field_of(condition(**asked)) == field


# --- How conditions combine, whatever they say -----------------------------------------------

CODES = st.sampled_from(["INDIVIDUEL", "APPRENTI", "CNED"])
BOUNDS = st.tuples(st.integers(0, 40), st.integers(0, 40)).map(sorted)
leaves = st.one_of(
    st.lists(CODES, min_size=1, max_size=2).map(lambda codes: condition(categorie=codes)),
    BOUNDS.map(lambda ages: condition(age={"minimum": ages[0], "maximum": ages[1]})),
    BOUNDS.map(lambda years: condition(experience={"minimum": years[0], "maximum": years[1]})),
    st.booleans().map(lambda yes: condition(reponse={"question": "permis", "egal": yes})),
)
conditions = st.recursive(
    leaves,
    lambda inside: st.one_of(
        inside.map(lambda one: Condition(sauf=one)),
        st.lists(inside, min_size=1, max_size=3).map(lambda some: Condition(tous=tuple(some))),
        st.lists(inside, min_size=1, max_size=3).map(lambda some: Condition(un_de=tuple(some))),
    ),
    max_leaves=8,
)
people = st.builds(
    marin,
    category=CODES,
    birth_date=st.none() | st.dates(dt.date(1985, 1, 1), dt.date(2020, 1, 1)),
    years_of_experience=st.none() | st.integers(0, 40),
    answers=st.fixed_dictionaries({}, optional={"permis": st.booleans()}),
)


@given(one=conditions, other=conditions, facts=people)
def test_conditions_combine_as_logic_says(one: Condition, other: Condition, facts: Facts):
    first, second = holds(one, facts), holds(other, facts)

    assert holds(Condition(tous=(one, other)), facts) is (first and second)
    assert holds(Condition(un_de=(one, other)), facts) is (first or second)
    assert holds(Condition(sauf=one), facts) is not first
    assert holds(Condition(sauf=Condition(tous=(one, other))), facts) is holds(
        Condition(un_de=(Condition(sauf=one), Condition(sauf=other))), facts
    )


@given(asked=conditions, facts=people)
def test_a_condition_says_the_same_once_kept_as_json(asked: Condition, facts: Facts):
    kept = Condition.model_validate_json(asked.model_dump_json(by_alias=True, exclude_none=True))

    assert kept == asked
    assert holds(kept, facts) is holds(asked, facts)


@given(asked=conditions)
def test_a_condition_always_names_a_field(asked: Condition):
    assert field_of(asked)


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({}, False),
        ({"diplome": ["CAP"]}, False),
        ({"academie": ["A28"], "diplome": ["CAP"]}, True),
        ({"academie": ["A09"], "diplome": ["CAP"]}, False),
        ({"tous": [{"diplome": ["CAP"]}, {"academie": ["A28"]}]}, True),
        ({"un_de": [{"diplome": ["CAP"]}, {"academie": ["A28"]}]}, False),
        ({"un_de": [{"academie": ["A25"]}, {"academie": ["A28"]}]}, True),
        ({"sauf": {"academie": ["A09"]}}, True),
        ({"sauf": {"academie": ["A28"]}}, False),
        ({"sauf": {"academie": ["A09"], "diplome": ["CAP"]}}, False),
        ({"sauf": {"un_de": [{"academie": ["A09"]}, {"diplome": ["CAP"]}]}}, True),
        ({"sauf": {"tous": [{"academie": ["A09"]}, {"diplome": ["CAP"]}]}}, False),
        ({"sauf": {"sauf": {"academie": ["A09"]}}}, False),
        ({"sauf": {"sauf": {"academie": ["A28"]}}}, True),
    ],
)
def test_what_holds_for_nobody_of_an_academy_is_known(asked, expected):
    assert is_barred_in(condition(**asked), "A09") is expected


def test_no_condition_bars_nobody():
    assert not is_barred_in(None, "A09")
