"""A request follows its registration: one test for each row of docs/states.md."""

from datetime import timedelta

import pytest

from sporades.accommodations.granted import NOTHING, granted
from sporades.accommodations.models import Case
from sporades.accommodations.operations import CATEGORY_CHANGED, NotSigned
from sporades.accommodations.rules import Wish
from sporades.accommodations.states import State
from sporades.accommodations.words import awaited_in_words
from sporades.accounts.models import Membership
from sporades.acts import accommodating
from sporades.acts.accommodating.following import UNSIGNED, follow
from sporades.acts.identities import correcting
from sporades.acts.registrations import deciding, leaving, moving, registering
from sporades.candidates.operations import civil_data
from sporades.journal.models import Entry
from sporades.mail.models import Message
from sporades.medical import operations as medical
from sporades.registrations.models import Registration
from sporades.registrations.operations import giving_over
from sporades.registrations.states import RESTORE, SET_ASIDE
from tests.accommodations.asked import (
    ACCESS,
    MANAGER,
    MINOR,
    THIRD,
    again,
    case_of,
    decide,
    entrust,
    opine,
    reach,
    send,
    sign,
    write,
)
from tests.factories import (
    NOW,
    OPERATOR,
    a_candidate,
    a_registration,
    answer_all,
    answers_with,
    author,
)
from tests.medical.given import compartment

LATER = NOW + timedelta(hours=1)
DECLARED = {"has_disability": "oui"}
SENT = [State.ASKED, State.INCOMPLETE, State.WITH_DOCTOR, State.OPINION_GIVEN, State.DECIDED]


def amend(registration, **changes):
    """File another version."""
    mine = author(registration.candidate)
    draft = registering.amend(registration=again(registration), by=mine, at=LATER)
    answer_all(draft, answers_with(**changes), at=LATER)
    return registering.register(draft=draft, by=mine, at=LATER).registration


def in_training(**changes):
    """File a registration of the category that a plan spares the whole procedure."""
    return a_registration(
        informations={**DECLARED, "category": "FORM"}, qualification={"experience": "3"}, **changes
    )


def test_a_handicap_declared_no_more_takes_back_what_was_not_sent(registration):
    write(registration)
    amend(registration, informations={"has_disability": "non"})

    assert case_of(registration).state == State.WITHDRAWN


@pytest.mark.parametrize("state", SENT)
def test_a_handicap_declared_no_more_leaves_what_was_sent(registration, state):
    reach(registration, state)
    amend(registration, informations={"has_disability": "non"})

    assert case_of(registration).state == state


def test_what_was_begun_without_declaring_stays():
    registration = a_registration()
    write(registration)
    amend(registration, identification={"address_1": "13 rue des Îles"})

    assert case_of(registration).state == State.PREPARING


def test_an_epreuve_that_is_left_leaves_the_request_as_it_is_and_nothing_in_force(registration):
    reach(registration, State.DECIDED, Wish(THIRD, ("E1", "E3")))
    amend(registration, informations=DECLARED, epreuves={"statut-E3": "dispense", "option-E3": ""})

    assert case_of(registration).measures.get().papers == ["E1", "E3"]
    assert granted(again(registration), "E3") == NOTHING
    assert granted(again(registration), "E1") != NOTHING


def test_an_epreuve_that_comes_has_what_was_granted_for_all(registration):
    reach(registration, State.DECIDED, Wish(THIRD, ("E1",)), Wish(ACCESS))
    amend(
        registration,
        informations=DECLARED,
        epreuves={"statut-F2": "non_inscrit", "statut-M3": "inscrit"},
    )

    assert [one.code for one in granted(again(registration), "M3").measures] == [ACCESS]


@pytest.mark.parametrize("state", [State.ASKED, State.WITH_DOCTOR])
def test_a_category_without_the_simple_procedure_asks_for_the_whole_one(state):
    registration = in_training()
    reach(registration, state, Wish(THIRD), plan="PAP")
    assert case_of(registration).is_simple
    amend(registration, informations=DECLARED)

    case = case_of(registration)
    assert (case.state, case.procedure, case.missing) == (
        State.INCOMPLETE,
        "complete",
        CATEGORY_CHANGED,
    )
    assert Message.objects.filter(kind="something_awaits").count() == 1
    assert Entry.objects.filter(verb="accommodation found incomplete").count() == 1


def test_a_doctor_reads_no_more_of_what_a_category_gives_back_to_its_candidate():
    registration = in_training()
    reach(registration, State.WITH_DOCTOR, Wish(THIRD), plan="PAP")
    assert compartment(registration).doctor is not None

    amend(registration, informations=DECLARED)

    found = compartment(registration)
    assert (found.doctor, found.is_closed) == (None, False)


def _back_in_training(registration):
    amend(
        registration,
        informations={**DECLARED, "category": "FORM"},
        qualification={"experience": "3"},
    )
    return case_of(registration)


