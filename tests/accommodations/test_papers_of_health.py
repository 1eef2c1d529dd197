"""Who reads the papers of health of a request, and until when (H3, P-14)."""

from datetime import UTC, datetime

import pytest

from sporades.accommodations.rules import final_at
from sporades.accommodations.states import State
from sporades.acts import accommodating, moving, registering
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


def test_papers_are_erased_once_a_notified_decision_is_final(confided):
    reach(confided, State.OPINION_GIVEN)
    assert compartment(confided).erase_after is None
    _finish(confided)

    last = datetime(2027, 1, 25, 22, 59, 59, tzinfo=UTC)
    assert compartment(confided).erase_after == final_at(NOW, "Europe/Paris")
    assert not due(at=last).exists()
    assert due(at=datetime(2027, 1, 25, 23, tzinfo=UTC)).exists()


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
    ("notified", "final"),
    [
        # Two months from the day in Paris, then the day after.
        (datetime(2026, 12, 31, 12, tzinfo=UTC), datetime(2027, 2, 28, 23, tzinfo=UTC)),
        (datetime(2026, 6, 30, 22, 30, tzinfo=UTC), datetime(2026, 9, 1, 22, tzinfo=UTC)),
    ],
)
def test_a_decision_is_final_the_day_after_two_months(notified, final):
    assert final_at(notified, "Europe/Paris") == final


def _finish(registration):
    decide(registration)
    accommodating.notify(case=case_of(registration), by=MANAGER, at=NOW)
