"""A signed opinion is given again before anything is decided; what was signed is sealed again (H3)."""

from datetime import timedelta
from functools import partial

import pytest

from sporades.accommodations.models import Case
from sporades.accommodations.operations import DecisionOn, OpinionOn
from sporades.accommodations.states import Decision, Opinion, OpinionAgain, State
from sporades.accounts.models import Membership
from sporades.acts import accommodating
from sporades.acts.medical import opining
from sporades.acts.registrations import moving
from sporades.core.refusals import Refused
from sporades.journal.models import Entry
from sporades.medical import operations as medical
from sporades.medical.queries import compartment, draft_of
from tests.accommodations.asked import (
    MANAGER,
    RECTOR,
    a_doctor,
    again,
    as_doctor,
    case_of,
    entrust,
    find_incomplete,
    opine,
    reach,
    send,
    write,
)
from tests.acts.people import in_threads
from tests.factories import NOW, OPERATOR, author

AGAIN = {"why": OpinionAgain.HEALTH, "by": MANAGER, "at": NOW}


def opined(registration):
    reach(registration, State.WITH_DOCTOR)
    opine(registration, TIERS=OpinionOn(Opinion.UNFAVOURABLE, text="Sa dyslexie."))
    return case_of(registration)


def test_what_was_signed_is_read_no_more_and_becomes_a_sealed_draft(registration):
    case = opined(registration)

    accommodating.reopen(case=case, **AGAIN)

    case = case_of(registration)
    assert (case.state, case.opined_at, case.opinion_text) == (State.WITH_DOCTOR, None, "")
    assert set(case.measures.values_list("opinion", "opinion_text")) == {("", "")}
    held = compartment(registration)
    typed = opining.typed_in(draft_of(held))
    assert held.doctor_id == case.doctor_id
    assert (typed["avis-tiers"], typed["motif-tiers"]) == ("unfavourable", "Sa dyslexie.")
    assert typed["texte"] == "Un mot pour l'ensemble."


@pytest.mark.parametrize("is_moved", [True, False])
def test_of_a_doctor_who_is_one_there_no_more_it_waits_for_another_with_its_draft(
    registration, is_moved
):
    case = opined(registration)
    if is_moved:
        moving.move_for_good(
            registration=again(registration),
            academy="A25",
            reason="Il a déménagé.",
            by=OPERATOR,
            at=NOW,
        )
    else:
        Membership.objects.filter(user=case.doctor).update(ends_on=NOW.date() - timedelta(days=1))

    accommodating.reopen(case=case, **AGAIN)

    case = case_of(registration)
    assert (case.state, case.doctor, case.left_at) == (State.ASKED, None, NOW)
    held = compartment(registration)
    assert held.doctor is None
    assert opining.typed_in(draft_of(held))["motif-tiers"] == "Sa dyslexie."
    assert opining.typed_in(draft_of(held))["texte"] == "Un mot pour l'ensemble."
    last = Entry.objects.filter(verb="accommodation left by its doctor").get()
    assert last.payload["after"]["case"] == case.pk


@pytest.mark.parametrize("state", [State.ASKED, State.WITH_DOCTOR, State.DECIDED, State.NOTIFIED])
def test_only_an_opinion_that_waits_for_its_decision_is_given_again(registration, state):
    case = reach(registration, state)

    with pytest.raises(Refused):
        accommodating.reopen(case=case, **AGAIN)

    assert case_of(registration).state == state


@pytest.mark.django_db(transaction=True)
def test_a_decision_and_a_new_opinion_at_one_instant_are_one_of_them(registration):
    case = opined(registration)
    measures = {
        "TIERS": DecisionOn(Decision.REFUSED, reason="L'épreuve est courte."),
        "ACCESSIBLE": DecisionOn(Decision.GRANTED),
    }
    decide = partial(
        accommodating.decide,
        case=case,
        decisions=measures,
        author=RECTOR,
        seen=case.revision,
        by=MANAGER,
        at=NOW,
    )

    outcomes = in_threads(decide, partial(accommodating.reopen, case=case, **AGAIN))

    assert sum(isinstance(one, Refused) for one in outcomes) == 1
    case = case_of(registration)
    is_decided = case.state == State.DECIDED
    assert is_decided or case.state == State.WITH_DOCTOR
    assert bool(case.measures.exclude(opinion="").count()) is is_decided


def test_the_database_keeps_who_had_a_request_before(registration):
    case = reach(registration, State.WITH_DOCTOR)
    had = case.doctor_id

    find_incomplete(registration)
    case.refresh_from_db()
    assert (case.doctor_id, case.former_doctor_id) == (None, had)
    assert list(Case.objects.left_by(had)) == [case]
    send(registration)
    entrust(registration)

    assert not Case.objects.left_by(had).exists()


@pytest.mark.parametrize("is_signed", [False, True], ids=["typed", "signed, then asked again"])
def test_a_request_taken_back_leaves_its_unsigned_opinion_to_no_other_doctor(
    registration, is_signed
):
    if is_signed:
        accommodating.reopen(case=opined(registration), **AGAIN)
    else:
        case = reach(registration, State.WITH_DOCTOR)
        typed = {"motif-tiers": "Sa dyslexie."}
        opining.keep(case=case, typed=typed, seen=0, by=as_doctor(case.doctor), at=NOW)
    by = author(registration.candidate)
    accommodating.withdraw(case=case_of(registration), by=by, at=NOW)

    write(registration)
    send(registration)
    entrust(registration, a_doctor("autre@exemple.test"))

    assert draft_of(compartment(registration)) is None


def test_what_was_typed_for_a_request_of_before_is_left_to_no_other(registration):
    medical.keep_draft(medical.compartment_of(registration), text="{}", seen=0, at=NOW)

    write(registration)

    assert draft_of(compartment(registration)) is None
