"""The delays that a mail gave, and whose end came while nothing was written: they are given back (R-05)."""

from datetime import datetime, timedelta

import pytest
import time_machine

from sporades.accounts import operations as accounts
from sporades.accounts.models import AddressChange, LeftAddress, User
from sporades.acts.people import changing, forgetting, joining
from sporades.acts.registrations import leaving, registering
from sporades.notices import operations as notices
from sporades.notices.models import Banner
from sporades.registrations.models import Registration
from sporades.registrations.refusals import NotUndone
from tests.acts.people import joined
from tests.acts.test_it_was_not_me import taken_over
from tests.factories import NOW, PASSWORD, a_registration, author

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ENDS = NOW + 48 * HOUR
"""When each delay would have ended: on the 27th, at 10.30 in Paris."""
EVENING = datetime.fromisoformat("2026-11-28T23:59:00+01:00")

pytestmark = pytest.mark.django_db


def read_only(begins, ends, message="Panne."):
    notices.show(kind=Banner.Kind.ALERT, message=message, at=begins, until=ends, stops_writing=True)


def waiting():
    return User.objects.create_user("ines@exemple.test", PASSWORD, created_at=ENDS - 48 * HOUR)


def forgotten(at):
    with time_machine.travel(at, tick=False):
        return forgetting.delete_unactivated(at=at)


def activate(user, at):
    with time_machine.travel(at, tick=False):
        return joining.activate(user.pk, at=at)


def test_an_account_is_activated_until_the_evening_of_the_day_after():
    user = waiting()
    read_only(ENDS - 8 * HOUR, ENDS + 4 * HOUR)

    for later in (HOUR, 5 * HOUR):
        assert forgotten(ENDS + later) == 0
    assert activate(user, EVENING).activated_at == EVENING


def test_so_is_one_whose_last_minute_was_the_last_of_the_outage():
    half_a_minute = HOUR / 120
    user = User.objects.create_user(
        "ines@exemple.test", PASSWORD, created_at=ENDS - 48 * HOUR + half_a_minute
    )
    read_only(ENDS - 8 * HOUR, ENDS + 2 * half_a_minute)

    assert activate(user, EVENING).activated_at == EVENING


def test_it_is_forgotten_after_that():
    user = waiting()
    read_only(ENDS - 8 * HOUR, ENDS + 4 * HOUR)

    with pytest.raises(accounts.TooOld):
        activate(user, EVENING + HOUR)
    assert forgotten(EVENING + HOUR) == 1


def test_none_is_forgotten_while_nobody_knows_when_the_outage_ends():
    waiting()
    read_only(ENDS - HOUR, None)

    assert forgotten(ENDS + 3 * DAY) == 0


def test_nor_while_a_second_banner_says_that_it_goes_on():
    waiting()
    read_only(ENDS - HOUR, None)
    read_only(ENDS + HOUR, None, "La panne dure.")

    assert forgotten(ENDS + 3 * DAY) == 0


def test_of_an_outage_that_two_banners_said_it_is_the_evening_after_the_second():
    user = waiting()
    read_only(ENDS - 8 * HOUR, None)
    read_only(ENDS + 2 * HOUR, ENDS + 15 * HOUR, "La panne dure jusqu'au 28, à 1 h 30.")

    assert forgotten(EVENING + HOUR) == 0
    assert activate(user, EVENING + DAY).activated_at == EVENING + DAY


@pytest.mark.parametrize(
    ("begins", "ends"),
    [
        pytest.param(-4 * HOUR, -2 * HOUR, id="over before"),
        pytest.param(HOUR, 4 * HOUR, id="begun after"),
        pytest.param(-HOUR, -HOUR, id="cancelled"),
    ],
)
def test_what_could_be_activated_in_its_last_minute_ends_as_it_was_said(begins, ends):
    user = waiting()
    read_only(ENDS + begins, ENDS + ends)

    with pytest.raises(accounts.TooOld):
        activate(user, ENDS + 6 * HOUR)
    assert forgotten(EVENING + DAY) == 1


def test_an_account_is_given_back_to_its_owner_until_that_evening():
    left = taken_over(joined(at=NOW), at=ENDS - 72 * HOUR)
    read_only(ENDS - 8 * HOUR, ENDS + 4 * HOUR)

    for at in (ENDS + HOUR, EVENING):
        with time_machine.travel(at, tick=False):
            accounts.forget_old_changes(at=at)
    with time_machine.travel(EVENING, tick=False):
        user = changing.undo(left.pk, at=EVENING)

    assert user.email == "theo@exemple.test"


def test_what_may_give_it_back_is_forgotten_after_that():
    taken_over(joined(at=NOW), at=ENDS - 72 * HOUR)
    read_only(ENDS - 8 * HOUR, ENDS + 4 * HOUR)

    late = EVENING + HOUR
    with time_machine.travel(late, tick=False):
        accounts.forget_old_changes(at=late)

    assert not LeftAddress.objects.exists()


def wished():
    """Return a new address whose link would have been good for a day."""
    return accounts.ask_change(joined(at=NOW), email="a@ailleurs.test", at=ENDS - DAY)


def test_a_new_address_is_confirmed_until_that_evening():
    change = wished()
    read_only(ENDS - 8 * HOUR, ENDS + 4 * HOUR)

    for at in (ENDS + HOUR, EVENING):
        with time_machine.travel(at, tick=False):
            accounts.forget_old_changes(at=at)
    with time_machine.travel(EVENING, tick=False):
        user = changing.confirm_address_change(change.pk, at=EVENING)
        left = LeftAddress.objects.get()
        # What was added since it was asked for goes with it.
        assert left.suspect_since <= change.asked_at

    assert user.email == "a@ailleurs.test"


def test_a_new_address_is_forgotten_after_that():
    change = wished()
    read_only(ENDS - 8 * HOUR, ENDS + 4 * HOUR)

    late = EVENING + HOUR
    with time_machine.travel(late, tick=False):
        with pytest.raises(accounts.TooOld):
            changing.confirm_address_change(change.pk, at=late)
        accounts.forget_old_changes(at=late)

    assert not AddressChange.objects.exists()


@pytest.mark.usefixtures("invented_exam", "kept")
def test_a_withdrawal_is_undone_until_that_evening():
    registration = a_registration(at=ENDS - 74 * HOUR)
    by = author(registration.candidate)
    leaving.withdraw(registration=registration, by=by, at=ENDS - 72 * HOUR)
    read_only(ENDS - 8 * HOUR, ENDS + 4 * HOUR)
    left = Registration.objects.whole().get(pk=registration.pk)

    with time_machine.travel(EVENING, tick=False):
        assert "28 novembre 2026 à 23" in left.undone_until_in_words
        with pytest.raises(NotUndone):
            registering.begin_again(registration=left, by=by, at=EVENING + HOUR)
        assert registering.begin_again(registration=left, by=by, at=EVENING).pk
