"""Who reads the papers of health of a request, and until when (H3, P-14)."""

from datetime import UTC, datetime, timedelta

import pytest

from sporades.accommodations.rules import final_at
from sporades.accommodations.states import State
from sporades.acts import accommodating, moving, reading, registering
from sporades.medical.operations import compartment_of, due
from sporades.medical.queries import compartment
from tests.accommodations.asked import (
    MANAGER,
    a_doctor,
    again,
    case_of,
    decide,
    find_incomplete,
    reach,
    write,
)
from tests.factories import NOW, OPERATOR, author


@pytest.fixture
def confided(registration):
    """Make the compartment of a registration, as the first paper does."""
    compartment_of(registration)
    return registration


def test_the_doctor_who_has_a_request_reads_its_papers_and_the_candidate_takes_none_back(confided):
    case = reach(confided, State.WITH_DOCTOR)

    found = compartment(confided)
    assert (found.doctor, found.is_closed) == (case.doctor, True)


@pytest.mark.parametrize("back", ["incomplete", "taken", "moved"])
def test_a_request_that_leaves_its_doctor_takes_its_papers_along(confided, back):
    case = reach(confided, State.WITH_DOCTOR)
    if back == "incomplete":
        find_incomplete(confided)
    elif back == "taken":
        accommodating.take_from_doctor(case=case, by=MANAGER, at=NOW)
    else:
        moving.move_for_good(
            registration=again(confided), academy="A25", reason="Ici", by=OPERATOR, at=NOW
        )

    found = compartment(confided)
    assert (found.doctor, found.is_closed) == (None, False)
    assert not type(found).objects.visible_to(a_doctor()).exists()


def test_what_is_confided_for_a_new_request_is_not_read_by_the_former_doctor(confided):
    former = reach(confided, State.NOTIFIED)

    write(confided)

    found = compartment(confided)
    assert case_of(confided) != former
    assert (found.doctor, found.is_closed) == (None, False)
    assert not type(found).objects.visible_to(a_doctor()).exists()


def test_papers_are_erased_once_a_notified_decision_is_final(confided):
    reach(confided, State.OPINION_GIVEN)
    assert compartment(confided).erase_after is None
    _finish(confided)

    # Notified on the 25th of November and never read: received on the 10th of December.
    assert not due(at=datetime(2027, 2, 11, 22, 59, 59, tzinfo=UTC)).exists()
    assert due(at=datetime(2027, 2, 11, 23, tzinfo=UTC)).exists()


@pytest.mark.parametrize(
    ("opened", "final"),
    [
        # The day after the reception, two months, the day after: 26 January, a Tuesday.
        (NOW, datetime(2027, 1, 26, 23, tzinfo=UTC)),
        # Read after the presumption, and while it may be contested: the reading counts.
        (datetime(2027, 1, 4, 9, tzinfo=UTC), datetime(2027, 3, 5, 23, tzinfo=UTC)),
        # The last minute of the presumption's last day, then the first when it is final.
        (datetime(2027, 2, 11, 22, 59, tzinfo=UTC), datetime(2027, 4, 12, 22, tzinfo=UTC)),
        (datetime(2027, 2, 11, 23, tzinfo=UTC), datetime(2027, 2, 11, 23, tzinfo=UTC)),
    ],
)
def test_erasure_follows_the_first_reading_of_the_notification(confided, opened, final):
    reach(confided, State.OPINION_GIVEN)
    _finish(confided)

    _open(confided, at=opened)
    _open(confided, at=opened + timedelta(days=1))

    assert compartment(confided).erase_after == final


def test_reading_a_decision_that_is_asked_for_anew_erases_nothing(confided):
    reach(confided, State.OPINION_GIVEN)
    _finish(confided)
    notified = case_of(confided).notification
    write(confided)

    reading.open_document(version=notified, by=author(confided.candidate), at=NOW)

    assert compartment(confided).erase_after is None


@pytest.mark.parametrize("how", ["request", "registration"])
def test_papers_of_a_request_that_is_taken_back_are_erased(confided, how):
    case = reach(confided, State.WITH_DOCTOR)
    by = author(confided.candidate)
    if how == "request":
        accommodating.withdraw(case=case, by=by, at=NOW)
    else:
        registering.withdraw(registration=confided, by=by, at=NOW)

    assert due(at=NOW).get().doctor is None


def test_another_request_keeps_what_was_not_erased_yet(confided):
    case = reach(confided, State.ASKED)
    accommodating.withdraw(case=case, by=author(confided.candidate), at=NOW)
    write(confided)

    assert compartment(confided).is_taking
    assert case_of(confided).state == State.PREPARING


@pytest.mark.parametrize(
    ("received", "final"),
    [
        # Two months from the day in Paris, the day after them, then the day after.
        (datetime(2026, 12, 31, 12, tzinfo=UTC), datetime(2027, 3, 1, 23, tzinfo=UTC)),
        (datetime(2026, 6, 30, 22, 30, tzinfo=UTC), datetime(2026, 9, 2, 22, tzinfo=UTC)),
    ],
)
def test_a_decision_is_final_after_two_clear_months(received, final):
    assert final_at(received, "Europe/Paris") == final


def _open(registration, *, at):
    by = author(registration.candidate)
    reading.open_document(version=case_of(registration).notification, by=by, at=at)


def _finish(registration):
    decide(registration)
    case = case_of(registration)
    accommodating.notify(case=case, seen=case.decided_at, by=MANAGER, at=NOW)
