"""Two measures that exclude each other are never asked, advised or granted together for an épreuve."""

from fractions import Fraction

import pytest

from sporades.accommodations.granted import granted, granted_to
from sporades.accommodations.operations import DecisionOn, Excluding, OpinionOn
from sporades.accommodations.rules import Wish
from sporades.accommodations.states import Decision, Opinion, State
from tests.accommodations.asked import (
    HALF,
    READER,
    THIRD,
    WORDS,
    a_minor,
    again,
    case_of,
    decide,
    opine,
    reach,
    said_so,
    send,
    sign,
    write,
)

BOTH = Wish(THIRD, ("E1",)), Wish(HALF, ("E1", "E2"))
APART = Wish(THIRD, ("E1",)), Wish(HALF, ("E2",))
AGAINST = OpinionOn(Opinion.UNFAVOURABLE)
REFUSED = DecisionOn(Decision.REFUSED, reason="La moitié suffit.")


def test_they_are_neither_sent_nor_signed_together(registration):
    minor = a_minor()
    said_so(registration, minor)
    write(registration, *BOTH)
    with pytest.raises(Excluding, match=WORDS):
        send(registration)

    write(minor, *BOTH)
    with pytest.raises(Excluding, match=WORDS):
        sign(minor)


def test_each_may_be_asked_for_its_own_epreuves(registration):
    said_so(registration)

    reach(registration, State.NOTIFIED, *APART)

    of_each = granted_to([again(registration)])[registration.pk]
    found = {paper: one.time for paper, one in of_each.items()}
    assert found == {"E1": Fraction(1, 3), "E2": Fraction(1, 2)}


def test_where_the_reglementation_says_nothing_of_it_they_go_together(registration):
    reach(registration, State.NOTIFIED, *BOTH)

    assert [one.code for one in granted(registration, "E1").measures] == [THIRD, HALF]


@pytest.fixture
def together(registration):
    """Both were asked for before the réglementation said that they exclude each other."""
    reach(registration, State.WITH_DOCTOR, *BOTH)
    said_so(registration)
    return registration


def test_the_doctor_favours_one_of_them_for_an_epreuve(together):
    with pytest.raises(Excluding, match=WORDS):
        opine(together)
    assert case_of(together).state == State.WITH_DOCTOR

    opine(together, MOITIE=OpinionOn(Opinion.FAVOURABLE, papers=("E2",)))

    assert case_of(together).state == State.OPINION_GIVEN


def test_another_measure_that_the_doctor_proposes_counts_by_what_it_is(registration):
    said_so(registration)
    reach(registration, State.WITH_DOCTOR, Wish(THIRD, ("E1",)), Wish(READER, ("E1",)))

    with pytest.raises(Excluding, match=WORDS):
        opine(registration, LECTEUR=OpinionOn(Opinion.OTHER, HALF))

    opine(registration, TIERS=AGAINST, LECTEUR=OpinionOn(Opinion.OTHER, HALF))


def test_the_authority_grants_one_of_them_for_an_epreuve(together):
    opine(together, TIERS=AGAINST)
    with pytest.raises(Excluding, match=WORDS):
        decide(together, TIERS=DecisionOn(Decision.GRANTED, reason="Contre l'avis."))
    assert case_of(together).state == State.OPINION_GIVEN

    decide(together, TIERS=REFUSED)

    assert [one.code for one in granted(together, "E1").measures] == [HALF]


def test_of_what_was_granted_together_before_the_longest_time_is_in_force(registration):
    reach(registration, State.NOTIFIED, *BOTH)
    said_so(registration)

    found = granted(registration, "E1")

    assert [one.code for one in found.measures] == [HALF]
    assert found.time == Fraction(1, 2)
    assert granted_to([again(registration)])[registration.pk]["E1"] == found
