"""Épreuves that were chosen for a measure and are sat no more: nobody is blocked by them (H1)."""

import pytest

from sporades.accommodations import operations
from sporades.accommodations.granted import InForce, granted
from sporades.accommodations.models import AskedMeasure
from sporades.accommodations.operations import DecisionOn
from sporades.accommodations.queries import asked_again, still_sat
from sporades.accommodations.replacing import granted_in_words, taken_away
from sporades.accommodations.rules import Wish, papers_in_words, rules_of, sat_for
from sporades.accommodations.states import Decision, State
from sporades.acts import accommodating
from sporades.exams.held import forget
from sporades.exams.models import Regulation
from sporades.exams.schema import Status
from sporades.registrations.models import Registration
from tests.accommodations.asked import (
    ACCESS,
    MANAGER,
    NOW,
    READER,
    THIRD,
    a_minor,
    again,
    case_of,
    decide,
    find_incomplete,
    reach,
    send,
    sign,
    write,
)
from tests.accommodations.test_following import DECLARED, amend
from tests.factories import a_registration, author, load_invented

KEPT_MARK = {"statut-E1": "benefice", "note-E1": "12", "session-E1": "2025"}
ASKED = (Wish(READER, ("E1", "E3")), Wish(ACCESS))


def sits_no_more(registration, **papers):
    """Have a candidate keep the mark of an épreuve that they had chosen to sit."""
    amend(registration, informations=DECLARED, epreuves={**KEPT_MARK, **papers})


def take_up(registration):
    by = author(registration.candidate)
    accommodating.take_up(case=case_of(registration), by=by, at=NOW)


def keep(registration):
    case, by = case_of(registration), author(registration.candidate)
    accommodating.keep_as_sent(case=case, seen=case.revision, by=by, at=NOW)


def nothing(registration):
    """Leave it as it is being written."""


@pytest.mark.parametrize(
    ("state", "step"),
    [(State.PREPARING, nothing), (State.ASKED, take_up), (State.ASKED, find_incomplete)],
)
def test_a_request_is_written_and_sent_without_them(registration, state, step):
    reach(registration, state, *ASKED)
    sits_no_more(registration)
    step(registration)

    write(registration, *ASKED, Wish(THIRD, ("E3",)))
    send(registration)

    assert case_of(registration).state == State.ASKED
    [reader] = case_of(registration).measures.filter(code=READER)
    assert papers_in_words(reader.papers, sat_for(again(registration), None), READER) == (
        "Éducation physique et sportive"
    )


def test_it_is_kept_as_it_was_sent(registration):
    reach(registration, State.ASKED, *ASKED)
    take_up(registration)
    write(registration, Wish(ACCESS))
    sits_no_more(registration)

    keep(registration)

    assert case_of(registration).state == State.ASKED


def test_what_was_never_chosen_is_not_chosen_once_it_is_not_sat(registration):
    reach(registration, State.PREPARING, Wish(READER, ("E3",)))
    sits_no_more(registration)

    with pytest.raises(operations.UnknownMeasure):
        write(registration, *ASKED)


def test_a_measure_of_which_none_is_sat_is_not_sent_and_named(registration):
    reach(registration, State.PREPARING, Wish(READER, ("E1",)), Wish(ACCESS))
    sits_no_more(registration)

    with pytest.raises(operations.NoPaperLeft, match="« Secrétaire lecteur »"):
        send(registration)
    write(registration, Wish(READER, ("E3",)), Wish(ACCESS))
    send(registration)


def test_a_measure_that_suits_none_of_those_that_are_left_is_not_for_all(registration):
    reach(registration, State.ASKED, Wish(THIRD), Wish(ACCESS))
    amend(
        registration,
        informations=DECLARED,
        qualification={"diploma": "BAC", "experience": "2"},
        epreuves={**KEPT_MARK, "statut-E2": "dispense", "statut-E3": "dispense"},
    )
    sat = sat_for(again(registration), None)

    assert [one.code for one in sat] == ["M1"]
    assert papers_in_words([], sat, THIRD) == "Aucune des épreuves de l'inscription"
    assert papers_in_words([], sat, ACCESS) == "Toutes les épreuves"
    take_up(registration)
    with pytest.raises(operations.NoPaperLeft):
        send(registration)
    keep(registration)


