"""What was confided for a registration that its candidate leaves stays while that may be undone (E8, P-14)."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.db import connection

from sporades.accommodations.states import State
from sporades.acts import accommodating
from sporades.acts.registrations import leaving
from sporades.core.days import midnight
from sporades.exams.models import RegistrationService
from sporades.journal.models import Entry
from sporades.medical.models import Paper, Remark
from sporades.notices import operations as notices
from sporades.notices.models import Banner
from sporades.registrations.models import Registration
from sporades.retention import categories, tasks
from sporades.retention import operations as retention
from tests.accommodations.asked import reach
from tests.factories import NOW, author
from tests.jobs import work
from tests.medical.given import again, compartment, confide, found_clean, write

SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
PARIS = "Europe/Paris"


def leave(registration, at=NOW):
    """« Me désinscrire »; return the registration as it stands then."""
    by = author(registration.candidate)
    leaving.withdraw(registration=again(registration), by=by, at=at)
    return again(registration)


def is_there(registration):
    return Paper.objects.filter(compartment__registration=registration).exists()


def living_by(registration, zone):
    """Put the service of a registration by a clock."""
    RegistrationService.objects.filter(pk=registration.service_id).update(zone=zone)
    return again(registration)


@pytest.mark.parametrize(
    ("zone", "left", "first", "said"),
    [
        # By which clock its service lives, when it is left, from when on papers are erased, and
        # from which day they are said to be: never a later one than it is then there.
        (PARIS, NOW, date(2026, 11, 29), date(2026, 11, 29)),
        # 23:58 in Paris, midnight and the instant before it.
        (PARIS, datetime(2026, 11, 25, 22, 58, tzinfo=UTC), date(2026, 11, 29), date(2026, 11, 29)),
        (PARIS, datetime(2026, 11, 25, 23, tzinfo=UTC), date(2026, 11, 30), date(2026, 11, 30)),
        (
            PARIS,
            datetime(2026, 11, 25, 22, 59, 59, 999_999, tzinfo=UTC),
            date(2026, 11, 29),
            date(2026, 11, 29),
        ),
        # The 26th at 9:59 there, the 25th at 23:59 in Paris.
        (
            "Pacific/Noumea",
            datetime(2026, 11, 25, 22, 59, tzinfo=UTC),
            date(2026, 11, 29),
            date(2026, 11, 29),
        ),
        # The 25th at 20:00 there, the 26th at 7:00 in Paris; erased on the 29th at 13:00 there.
        (
            "Pacific/Tahiti",
            datetime(2026, 11, 26, 6, tzinfo=UTC),
            date(2026, 11, 30),
            date(2026, 11, 29),
        ),
        (
            "America/Martinique",
            datetime(2026, 11, 26, 1, tzinfo=UTC),
            date(2026, 11, 30),
            date(2026, 11, 29),
        ),
    ],
)
def test_papers_stay_until_the_night_after_the_last_instant_at_which_leaving_is_undone(
    registration, zone, left, first, said
):
    registration = living_by(registration, zone)
    found_clean(confide(registration))
    write(registration)
    reach(registration, State.WITH_DOCTOR)
    registration = leave(registration, at=left)
    displayed = (left + timedelta(hours=72)).replace(second=0, microsecond=0)
    last, erased = displayed + MINUTE - timedelta.resolution, midnight(first, PARIS)

    assert registration.can_be_undone(last)
    assert not registration.can_be_undone(last + timedelta.resolution)
    assert last < erased <= last + timedelta(days=1)
    assert categories.confided_until(compartment(registration).erase_after, registration) == said
    assert (retention.apply(at=last), retention.apply(at=erased - SECOND)) == (0, 0)
    assert is_there(registration)

    assert retention.apply(at=erased) == 1
    assert not is_there(registration)
    assert not Remark.objects.exists()
    assert Entry.objects.filter(verb="confided papers erased").count() == 1


def test_the_job_of_the_night_finds_them_in_that_night_and_not_before(registration):
    found_clean(confide(registration))
    reach(registration, State.ASKED)
    leave(registration)
    # It is queued at 3:10, and goes on by jobs of its own until nothing is left.
    there = []
    for day in (27, 28, 29):
        night = midnight(date(2026, 11, day), PARIS) + timedelta(hours=3, minutes=10)
        with time_machine.travel(night, tick=False):
            tasks.apply(0)
            while is_queued():
                work("retention")
        there.append(is_there(registration))

    assert there == [True, True, False]


def is_queued():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT 1 FROM procrastinate_jobs"
            " WHERE task_name = 'retention.go_on' AND status = 'todo')"
        )
        return cursor.fetchone()[0]


def test_the_day_is_said_by_the_clock_of_the_candidate_where_it_comes_sooner_there(registration):
    Registration.objects.filter(pk=registration.pk).update(postcode="97200")
    confide(registration)
    registration = leave(registration, at=datetime(2026, 11, 26, 1, tzinfo=UTC))

    assert registration.reader_zone == "America/Martinique"
    until = compartment(registration).erase_after
    assert categories.confided_until(until, registration) == date(2026, 11, 29)


@pytest.mark.parametrize("how", ["nothing asked", "taken back", "unsent"])
def test_whatever_was_asked_what_was_confided_stays_while_leaving_is_undone(registration, how):
    confide(registration)
    if how == "taken back":
        case = reach(registration, State.ASKED)
        accommodating.withdraw(case=case, by=author(registration.candidate), at=NOW)
        assert compartment(registration).erase_after == NOW
    elif how == "unsent":
        reach(registration, State.PREPARING)

    leave(registration, at=NOW + timedelta(hours=1))

    assert retention.apply(at=midnight(date(2026, 11, 28), PARIS) + timedelta(hours=11)) == 0
    assert retention.apply(at=midnight(date(2026, 11, 29), PARIS)) == 1


def test_the_closing_within_these_hours_erases_nothing_sooner_since_it_may_be_put_off(registration):
    confide(registration)
    closes = NOW + timedelta(hours=2)
    RegistrationService.objects.filter(pk=registration.service_id).update(closes_at=closes)
    left = leave(registration)
    assert not left.can_be_undone(closes + timedelta(minutes=1))

    assert retention.apply(at=midnight(date(2026, 11, 28), PARIS)) == 0
    RegistrationService.objects.filter(pk=registration.service_id).update(
        closes_at=NOW + timedelta(days=9)
    )

    assert again(registration).can_be_undone(midnight(date(2026, 11, 28), PARIS))
    assert is_there(registration)


@pytest.mark.parametrize("state", [State.WITH_DOCTOR, None], ids=["asked", "nothing asked"])
@pytest.mark.parametrize(
    ("ended", "first"),
    # When read-only mode is ended, before the night of the 28th or after it, and from when on
    # papers are erased: the evening of the day that follows is given back.
    [
        (midnight(date(2026, 11, 28), PARIS) + timedelta(hours=23), date(2026, 11, 30)),
        (midnight(date(2026, 11, 29), PARIS) + timedelta(hours=6), date(2026, 12, 1)),
    ],
)
def test_papers_stay_while_read_only_mode_gives_time_back_to_undo_leaving(
    registration, state, ended, first
):
    found_clean(confide(registration))
    if state is not None:
        reach(registration, state)
    leave(registration)
    begun, night = NOW + timedelta(hours=71), midnight(date(2026, 11, 29), PARIS)
    with time_machine.travel(begun, tick=False):
        notices.show(kind=Banner.Kind.ALERT, message="Panne.", at=begun, stops_writing=True)

    for instant in sorted([ended, night, midnight(first, PARIS) - SECOND]):
        with time_machine.travel(instant, tick=False):
            if instant == ended:
                notices.take_down(at=ended)
            assert (retention.apply(at=instant), retention.left_of(at=instant)) == (0, 0)
            assert is_there(registration)
    assert again(registration).can_be_undone(midnight(first, PARIS) - SECOND)
    with time_machine.travel(midnight(first, PARIS), tick=False):
        assert not again(registration).can_be_undone(midnight(first, PARIS))
        assert retention.apply(at=midnight(first, PARIS)) == 1


def test_a_decision_that_may_be_contested_keeps_papers_longer_than_leaving_does(registration):
    found_clean(confide(registration))
    reach(registration, State.NOTIFIED)
    until = compartment(registration).erase_after

    leave(registration)

    assert compartment(registration).erase_after == until
    assert until > NOW + timedelta(days=60)


def test_a_decision_that_is_final_already_does_not_shorten_what_leaving_keeps(registration):
    found_clean(confide(registration))
    reach(registration, State.NOTIFIED)
    until = compartment(registration).erase_after
    closes = until + timedelta(days=9)
    RegistrationService.objects.filter(pk=registration.service_id).update(closes_at=closes)

    leave(registration, at=until)

    assert compartment(registration).erase_after == until + timedelta(hours=72, minutes=1)


def test_a_request_that_is_taken_back_alone_keeps_its_papers_until_that_night(registration):
    confide(registration)
    case = reach(registration, State.ASKED)

    accommodating.withdraw(case=case, by=author(registration.candidate), at=NOW)

    assert retention.apply(at=midnight(date(2026, 11, 26), PARIS)) == 1
