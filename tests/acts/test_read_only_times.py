"""Between which instants nothing was written: banners in a row, apart, of the other kind, cancelled (R-05)."""

from datetime import timedelta

import pytest
import time_machine

from sporades.notices import operations as notices
from sporades.notices.models import Banner
from sporades.notices.queries import after_reading, judged_before, written_again_after
from tests.factories import NOW

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ZONE = "Europe/Paris"
LATER = NOW + 10 * DAY

pytestmark = pytest.mark.django_db


def show(begins, ends, *, stops_writing=True):
    notices.show(
        kind=Banner.Kind.ALERT,
        message=f"Panne, de {begins} à {ends}.",
        at=NOW + begins * HOUR,
        until=NOW + ends * HOUR,
        stops_writing=stops_writing,
    )


def plan(begins, ends, *, at, stops_writing=True):
    """Plan a banner, and return its key."""
    made = notices.plan(
        kind=Banner.Kind.ALERT,
        message=f"Panne prévue, de {begins} à {ends}.",
        starts_at=NOW + begins * HOUR,
        until=NOW + ends * HOUR,
        stops_writing=stops_writing,
        at=NOW + at * HOUR,
    )
    return str(made.banner.pk)


def written_again(hours, *, at=LATER):
    """Return after how many hours writing began again, for a deadline that ended after so many."""
    with time_machine.travel(at, tick=False):
        again = written_again_after(NOW + hours * HOUR)
    return None if again is None else (again - NOW) / HOUR


def test_of_two_that_follow_at_once_the_second_ends_it_and_of_two_apart_each_its_own():
    show(0, 2)
    show(2, 4)
    show(6, 8)

    assert [written_again(hours) for hours in (1, 3, 5, 7, 9)] == [4, 4, None, 8, None]


def test_an_ordinary_one_keeps_nobody_from_writing_whatever_it_follows():
    show(0, 2)
    show(2, 4, stops_writing=False)
    show(4, 6)

    assert [written_again(hours) for hours in (1, 3, 5)] == [2, None, 6]


def test_it_began_with_the_first_of_those_in_a_row_and_with_none_before_a_time_apart():
    show(-30, -20)
    show(0, 2)
    show(2, 4)
    during = NOW + 3 * HOUR

    with time_machine.travel(during, tick=False):
        # Until that evening, the time of the first is given back.
        assert after_reading(NOW - 25 * HOUR, ZONE) > during
        assert judged_before(during, ZONE) == NOW - 30 * HOUR - timedelta(minutes=1)
    with time_machine.travel(during + DAY, tick=False):
        assert judged_before(during + DAY, ZONE) == NOW - timedelta(minutes=1)
    with time_machine.travel(LATER, tick=False):
        assert judged_before(LATER, ZONE) == LATER


def test_one_that_was_cancelled_does_not_part_two_that_follow_at_once():
    show(0, 20)
    notices.cancel(planned=plan(10, 12, at=1), at=NOW + 2 * HOUR)
    show(20, 40)

    assert [written_again(hours) for hours in (5, 15, 25)] == [40, 40, 40]
    assert written_again(45) is None


def test_one_that_is_cancelled_gives_no_time_to_what_was_to_end_by_itself_as_it_began():
    show(0, 2)
    notices.cancel(planned=plan(2, 4, at=1), at=NOW + HOUR)

    assert [written_again(hours) for hours in (1, 3)] == [2, None]
