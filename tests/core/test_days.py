"""Days on which nobody works."""

from datetime import date, timedelta

import pytest

from sporades.core.days import easter, holidays, months_after, months_before, working_day_from


@pytest.mark.parametrize(
    ("year", "month", "day"),
    # As the astronomers of the Bureau des longitudes publish them; the earliest and the latest.
    [(2000, 4, 23), (2008, 3, 23), (2011, 4, 24), (2024, 3, 31), (2027, 3, 28), (2038, 4, 25)],
)
def test_easter_is_the_one_of_the_calendar(year, month, day):
    assert easter(year) == date(year, month, day)


def test_a_year_has_eleven_holidays():
    assert sorted(holidays(2027)) == [
        date(2027, 1, 1),
        date(2027, 3, 29),
        date(2027, 5, 1),
        date(2027, 5, 6),
        date(2027, 5, 8),
        date(2027, 5, 17),
        date(2027, 7, 14),
        date(2027, 8, 15),
        date(2027, 11, 1),
        date(2027, 11, 11),
        date(2027, 12, 25),
    ]


@pytest.mark.parametrize(
    ("day", "working"),
    [
        (date(2027, 1, 26), date(2027, 1, 26)),
        (date(2027, 1, 1), date(2027, 1, 4)),
        (date(2027, 3, 27), date(2027, 3, 30)),
        (date(2027, 5, 6), date(2027, 5, 7)),
    ],
)
def test_a_day_on_which_nobody_works_is_put_off(day, working):
    assert working_day_from(day) == working


@pytest.mark.parametrize("months", [1, 2, 6, 14])
def test_the_first_day_that_leads_to_another_so_many_months_later(months):
    day = date(2027, 1, 1)
    while day < date(2029, 1, 1):  # 2028 has a 29 February
        first = months_before(day, months)
        assert months_after(first, months) >= day
        assert months_after(first - timedelta(days=1), months) < day
        day += timedelta(days=1)
