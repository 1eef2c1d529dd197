from datetime import date

import pytest
from django.core.exceptions import ValidationError

from sporades.core.french import NO_SUCH_DAY
from sporades.registrations.fields import CalendarField


@pytest.mark.parametrize(
    "typed",
    [
        "31/08/2027",
        "31 8 2027",
        "31.08.2027",
        "2027-08-31",
        "31 août 2027",
        " 31 AOUT 2027 ",
        "31 aoû. 2027",
    ],
)
def test_a_day_is_read_as_people_write_it(typed):
    assert CalendarField().clean(typed) == date(2027, 8, 31)


def test_the_first_of_a_month_is_read():
    assert CalendarField().clean("1er mars 2027") == date(2027, 3, 1)


@pytest.mark.parametrize("typed", ["31 juin 2027", "31/06/2027", "30 février 2027"])
def test_a_day_of_no_calendar_is_told_so(typed):
    with pytest.raises(ValidationError, match=NO_SUCH_DAY):
        CalendarField().clean(typed)


@pytest.mark.parametrize("typed", ["31 ju 2027", "31 mois 2027", "août 2027", "31 août", "août"])
def test_what_is_no_whole_day_is_refused(typed):
    with pytest.raises(ValidationError):
        CalendarField().clean(typed)
