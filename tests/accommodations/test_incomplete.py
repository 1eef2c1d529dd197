"""A request that is said incomplete as it was read, said so otherwise, or complete after all (H4)."""

from datetime import timedelta
from uuid import uuid4

import pytest

from sporades.accommodations import operations
from sporades.accommodations.queries import papers_called_for_by
from sporades.accommodations.rules import Wish
from sporades.accommodations.states import PAPER_ASKED, State
from sporades.accommodations.words import COMPLETE_AFTER_ALL, WITHOUT_AN_ANSWER, awaited_in_words
from sporades.acts import accommodating
from sporades.acts.medical import opining
from sporades.core.refusals import ReasonMissing
from sporades.journal.models import Entry
from sporades.mail.models import Message
from tests.accommodations.asked import (
    MANAGER,
    READER,
    a_doctor,
    a_minor,
    case_of,
    entrust,
    reach,
    send,
    sign,
    write,
)
from tests.factories import NOW, author
from tests.medical import given
from tests.medical.given import as_actor

SOON = NOW + timedelta(hours=1)
LATER = NOW + timedelta(hours=2)


def say_incomplete(case, *, seen, missing="Il manque une page."):
    accommodating.declare_incomplete(case=case, missing=missing, seen=seen, by=MANAGER, at=LATER)


def send_again(registration, *wishes):
    """Take a request up, change it where something is asked, and send it again."""
    case, by = case_of(registration), author(registration.candidate)
    accommodating.take_up(case=case, by=by, at=SOON)
    write(registration, *wishes, at=SOON)
    send(registration, at=SOON)


@pytest.mark.parametrize("wishes", [(Wish(READER),), ()])
def test_a_request_sent_again_since_it_was_read_is_not_said_incomplete(registration, wishes):
    read = reach(registration, State.ASKED).as_read
    send_again(registration, *wishes)

    with pytest.raises(operations.Rewritten):
        say_incomplete(case_of(registration), seen=read)

    assert case_of(registration).state == State.ASKED


def test_a_request_given_to_a_doctor_since_it_was_read_stays_with_them(registration):
    read = reach(registration, State.ASKED).as_read
    entrust(registration, at=SOON)

    with pytest.raises(operations.WithDoctorMeanwhile):
        say_incomplete(case_of(registration), seen=read)

    assert case_of(registration).state == State.WITH_DOCTOR
    assert not Message.objects.filter(kind="something_awaits").exists()


def test_a_request_given_to_another_doctor_since_it_was_read_stays_with_them(registration):
    read = reach(registration, State.WITH_DOCTOR).as_read
    accommodating.take_from_doctor(case=case_of(registration), by=MANAGER, at=SOON)
    entrust(registration, a_doctor("autre@exemple.test"), at=SOON)

    with pytest.raises(operations.WithDoctorMeanwhile):
        say_incomplete(case_of(registration), seen=read)


@pytest.mark.parametrize("state", [State.ASKED, State.WITH_DOCTOR])
def test_a_request_is_said_incomplete_as_it_was_read(registration, state):
    read = reach(registration, state).as_read

    say_incomplete(case_of(registration), seen=read)

    assert case_of(registration).state == State.INCOMPLETE


def reword(registration, missing, *, seen=NOW, at=SOON):
    accommodating.reword_missing(
        case=case_of(registration), missing=missing, seen=seen, by=MANAGER, at=at
    )


def test_what_is_missing_is_said_otherwise_and_told_once(registration):
    reach(registration, State.INCOMPLETE)

    reword(registration, "La page 2 est illisible.")
    reword(registration, "La page 2 est illisible.")

    case = case_of(registration)
    assert (case.state, case.missing) == (State.INCOMPLETE, "La page 2 est illisible.")
    assert Message.objects.filter(kind="something_awaits").count() == 2
    [entry] = Entry.objects.filter(verb="accommodation missing reworded")
    assert "illisible" not in str(entry.payload)


def test_what_a_colleague_has_reworded_meanwhile_is_read_first(registration):
    reach(registration, State.INCOMPLETE)
    reword(registration, "La page 2 est illisible.")

    with pytest.raises(operations.Rewritten):
        reword(registration, "La page 3 est illisible.", at=LATER)
    with pytest.raises(operations.Rewritten):
        find_complete(registration)

    assert case_of(registration).missing == "La page 2 est illisible."