def test_a_category_that_comes_back_leaves_it_complete_as_it_was_sent():
    registration = in_training()
    sent = reach(registration, State.ASKED, Wish(THIRD), plan="PAP")

    amend(registration, informations=DECLARED)
    case = _back_in_training(registration)

    assert (case.state, case.procedure, case.missing) == (State.ASKED, "simplifiee", "")
    assert case.asked_at == sent.asked_at
    assert Message.objects.filter(kind="something_awaits").count() == 2
    assert Entry.objects.filter(verb="accommodation found complete").count() == 1


def test_a_category_that_comes_back_leaves_what_was_said_incomplete_otherwise():
    registration = in_training()
    reach(registration, State.INCOMPLETE, Wish(THIRD), plan="PAP")

    amend(registration, informations=DECLARED)
    case = _back_in_training(registration)

    assert (case.state, case.missing) == (State.INCOMPLETE, "Le papier est illisible.")


def test_a_category_that_comes_back_leaves_what_its_candidate_changes():
    registration = in_training()
    reach(registration, State.ASKED, Wish(THIRD), plan="PAP")
    amend(registration, informations=DECLARED)
    write(registration, Wish(ACCESS), plan="PAP", at=LATER)

    assert _back_in_training(registration).state == State.INCOMPLETE


def test_a_category_that_changes_after_the_opinion_changes_nothing():
    registration = in_training()
    reach(registration, State.OPINION_GIVEN, Wish(THIRD), plan="PAP")
    amend(registration, informations=DECLARED)

    case = case_of(registration)
    assert (case.state, case.procedure) == (State.OPINION_GIVEN, "simplifiee")


def test_a_category_with_the_simple_procedure_spares_the_whole_one(registration):
    reach(registration, State.ASKED, Wish(THIRD), plan="PAP")
    amend(
        registration,
        informations={**DECLARED, "category": "FORM"},
        qualification={"experience": "3"},
    )

    case = case_of(registration)
    assert (case.state, case.procedure) == (State.ASKED, "simplifiee")


@pytest.mark.parametrize(
    "state",
    [State.PREPARING, State.ASKED, State.INCOMPLETE, State.WITH_DOCTOR, State.OPINION_GIVEN],
)
def test_withdrawing_a_registration_takes_back_what_is_not_decided(registration, state):
    reach(registration, state)
    leaving.withdraw(registration=registration, by=author(registration.candidate), at=NOW)

    assert case_of(registration).state == State.WITHDRAWN


@pytest.mark.parametrize("state", [State.DECIDED, State.NOTIFIED])
def test_withdrawing_a_registration_leaves_what_is_decided_without_effect(registration, state):
    reach(registration, state)
    leaving.withdraw(registration=registration, by=author(registration.candidate), at=NOW)

    assert case_of(registration).state == state
    assert granted(again(registration), "E1") == NOTHING


def test_setting_aside_stops_a_request_and_restoring_lets_it_go_on(registration):
    reach(registration, State.DECIDED)
    for decision, reason in ((SET_ASIDE, "Doublon."), (RESTORE, "")):
        deciding.decide(
            registration=registration, decision=decision, reason=reason, by=MANAGER, at=NOW
        )
        in_force = granted(again(registration), "E1")
        assert (in_force == NOTHING) is (decision is SET_ASIDE)
        assert case_of(registration).state == State.DECIDED


def move(registration):
    moving.move_for_good(
        registration=again(registration), academy="A25", reason="Déménagement", by=OPERATOR, at=NOW
    )


def test_another_academy_takes_a_request_from_its_doctor(registration):
    reach(registration, State.WITH_DOCTOR)
    move(registration)

    case = case_of(registration)
    assert (case.state, case.doctor) == (State.ASKED, None)
    entrust(registration)
    opine(registration)
    decide(registration)


def test_a_doctor_of_both_academies_keeps_a_request_that_goes_from_one_to_the_other(registration):
    doctor = reach(registration, State.WITH_DOCTOR).doctor
    Membership.objects.filter(user=doctor).update(academies=["A09", "A25"])
    medical.entrust(medical.compartment_of(registration), doctor=doctor)

    move(registration)

    case = case_of(registration)
    assert (case.state, case.doctor, case.left_at) == (State.WITH_DOCTOR, doctor, None)
    assert medical.compartment_of(registration).doctor == doctor
    assert not Entry.objects.filter(verb=accommodating.TAKEN_FROM_DOCTOR).exists()
    opine(registration)


@pytest.mark.parametrize(
    "state", [State.PREPARING, State.ASKED, State.OPINION_GIVEN, State.DECIDED]
)
def test_another_academy_goes_on_with_what_no_doctor_has(registration, state):
    reach(registration, state)
    move(registration)

    assert case_of(registration).state == state


def test_nothing_of_an_academy_that_is_left_is_seen_there(registration):
    case = reach(registration, State.OPINION_GIVEN)
    move(registration)
    accommodating.withdraw(case=case, by=author(registration.candidate), at=NOW)

    entries = Entry.objects.filter(verb="accommodation withdrawn")
    assert [one.academy for one in entries] == ["A25"]


