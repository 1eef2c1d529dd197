"""Who reads the papers of health of a request, and until when (H3, P-14)."""

from datetime import UTC, datetime, timedelta

import pytest

from sporades.accommodations.contesting import final_at, papers_kept_until, presumed_at
from sporades.accommodations.models import Again
from sporades.accommodations.states import State
from sporades.acts import accommodating, consulting
from sporades.acts.medical import erasing
from sporades.acts.registrations import leaving, moving
from sporades.medical.operations import compartment_of, due, erase_after
from sporades.medical.queries import compartment
from sporades.registrations.queries import lock_registration
from tests.accommodations.asked import (
    MANAGER,
    a_doctor,
    again,
    case_of,
    decide,
    entrust,
    find_incomplete,
    opine,
    reach,
    write,
)
from tests.factories import NOW, OPERATOR, author

PARIS = "Europe/Paris"


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

    # Notified on the 25th of November and never read: received on the 10th of December, contested
    # until the 11th of February, by a letter that may take fifteen days.
    assert not due(at=datetime(2027, 2, 26, 22, 59, 59, tzinfo=UTC)).exists()
    assert due(at=datetime(2027, 2, 26, 23, tzinfo=UTC)).exists()


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

    assert compartment(confided).erase_after == papers_kept_until(final, PARIS)


def test_reading_a_decision_that_is_asked_for_anew_erases_nothing(confided):
    reach(confided, State.OPINION_GIVEN)
    _finish(confided)
    notified = case_of(confided).notification
    write(confided)

    consulting.open_document(version=notified, by=author(confided.candidate), at=NOW)

    assert compartment(confided).erase_after is None


@pytest.mark.parametrize("how", ["request", "registration"])
def test_papers_of_a_request_that_is_taken_back_are_erased(confided, how):
    case = reach(confided, State.WITH_DOCTOR)
    by = author(confided.candidate)
    if how == "request":
        accommodating.withdraw(case=case, by=by, at=NOW)
        over = NOW
    else:
        leaving.withdraw(registration=confided, by=by, at=NOW)
        over = NOW + timedelta(hours=72, minutes=1)

    assert compartment(confided).doctor is None
    assert due(at=over).exists()
    assert not due(at=over - timedelta.resolution).exists()


def test_another_request_keeps_what_was_not_erased_yet(confided):
    case = reach(confided, State.ASKED)
    accommodating.withdraw(case=case, by=author(confided.candidate), at=NOW)
    write(confided)

    assert compartment(confided).is_taking
    assert case_of(confided).state == State.PREPARING


KEPT = papers_kept_until(final_at(presumed_at(NOW, PARIS), PARIS), PARIS)
"""Until when a decision that is notified now, and not read, keeps papers."""
READ = NOW + timedelta(days=40)
"""Within the delay that the presumption gives."""
KEPT_READ = papers_kept_until(final_at(READ, PARIS), PARIS)
LATER = NOW + timedelta(days=1)
KEPT_LATER = papers_kept_until(final_at(presumed_at(LATER, PARIS), PARIS), PARIS)


def _take_back(registration, *, at=LATER):
    by = author(registration.candidate)
    accommodating.withdraw(case=case_of(registration), by=by, at=at)


def _take_again(registration, *, has_opinion):
    accommodating.take_again(
        case=case_of(registration), why=Again.ERROR, has_opinion=has_opinion, by=MANAGER, at=LATER
    )


def _draft_beside(registration):
    reach(registration, State.NOTIFIED)
    write(registration, at=LATER)
    _take_back(registration)


def _sent_beside(registration):
    reach(registration, State.NOTIFIED)
    reach(registration, State.WITH_DOCTOR, at=LATER)
    _take_back(registration)


def _two_drafts_beside(registration):
    _draft_beside(registration)
    write(registration, at=LATER + timedelta(days=1))
    _take_back(registration, at=LATER + timedelta(days=1))


def _registration_withdrawn(registration):
    reach(registration, State.NOTIFIED)
    leaving.withdraw(registration=again(registration), by=author(registration.candidate), at=LATER)


def _registration_withdrawn_with_a_draft(registration):
    reach(registration, State.NOTIFIED)
    write(registration, at=LATER)
    leaving.withdraw(registration=again(registration), by=author(registration.candidate), at=LATER)