def test_what_is_missing_is_not_reworded_to_nothing(registration):
    reach(registration, State.INCOMPLETE)

    with pytest.raises(ReasonMissing):
        reword(registration, "")


def test_what_a_doctor_asks_is_not_reworded_by_the_service(registration):
    case = reach(registration, State.WITH_DOCTOR)
    accommodating.declare_incomplete(case=case, missing=PAPER_ASKED, by=MANAGER, at=NOW)

    with pytest.raises(operations.AskedByDoctor):
        reword(registration, "Autre chose.")

    assert case_of(registration).missing == PAPER_ASKED


def find_complete(registration, *, seen=NOW):
    accommodating.find_complete(case=case_of(registration), seen=seen, by=MANAGER, at=LATER)


def test_a_request_that_is_complete_after_all_comes_back_as_it_was_sent(registration):
    sent = reach(registration, State.ASKED)
    accommodating.declare_incomplete(case=sent, missing="Une page.", by=MANAGER, at=SOON)

    find_complete(registration, seen=SOON)

    case = case_of(registration)
    assert (case.state, case.missing, case.asked_at) == (State.ASKED, "", sent.asked_at)
    assert case.as_read == sent.as_read
    assert Entry.objects.filter(verb="accommodation found complete").count() == 1
    *_, told = Message.objects.filter(kind="something_awaits").order_by("written_at")
    assert told.written_at == LATER
    for word in ("complète", "aménagement", "handicap", "santé", "n'avance"):
        assert word not in told.subject + told.body
    assert awaited_in_words(case, at=LATER).startswith(COMPLETE_AFTER_ALL)


@pytest.mark.parametrize("is_given", [True, False])
def test_what_is_complete_after_all_is_told_to_lack_what_its_page_asks_for(
    registration, kept, confided, is_given
):
    case = reach(registration, State.INCOMPLETE)
    for paper in papers_called_for_by(case, registration) if is_given else ():
        given.confide(registration, kind=paper.code)

    find_complete(registration)

    *_, told = Message.objects.filter(kind="something_awaits").order_by("written_at")
    assert ("Rien ne vous est demandé." in told.body) is is_given
    assert ("Il manque encore quelque chose d'obligatoire" in told.body) is not is_given
    assert told.subject.startswith("À lire" if is_given else "À faire")


def test_what_a_doctor_asked_is_not_said_to_be_what_the_service_found_missing(
    registration, confided
):
    case, doctor = reach(registration, State.ASKED), given.a_doctor()
    by = as_actor(doctor)
    accommodating.entrust(case=case, doctor=doctor, name=by.name, by=MANAGER, at=NOW)
    opining.ask_more(case=case, text="L'audiogramme.", press=str(uuid4()), by=by, at=SOON)

    find_complete(registration, seen=SOON)

    said = awaited_in_words(case_of(registration), at=LATER)
    assert said.startswith(WITHOUT_AN_ANSWER)
    assert said.startswith("Ce que le médecin vous demandait n'est plus attendu :")


def test_what_is_sent_again_is_said_complete_after_all_no_more(registration):
    sent = reach(registration, State.ASKED)
    accommodating.declare_incomplete(case=sent, missing="Une page.", by=MANAGER, at=SOON)
    send(registration, at=LATER)

    assert COMPLETE_AFTER_ALL not in awaited_in_words(case_of(registration), at=LATER)


def test_what_a_candidate_has_begun_to_change_is_neither_sent_nor_lost(registration):
    reach(registration, State.INCOMPLETE)
    write(registration, Wish(READER), at=SOON)

    with pytest.raises(operations.BeingCompleted):
        find_complete(registration)

    case = case_of(registration)
    assert case.state == State.INCOMPLETE
    assert [one.code for one in case.measures.all()] == [READER]


def test_of_a_request_that_is_complete_after_all_the_guardian_is_told_too():
    registration = a_minor()
    write(registration)
    sign(registration)
    send(registration)
    accommodating.declare_incomplete(
        case=case_of(registration), missing="Une page.", by=MANAGER, at=NOW
    )

    find_complete(registration)

    assert Message.objects.filter(kind="guardian_awaited").count() == 2
    assert case_of(registration).signature is not None
