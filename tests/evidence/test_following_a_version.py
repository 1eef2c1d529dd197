"""The pieces of a registration follow its last version: one test for each row of docs/states.md."""

from datetime import timedelta

import pytest

from sporades.acts.pieces import verifying
from sporades.acts.registrations import registering
from sporades.evidence import operations as evidence
from sporades.evidence.models import Deposit, Evidence
from sporades.evidence.states import State
from sporades.registrations.models import Registration
from tests.evidence.given import BAC, MANAGER, again, give, piece
from tests.factories import NOW, a_registration, answer_all, answers_with, author
from tests.jobs import work
from tests.refusing import refuse

LATER = NOW + timedelta(hours=1)
WITH_BAC = {"qualification": {"diploma": "BAC"}, "epreuves": {"statut-E2": "inscrit"}}


def amend(registration, **changes):
    """File another version."""
    mine = author(registration.candidate)
    draft = registering.amend(registration=again(registration), by=mine, at=LATER)
    answer_all(draft, answers_with(**changes), at=LATER)
    return registering.register(draft=draft, by=mine, at=LATER).registration


def asks_no_more(registration):
    return amend(registration)


def asks_again(registration):
    return amend(registration, **WITH_BAC)


def deposited(registration):
    give(registration, BAC)


def found_clean(registration):
    given = give(registration, BAC)
    evidence.note_scanned(given, is_clean=True, at=NOW)


def found_infected(registration):
    given = give(registration, BAC)
    evidence.note_scanned(given, is_clean=False, at=NOW)


def accepted(registration):
    found_clean(registration)
    row = piece(registration, BAC)
    verifying.accept(row=row, seen=row.deposit_id, by=MANAGER, at=NOW)


def refused(registration):
    found_clean(registration)
    row = piece(registration, BAC)
    verifying.refuse(row=row, reason="Illisible.", seen=row.deposit_id, by=MANAGER, at=NOW)


def waived(registration):
    verifying.waive(row=piece(registration, BAC), reason="Vue au guichet.", by=MANAGER, at=NOW)


def posted(registration):
    verifying.receive(row=piece(registration, BAC), posted_on=NOW.date(), by=MANAGER, at=NOW)


def nothing(registration):
    """Let it stand as it is."""


HISTORIES = {
    "owed": (nothing, State.OWED, State.OWED),
    "deposited, not scanned": (deposited, State.CHECKING, State.CHECKING),
    "deposited, clean": (found_clean, State.DEPOSITED, State.DEPOSITED),
    "deposited, infected": (found_infected, State.REFUSED, State.OWED),
    "accepted": (accepted, State.ACCEPTED, State.DEPOSITED),
    "refused": (refused, State.REFUSED, State.DEPOSITED),
    "waived": (waived, State.WAIVED, State.OWED),
    "posted": (posted, State.POSTED, State.POSTED),
}
"""What was done of a piece, where it stood, where it stands once asked for again."""


@pytest.fixture
def with_bac(kept):
    return a_registration(**WITH_BAC)


def test_what_is_asked_for_the_first_time_is_owed(with_bac):
    assert list(with_bac.evidence.order_by("place").values_list("code", "state")) == [
        ("IDENTITE", State.OWED),
        ("BAC", State.OWED),
    ]


def test_what_a_new_answer_calls_for_is_owed(registration):
    asks_again(registration)

    assert piece(registration, BAC).state == State.OWED


@pytest.mark.parametrize("name", HISTORIES)
def test_what_is_still_asked_for_keeps_its_file_and_its_verdict(with_bac, name):
    lived, stood, _ = HISTORIES[name]
    lived(with_bac)
    before = Evidence.objects.filter(code=BAC).values().get()

    amend(with_bac, **WITH_BAC, identification={"mobile": "06 39 98 56 78"})

    assert before["state"] == stood
    assert Evidence.objects.filter(code=BAC).values().get() == before


@pytest.mark.parametrize("name", HISTORIES)
def test_what_is_asked_for_no_more_is_withdrawn_and_its_files_stay(with_bac, name):
    HISTORIES[name][0](with_bac)
    files = list(Deposit.objects.values_list("key", flat=True))

    asks_no_more(with_bac)

    row = piece(with_bac, BAC)
    assert (row.state, row.reason, row.decided_at) == (State.WITHDRAWN, "", None)
    assert list(Deposit.objects.values_list("key", flat=True)) == files


@pytest.mark.parametrize("name", HISTORIES)
def test_what_is_asked_for_again_is_back_and_to_be_verified_again(with_bac, name):
    lived, _, back = HISTORIES[name]
    lived(with_bac)
    given = piece(with_bac, BAC).deposit_id
    asks_no_more(with_bac)

    asks_again(with_bac)

    row = piece(with_bac, BAC)
    assert (row.state, row.deposit_id, row.reason, row.decided_at) == (back, given, "", None)


@pytest.mark.parametrize("name", HISTORIES)
@pytest.mark.parametrize(
    "change", [{"label": "Autre libellé"}, {"until": "2027-01-15T22:59:00+00:00"}], ids=str
)
def test_what_is_asked_for_in_other_words_keeps_its_verdict(with_bac, name, change):
    lived, stood, _ = HISTORIES[name]
    lived(with_bac)
    said = again(with_bac).owed["evidence"]

    evidence.ask(with_bac, [said[0], {**said[1], **change}], at=LATER)

    row = piece(with_bac, BAC)
    said_now = {"label": row.label, "until": row.until.isoformat()}
    assert (row.state, said_now | change) == (stood, said_now)


def test_registrations_that_stood_before_are_asked_by_some_until_none_is_left(registration):
    other = a_registration(**WITH_BAC)
    give(other)
    Evidence.objects.filter(registration=registration).delete()
    asked = Evidence.objects.filter(registration=other).count()

    seen, after = [], 0
    while after := evidence.ask_some(after=after, most=1, at=LATER):
        seen.append(after)

    assert seen == list(Registration.objects.order_by("pk").values_list("pk", flat=True))
    assert [one.state for one in registration.evidence.all()] == [State.OWED]
    assert Evidence.objects.filter(registration=other).count() == asked
    assert piece(other).state == State.CHECKING


def test_one_that_cannot_be_asked_keeps_no_other_from_it(registration, caplog):
    other = a_registration(**WITH_BAC)
    Evidence.objects.all().delete()
    refuse("evidence_evidence", registration.pk, "registration_id")

    assert evidence.ask_some(after=0, most=10, at=LATER) == other.pk

    assert not registration.evidence.exists()
    assert other.evidence.count() == len(again(other).owed["evidence"])
    assert f"could not be applied to {registration.pk}" in caplog.text


def test_without_an_antivirus_a_file_waits(registration, kept):
    give(registration)

    work("evidence")

    assert piece(registration).state == State.CHECKING