def _taken_again_then_registration_withdrawn(registration):
    reach(registration, State.NOTIFIED)
    _take_again(registration, has_opinion=False)
    leaving.withdraw(registration=again(registration), by=author(registration.candidate), at=LATER)


def _taken_again_then_cancelled(registration):
    reach(registration, State.NOTIFIED)
    _take_again(registration, has_opinion=True)
    accommodating.cancel_taking_again(
        case=case_of(registration), reason="Par erreur.", by=MANAGER, at=LATER
    )


def _taken_again_with_another_opinion(registration):
    reach(registration, State.NOTIFIED)
    _take_again(registration, has_opinion=False)
    for step in (entrust, opine, _finish):
        step(registration, at=LATER)


def _handicap_declared_no_more(registration):
    reach(registration, State.NOTIFIED)
    write(registration, at=LATER)
    accommodating.follow(
        lock_registration(registration.pk),
        is_declared_no_more=True,
        by=author(registration.candidate),
        at=LATER,
    )


def _notified_twice_the_first_read_late(registration):
    first = reach(registration, State.NOTIFIED).notification
    reach(registration, State.NOTIFIED, at=LATER)
    consulting.open_document(version=first, by=author(registration.candidate), at=READ)


def _notified_twice_the_last_read_at_once(registration):
    reach(registration, State.NOTIFIED)
    last = reach(registration, State.NOTIFIED, at=LATER).notification
    consulting.open_document(version=last, by=author(registration.candidate), at=LATER)


def _taken_back_then_notified(registration):
    reach(registration, State.WITHDRAWN)
    reach(registration, State.NOTIFIED)


def _decided_beside(registration):
    reach(registration, State.NOTIFIED)
    reach(registration, State.DECIDED, at=LATER)


@pytest.mark.parametrize(
    ("course", "until"),
    [
        (_draft_beside, KEPT),
        (_sent_beside, KEPT),
        (_two_drafts_beside, KEPT),
        (_registration_withdrawn, KEPT),
        (_registration_withdrawn_with_a_draft, KEPT),
        (_taken_again_then_registration_withdrawn, KEPT),
        (_taken_again_then_cancelled, KEPT),
        (_taken_again_with_another_opinion, KEPT_LATER),
        (_handicap_declared_no_more, KEPT),
        (_notified_twice_the_first_read_late, KEPT_READ),
        (_notified_twice_the_last_read_at_once, KEPT),
        (_taken_back_then_notified, KEPT),
        (_decided_beside, None),
    ],
)
def test_papers_stay_as_long_as_any_request_may_be_contested(confided, course, until):
    course(confided)

    assert compartment(confided).erase_after == until


def test_a_day_that_was_written_too_early_erases_nothing_that_is_contestable(confided):
    reach(confided, State.NOTIFIED)
    found = compartment_of(confided)
    erase_after(found, NOW)

    assert not erasing.erase(found, at=LATER)
    assert compartment(confided).erase_after == KEPT
    assert erasing.erase(found, at=KEPT)


def test_papers_of_a_request_that_was_begun_meanwhile_are_not_erased(confided):
    reach(confided, State.NOTIFIED)
    found = compartment_of(confided)
    write(confided, at=LATER)

    assert not erasing.erase(found, at=KEPT)


@pytest.mark.parametrize(
    ("received", "final"),
    [
        # Two months from the day in Paris, the day after them, then the day after.
        (datetime(2026, 12, 31, 12, tzinfo=UTC), datetime(2027, 3, 1, 23, tzinfo=UTC)),
        (datetime(2026, 6, 30, 22, 30, tzinfo=UTC), datetime(2026, 9, 2, 22, tzinfo=UTC)),
    ],
)
def test_a_decision_is_final_after_two_clear_months(received, final):
    assert final_at(received, PARIS) == final


def _open(registration, *, at):
    by = author(registration.candidate)
    consulting.open_document(version=case_of(registration).notification, by=by, at=at)


def _finish(registration, *, at=NOW):
    decide(registration, at=at)
    case = case_of(registration)
    accommodating.notify(case=case, seen=case.decided_at, by=MANAGER, at=at)
