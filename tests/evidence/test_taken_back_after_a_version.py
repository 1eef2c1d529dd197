"""What a piece was refused for does not come back once a version has asked for it no more, then again."""

from datetime import timedelta

import pytest

from sporades.acts.pieces import providing, retracting, verifying
from sporades.acts.sent_files import Sent
from sporades.evidence import operations as evidence
from sporades.evidence.states import State
from sporades.journal.models import Entry
from tests.evidence.given import BAC, MANAGER, a_photo, again, give, piece
from tests.evidence.test_following_a_version import (
    LATER,
    WITH_BAC,
    asks_again,
    asks_no_more,
    posted,
    refused,
)
from tests.factories import NOW, a_registration, author

AFTER = LATER + timedelta(hours=1)

pytestmark = pytest.mark.usefixtures("kept")


@pytest.fixture
def with_bac():
    return a_registration(**WITH_BAC)


def nothing_is_there(registration):
    row = piece(registration, BAC)
    return (row.state, row.deposit, row.posted_on, row.reason, row.decided_at) == (
        State.OWED,
        None,
        None,
        "",
        None,
    )


def call_for_again(registration):
    asks_no_more(registration)
    asks_again(registration)


def give_another(registration, *, at):
    given = give(registration, BAC, photos=[a_photo("black")], at=at)
    evidence.note_scanned(given, is_clean=True, at=at)


def retract(registration):
    retracting.retract(
        registration=again(registration),
        code=BAC,
        seen=piece(registration, BAC).deposit_id,
        by=author(registration.candidate),
        at=AFTER,
    )


def take_back(registration):
    row = piece(registration, BAC)
    verifying.take_back(row=row, seen=row.deposit_id, by=MANAGER, at=AFTER)


def receive(registration, *, at=AFTER):
    verifying.receive(row=piece(registration, BAC), posted_on=at.date(), by=MANAGER, at=at)


def refuse_paper(registration):
    posted(registration)
    row = piece(registration, BAC)
    verifying.refuse(row=row, reason="Illisible.", seen=None, by=MANAGER, at=NOW)


def infected(registration):
    providing.note_scan(give(registration, BAC), is_clean=False, at=NOW)


@pytest.mark.parametrize("before", [refused, infected])
def test_a_file_given_since_and_taken_back_leaves_it_owed(with_bac, before):
    before(with_bac)
    call_for_again(with_bac)
    give_another(with_bac, at=AFTER)

    retract(with_bac)

    assert nothing_is_there(with_bac)


def test_so_does_one_that_was_given_before(with_bac):
    refused(with_bac)
    give_another(with_bac, at=NOW + timedelta(minutes=1))
    call_for_again(with_bac)

    retract(with_bac)

    assert nothing_is_there(with_bac)


def test_so_does_a_paper_that_came_since(with_bac):
    infected(with_bac)
    call_for_again(with_bac)
    receive(with_bac)

    take_back(with_bac)

    assert nothing_is_there(with_bac)


def test_so_does_a_paper_that_came_before(with_bac):
    refused(with_bac)
    receive(with_bac, at=NOW)
    call_for_again(with_bac)

    take_back(with_bac)

    assert nothing_is_there(with_bac)


def test_so_does_a_paper_that_was_refused_then_waits_again_and_is_scanned(with_bac):
    refuse_paper(with_bac)
    call_for_again(with_bac)
    verifying.scan_in(
        registration=again(with_bac),
        code=BAC,
        sent=[Sent("carte.jpg", a_photo())],
        press="une fois",
        posted_on=NOW.date(),
        by=MANAGER,
        at=AFTER,
    )

    take_back(with_bac)

    assert nothing_is_there(with_bac)


def test_the_journal_says_that_a_version_asked_for_it_again_and_whose(with_bac):
    refused(with_bac)

    call_for_again(with_bac)

    [said] = Entry.objects.filter(verb="piece asked again")
    assert (said.actor_name, said.at) == (author(with_bac.candidate).name, LATER)
    assert said.payload["after"] == {
        "piece": BAC,
        "label": piece(with_bac, BAC).label,
        "state": State.DEPOSITED,
    }


def test_of_what_is_asked_for_the_first_time_it_says_nothing(with_bac):
    asks_no_more(with_bac)

    assert not Entry.objects.filter(verb="piece asked again").exists()