def test_an_epreuve_that_a_measure_suits_no_more_blocks_nothing_either():
    load_invented(
        ("natures: [ecrite, pratique], temps: 1/3", "natures: [ecrite, orale], temps: 1/3")
    )
    forget()
    registration = a_registration(informations=DECLARED)
    reach(registration, State.ASKED, Wish(THIRD, ("E1", "M1")), Wish(ACCESS))
    take_up(registration)
    load_invented(("natures: [ecrite, pratique], temps: 1/3", "natures: [ecrite], temps: 1/3"))
    forget()
    Registration.objects.update(regulation=Regulation.objects.latest("pk"))

    write(registration, Wish(THIRD, ("E1", "M1")), Wish(READER, ("E1",)))
    send(registration)

    assert case_of(registration).state == State.ASKED


GUARDIAN = {
    "guardian_name": "Anne Le Goff",
    "guardian_phone": "06 39 98 12 35",
    "guardian_email": "anne@exemple.test",
}


def a_minor_who_keeps(registration, **papers):
    amend(
        registration,
        informations={**DECLARED, "national_service": "RECENSE", "category": "FORM"},
        qualification={"experience": "3"},
        identification=GUARDIAN,
        epreuves=papers,
    )


def test_a_guardian_signs_what_is_shown_and_nothing_comes_back_to_it():
    registration = a_minor()
    write(registration, *ASKED)
    a_minor_who_keeps(registration, **KEPT_MARK, **{"statut-E3": "inscrit"})
    sign(registration)
    a_minor_who_keeps(registration, **{"statut-E1": "inscrit", "statut-E3": "inscrit"})
    send(registration)

    [reader] = case_of(registration).measures.filter(code=READER)
    assert reader.papers == ["E3"]


def test_nothing_is_signed_that_is_for_no_epreuve():
    registration = a_minor()
    write(registration, Wish(READER, ("E1",)), Wish(ACCESS))
    a_minor_who_keeps(registration, **KEPT_MARK, **{"statut-E3": "inscrit"})

    with pytest.raises(operations.NoPaperLeft):
        sign(registration)


# --- What was granted and suits nothing that is sat any more ------------------------------------

ORAL_ALONE = {"E1", "E2", "E3"}
"""The épreuves that a third of the time suits: without them an oral is left."""


def left_with_the_oral(registration, *, left=ORAL_ALONE):
    registration.papers.filter(paper__code__in=left).update(status=Status.DISPENSED)


def test_what_is_granted_for_all_is_said_no_more_once_nothing_that_it_suits_is_sat(registration):
    case = reach(registration, State.NOTIFIED, Wish(THIRD), Wish(ACCESS))
    left_with_the_oral(registration)

    case.registration = again(registration)
    said = granted_in_words(case, sat_for(registration, case))

    assert granted(registration, "M1").measures == (InForce(ACCESS, "Locaux accessibles"),)
    assert said == ["Locaux accessibles"]


def test_nor_is_it_said_to_be_ticked_where_it_is_asked_again(registration):
    case = reach(registration, State.NOTIFIED, Wish(THIRD))
    left_with_the_oral(registration)
    rules, sat = rules_of(again(registration)), sat_for(registration, case)

    assert still_sat(asked_again(case, rules, sat), sat) == []


def test_what_the_authority_has_named_is_said_whatever_the_measure_suits(registration):
    reach(registration, State.OPINION_GIVEN, Wish(READER), Wish(ACCESS))
    named = DecisionOn(Decision.OTHER, THIRD, "Pour l'oral.", papers=("M1",))
    decide(registration, LECTEUR=named)
    accommodating.notify_decision(registration=registration, by=MANAGER, at=NOW)
    case = case_of(registration)
    case.registration = again(registration)
    sat = sat_for(registration, case)

    assert [one.code for one in granted(registration, "M1").measures] == [THIRD, ACCESS]
    assert granted_in_words(case, sat) == [
        "Temps majoré d'un tiers (Navigation)",
        "Locaux accessibles",
    ]
    refused = AskedMeasure(code=READER, label="Secrétaire lecteur", decision=Decision.REFUSED)
    lost = taken_away(case, [refused], sat, rules_of(case.registration))
    assert lost == ["Temps majoré d'un tiers (Navigation)", "Locaux accessibles"]


def test_where_nothing_is_sat_a_measure_is_for_none_of_the_epreuves(registration):
    case = reach(registration, State.NOTIFIED, Wish(THIRD), Wish(ACCESS))
    left_with_the_oral(registration, left=ORAL_ALONE | {"M1"})
    sat = sat_for(registration, case)

    assert sat == []
    assert {papers_in_words(one.papers, sat, one.code) for one in case.measures.all()} == {
        "Aucune des épreuves de l'inscription"
    }
