"""A piece that was waived is asked for again: one test for each row of docs/states.md."""

from datetime import timedelta

import pytest

from sporades.acts.pieces import verifying
from sporades.acts.pieces.verifying import NothingOwed
from sporades.acts.registrations import deciding, leaving
from sporades.core.refusals import ReasonMissing
from sporades.evidence import operations as evidence
from sporades.evidence.operations import NotWaived
from sporades.evidence.queries import piece_of
from sporades.evidence.states import State
from sporades.journal.models import Entry
from sporades.mail.models import Message
from sporades.registrations.states import SET_ASIDE, VALIDATE
from tests.evidence.given import IDENTITY, MANAGER, again, give, piece
from tests.factories import NOW, OPERATOR, a_record, a_registration, author

LATER = NOW + timedelta(hours=1)

pytestmark = pytest.mark.usefixtures("kept")


def nothing(registration):
    pass


def unscanned(registration):
    give(registration)


def clean(registration):
    evidence.note_scanned(give(registration), is_clean=True, at=NOW)


def infected(registration):
    evidence.note_scanned(give(registration), is_clean=False, at=NOW)


def refused(registration):
    clean(registration)
    row = piece(registration)
    verifying.refuse(row=row, reason="Floue.", seen=row.deposit_id, by=MANAGER, at=NOW)


def posted(registration):
    verifying.receive(row=piece(registration), posted_on=NOW.date(), by=MANAGER, at=NOW)


def waive(registration):
    verifying.waive(row=piece(registration), reason="Vue au guichet.", by=MANAGER, at=NOW)


def ask(registration, *, at=LATER):
    verifying.ask_again(row=piece(registration), by=MANAGER, at=at)


def told():
    return " ".join(Message.objects.get(kind="piece_asked_again").body.split())


def test_its_candidate_is_told_that_a_piece_is_waived_and_why(registration):
    waive(registration)

    mail = Message.objects.get(kind="piece_waived")
    assert mail.recipient == registration.candidate.address
    assert f"à fournir une pièce justificative : {piece(registration).label}." in mail.body
    # Free words of the office may tell of health: they are read in one's space alone.
    assert "Vue au guichet" not in mail.body
    assert "Motif : lisez-le à la page de vos pièces justificatives" in mail.body


def test_nothing_is_waived_without_a_reason(registration):
    with pytest.raises(ReasonMissing):
        verifying.waive(row=piece(registration), reason="", by=MANAGER, at=NOW)

    assert piece(registration).state == State.OWED


def test_whom_no_mail_reaches_is_told_of_a_waived_piece_by_letter(invented_exam):
    registration = a_registration(a_record())

    waive(registration)

    mail = Message.objects.get(kind="piece_waived")
    assert (mail.state, mail.letter.candidate) == (Message.State.LETTER, registration.candidate)
    assert "http" not in mail.body


@pytest.mark.parametrize("decision", [VALIDATE, SET_ASIDE], ids=lambda one: one.name)
def test_nothing_is_waived_of_a_registration_that_owes_nothing(registration, decision):
    why = "" if decision is VALIDATE else "Doublon."
    deciding.decide(registration=registration, decision=decision, reason=why, by=MANAGER, at=NOW)

    with pytest.raises(NothingOwed):
        waive(registration)

    assert not Message.objects.filter(kind="piece_waived").exists()


@pytest.mark.parametrize(
    ("before", "state", "said"),
    [
        (nothing, State.OWED, "Envoyez-la avant le"),
        (infected, State.OWED, "Envoyez-la avant le"),
        (unscanned, State.CHECKING, "vous n'avez rien à faire"),
        (clean, State.DEPOSITED, "vous n'avez rien à faire"),
        (refused, State.DEPOSITED, "vous n'avez rien à faire"),
        (posted, State.POSTED, "vous n'avez rien à faire"),
    ],
)
def test_what_was_given_for_a_waived_piece_counts_again(registration, before, state, said):
    before(registration)
    waive(registration)

    ask(registration)

    row = piece(registration)
    assert (row.state, row.reason, row.decided_at) == (state, "", None)
    assert row.asked_at == LATER
    assert said in told()
    entry = Entry.objects.get(verb="piece asked again")
    named = {"piece": IDENTITY, "label": "Pièce d'identité"}
    assert entry.payload["after"] == {**named, "state": state}


def test_after_its_deadline_its_candidate_is_told_to_reach_the_service(registration):
    waive(registration)

    ask(registration, at=piece(registration).until + timedelta(days=1))

    assert "Elle était à fournir avant le" in told()
    assert not piece_of(again(registration), IDENTITY).is_in_time(
        piece(registration).until + timedelta(days=1)
    )


def test_whom_no_mail_reaches_is_told_by_letter(db):
    registration = a_registration(a_record())
    waive(registration)

    ask(registration)

    assert "par courrier, à l'adresse ci-dessous" in told()
    assert "http" not in told()


@pytest.mark.parametrize("end", ["validated", "set_aside", "withdrawn"])
def test_a_registration_that_owes_nothing_is_asked_for_nothing(registration, end):
    waive(registration)
    if end == "withdrawn":
        by = author(registration.candidate)
        leaving.withdraw(registration=registration, by=by, at=NOW)
    else:
        deciding.decide(
            registration=again(registration),
            decision=VALIDATE if end == "validated" else SET_ASIDE,
            reason="" if end == "validated" else "Doublon.",
            by=OPERATOR,
            at=NOW,
        )
    before = piece(registration).state

    with pytest.raises(NothingOwed):
        ask(registration)

    assert piece(registration).state == before
    assert not Message.objects.filter(kind="piece_asked_again").exists()


@pytest.mark.parametrize("decision", [VALIDATE, SET_ASIDE], ids=lambda one: one.name)
def test_no_piece_of_a_registration_that_owes_nothing_is_refused(registration, decision):
    clean(registration)
    why = "" if decision is VALIDATE else "Doublon."
    found = again(registration)
    deciding.decide(registration=found, decision=decision, reason=why, by=OPERATOR, at=NOW)
    before = piece(registration)

    with pytest.raises(NothingOwed):
        verifying.refuse(row=before, reason="Floue.", seen=before.deposit_id, by=MANAGER, at=LATER)

    assert piece(registration).state == before.state
    assert not Message.objects.filter(kind="piece_refused").exists()


@pytest.mark.parametrize("before", [nothing, clean, refused])
def test_what_is_not_waived_is_not_asked_for_again(registration, before):
    before(registration)

    with pytest.raises(NotWaived):
        ask(registration)


def test_pressed_twice_it_is_told_once(registration):
    waive(registration)
    ask(registration)

    with pytest.raises(NotWaived):
        ask(registration)

    assert Message.objects.filter(kind="piece_asked_again").count() == 1
