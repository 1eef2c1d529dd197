"""What was given by error is taken back as the office decides of it, or its candidate presses twice."""

import pytest

from sporades.acts.pieces import providing, retracting, verifying
from sporades.evidence import operations as evidence
from sporades.evidence.meanwhile import OtherFile
from sporades.evidence.models import Deposit
from sporades.evidence.states import State
from sporades.journal.models import Entry
from tests.endurance.arena import first
from tests.evidence.given import IDENTITY, MANAGER, again, give, piece
from tests.factories import NOW, a_registration, author

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("kept")]


def deposited():
    registration = a_registration()
    evidence.note_scanned(give(registration), is_clean=True, at=NOW)
    return registration


def taken_back(registration, seen):
    return retracting.retract(
        registration=again(registration),
        code=IDENTITY,
        seen=seen,
        by=author(registration.candidate),
        at=NOW,
    )


def test_whoever_decides_at_that_instant_finds_that_it_is_gone():
    registration = deposited()
    row = piece(registration)

    def retract_first(holds):
        taken_back(registration, row.deposit_id)
        holds()

    _, outcome = first(
        retract_first,
        lambda: verifying.accept(row=row, seen=row.deposit_id, mark=row.mark, by=MANAGER, at=NOW),
    )

    assert (type(outcome), piece(registration).state) == (OtherFile, State.OWED)


def test_what_is_decided_at_that_instant_stays():
    registration = deposited()
    row = piece(registration)

    def accept_first(holds):
        verifying.accept(row=row, seen=row.deposit_id, mark=row.mark, by=MANAGER, at=NOW)
        holds()

    _, outcome = first(accept_first, lambda: taken_back(registration, row.deposit_id))

    assert type(outcome) is providing.NothingAwaited
    assert (piece(registration).state, piece(registration).deposit) == (
        State.ACCEPTED,
        row.deposit,
    )


def test_two_presses_at_once_take_it_back_once():
    registration = deposited()
    seen = piece(registration).deposit_id

    def press_first(holds):
        taken_back(registration, seen)
        holds()

    _, outcome = first(press_first, lambda: taken_back(registration, seen))

    assert type(outcome) is Deposit.DoesNotExist
    assert Entry.objects.filter(verb=providing.RETRACTED).count() == 1