def test_a_request_goes_with_its_registration_when_candidates_are_merged(registration):
    case = reach(registration, State.WITH_DOCTOR)
    double = a_candidate()
    giving_over.give_all(registration.candidate, kept=double)

    case.refresh_from_db()
    assert case.registration.candidate == double
    assert case.state == State.WITH_DOCTOR
    assert Case.objects.visible_to(double.user).get() == case


def found_to_be_a_minor(registration, **otherwise):
    """Have the office correct a birth date to that of a minor, or otherwise."""
    identity = again(registration).candidate.identity
    correcting.correct_identity(
        registration=again(registration),
        identity={**civil_data(identity), **(otherwise or MINOR)},
        seen=identity.pk,
        proof="Carte d'identité",
        by=OPERATOR,
        at=LATER,
    )


@pytest.mark.parametrize("state", [State.ASKED, State.WITH_DOCTOR])
def test_a_request_of_whoever_is_found_to_be_a_minor_goes_back_to_be_signed(registration, state):
    reach(registration, state)

    found_to_be_a_minor(registration)

    case = case_of(registration)
    assert (case.state, case.doctor) == (State.INCOMPLETE, None)
    assert "La signature de votre représentant légal" in case.missing
    [told] = Message.objects.filter(kind="something_awaits")
    assert "ménagement" not in told.body
    sign(registration, at=LATER)
    send(registration, at=LATER)
    assert (case_of(registration).state, case_of(registration).lacks_signature(LATER)) == (
        State.ASKED,
        False,
    )


@pytest.mark.parametrize("changes", [False, True])
def test_a_request_kept_as_it_was_sent_is_signed_for_whoever_was_found_a_minor_meanwhile(
    registration, changes
):
    reach(registration, State.ASKED)
    by = author(registration.candidate)
    accommodating.take_up(case=case_of(registration), by=by, at=LATER)
    if changes:
        write(registration, Wish(THIRD), at=LATER)
    found_to_be_a_minor(registration)

    case = case_of(registration)
    accommodating.keep_as_sent(case=case, seen=case.revision, by=by, at=LATER)

    case = case_of(registration)
    assert (case.state, case.missing) == (State.INCOMPLETE, UNSIGNED)
    assert [one.code for one in case.measures.all()] == [THIRD, ACCESS]
    sign(registration, at=LATER)
    send(registration, at=LATER)
    assert case_of(registration).state == State.ASKED


@pytest.mark.parametrize("state", [State.ASKED, State.WITH_DOCTOR])
def test_a_birth_date_corrected_back_leaves_the_request_complete_as_it_was_sent(
    registration, state
):
    reach(registration, state)
    adult = civil_data(again(registration).candidate.identity)
    found_to_be_a_minor(registration)

    found_to_be_a_minor(registration, **adult)

    case = case_of(registration)
    assert (case.state, case.missing, case.asked_at) == (State.ASKED, "", NOW)
    # Nobody has gone back on it: the correction has.
    assert awaited_in_words(case, at=LATER).startswith("Votre demande n'est plus dite incomplète :")
    assert Message.objects.filter(kind="something_awaits").count() == 2
    assert Entry.objects.filter(verb="accommodation found complete").count() == 1


@pytest.mark.parametrize("is_still", ["a minor", "being completed", "incomplete otherwise"])
def test_a_birth_date_corrected_again_leaves_incomplete_what_is(registration, is_still):
    reach(registration, State.ASKED)
    adult = civil_data(again(registration).candidate.identity)
    found_to_be_a_minor(registration)
    if is_still == "being completed":
        write(registration, Wish(THIRD), at=LATER)
    elif is_still == "incomplete otherwise":
        accommodating.reword_missing(
            case=case_of(registration), missing="Un papier.", seen=LATER, by=MANAGER, at=LATER
        )

    found_to_be_a_minor(
        registration, **({**MINOR, "birth_day": 27} if is_still == "a minor" else adult)
    )

    assert case_of(registration).state == State.INCOMPLETE


def test_an_incomplete_request_of_whoever_is_found_a_minor_is_not_found_complete_unsigned(
    registration,
):
    case = reach(registration, State.INCOMPLETE)
    found_to_be_a_minor(registration)

    with pytest.raises(NotSigned):
        accommodating.find_complete(
            case=case_of(registration), seen=case.incomplete_at, by=MANAGER, at=NOW
        )

    assert case_of(registration).state == State.INCOMPLETE


def test_nor_is_one_whose_category_comes_back():
    registration = in_training()
    reach(registration, State.ASKED, Wish(THIRD), plan="PAP")
    amend(registration, informations=DECLARED)
    case = case_of(registration)
    Registration.objects.filter(pk=registration.pk).update(category="FORM")
    found_to_be_a_minor(registration)

    follow(again(registration), by=MANAGER, at=LATER)

    case = case_of(registration)
    assert (case.state, case.procedure) == (State.INCOMPLETE, "simplifiee")


def test_a_request_on_which_an_opinion_is_given_lacks_the_signature_of_whoever_is_found_a_minor(
    registration,
):
    reach(registration, State.OPINION_GIVEN)

    found_to_be_a_minor(registration)

    case = case_of(registration)
    assert (case.state, case.lacks_signature(LATER)) == (State.OPINION_GIVEN, True)
