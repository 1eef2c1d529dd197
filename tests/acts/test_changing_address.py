"""What its owner changes of the address of an account."""

from datetime import timedelta
from functools import partial

import pytest

from sporades.accounts import operations as accounts
from sporades.accounts.models import AddressChange, User
from sporades.acts.people import addressing, changing
from sporades.candidates.models import Candidate
from sporades.journal.models import Entry
from sporades.mail.models import Message
from tests.acts.people import NOON, in_threads, join, joined


@pytest.mark.django_db
def test_a_new_address_is_confirmed_where_it_is_and_told_where_it_was():
    user = joined()

    changing.ask_address_change(user, email="theo@ailleurs.test", network="192.0.2.1", at=NOON)
    assert User.objects.get().email == "theo@exemple.test"
    changing.confirm_address_change(AddressChange.objects.get().pk, at=NOON + timedelta(hours=23))

    user = User.objects.get()
    assert (user.email, user.candidate.email) == ("theo@ailleurs.test", "theo@ailleurs.test")
    assert user.emailaddress_set.get().email == "theo@ailleurs.test"
    told = Message.objects.filter(kind="address_changed").values_list("recipient", flat=True)
    assert set(told) == {"theo@exemple.test", "theo@ailleurs.test"}
    assert Entry.objects.get(verb="address changed").actor_id == user.identifier


@pytest.mark.django_db
def test_no_letter_box_learns_the_other_address_before_its_reader_is_known():
    user = joined()
    changing.ask_address_change(user, email="theo@ailleurs.test", network="", at=NOON)
    changing.confirm_address_change(AddressChange.objects.get().pk, at=NOON)

    asked = Message.objects.get(kind="address_change")
    left, moved = (
        Message.objects.get(kind="address_changed", recipient=address)
        for address in ("theo@exemple.test", "theo@ailleurs.test")
    )

    assert asked.recipient == "theo@ailleurs.test"
    assert "theo@exemple.test" not in asked.body
    assert "theo@ailleurs.test" not in left.body
    assert "de theo@exemple.test à theo@ailleurs.test" in moved.body


@pytest.mark.django_db
def test_the_link_to_a_new_address_serves_once_for_a_day_and_the_last_one_only():
    user = joined()
    changing.ask_address_change(user, email="un@exemple.test", network="", at=NOON)
    first = AddressChange.objects.get().pk
    changing.ask_address_change(user, email="deux@exemple.test", network="", at=NOON)
    second = AddressChange.objects.get().pk

    with pytest.raises(accounts.TooOld):
        changing.confirm_address_change(first, at=NOON)
    with pytest.raises(accounts.TooOld):
        changing.confirm_address_change(second, at=NOON + timedelta(hours=24, seconds=1))
    changing.confirm_address_change(second, at=NOON + timedelta(hours=24))
    with pytest.raises(accounts.TooOld):
        changing.confirm_address_change(second, at=NOON)


@pytest.mark.django_db(transaction=True)
def test_of_several_wishes_at_one_instant_the_last_one_only_has_a_link():
    user = joined()
    wishes = [f"theo{number}@exemple.test" for number in range(4)]

    outcomes = in_threads(
        *(
            partial(changing.ask_address_change, user, email=wish, network="", at=NOON)
            for wish in wishes
        )
    )

    assert outcomes == [None] * 4
    change = AddressChange.objects.get()
    for old in range(change.pk - 3, change.pk):
        with pytest.raises(accounts.TooOld):
            changing.confirm_address_change(old, at=NOON)
    assert changing.confirm_address_change(change.pk, at=NOON).email == change.email


@pytest.mark.django_db
def test_where_no_mail_may_leave_the_link_on_its_way_is_good():
    user = joined()
    for minutes in (0, 5):
        at = NOON + timedelta(minutes=minutes)
        changing.ask_address_change(user, email="un@exemple.test", network="", at=at)
    sent = AddressChange.objects.get().pk
    at = NOON + timedelta(minutes=10)

    with pytest.raises(changing.LinkOnItsWay):
        changing.ask_address_change(user, email="un@exemple.test", network="", at=at)

    assert Message.objects.filter(kind="address_change").count() == 2
    changing.confirm_address_change(sent, at=at)
    user.refresh_from_db()
    assert user.email == "un@exemple.test"


@pytest.mark.django_db
def test_where_others_have_spent_the_mails_of_an_address_what_was_wished_stays():
    user = joined()
    changing.ask_address_change(user, email="un@exemple.test", network="", at=NOON)
    for _ in range(2):
        assert addressing.may_write("deux@exemple.test", network="", at=NOON)

    with pytest.raises(changing.NoMailLeft, match="dans une heure"):
        changing.ask_address_change(user, email="deux@exemple.test", network="", at=NOON)

    assert AddressChange.objects.get().email == "un@exemple.test"


@pytest.mark.django_db
def test_an_address_taken_between_the_mail_and_the_click_is_refused():
    user = joined()
    changing.ask_address_change(user, email="nina@exemple.test", network="", at=NOON)
    joined("nina@exemple.test")

    with pytest.raises(addressing.AddressKnown):
        changing.confirm_address_change(AddressChange.objects.get().pk, at=NOON)

    assert User.objects.get(pk=user.pk).email == "theo@exemple.test"


@pytest.mark.django_db(transaction=True)
def test_a_sign_up_and_a_change_racing_for_one_address_never_both_get_it():
    user = joined()
    changing.ask_address_change(user, email="nina@exemple.test", network="", at=NOON)
    change = AddressChange.objects.get().pk

    outcomes = in_threads(
        lambda: join("nina@exemple.test"), lambda: changing.confirm_address_change(change, at=NOON)
    )

    # The sign-up comes too late, or gives way: nobody had activated it.
    assert sum(isinstance(outcome, addressing.AddressKnown) for outcome in outcomes) <= 1
    assert User.objects.get().email == "nina@exemple.test"
    assert Candidate.objects.filter(email="nina@exemple.test").count() == 1
