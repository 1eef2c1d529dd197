"""What its owner takes back from whoever changed an account."""

from datetime import timedelta
from functools import partial

import pytest
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession

from sporades.accounts import operations as accounts
from sporades.accounts.models import AddressChange, LeftAddress, User
from sporades.accounts.tokens import ResetTokens
from sporades.acts.people import addressing, changing
from sporades.journal.models import Entry
from sporades.mail.models import Message
from tests.acts.people import NOON, in_threads, join, joined, told


def taken_over(user, email="voleur@exemple.test", at=NOON):
    """Somebody changes the address of an account; return what may give it back."""
    changing.ask_address_change(user, email=email, network="", at=at)
    changing.confirm_address_change(AddressChange.objects.get(user=user).pk, at=at)
    return LeftAddress.objects.latest("pk")


@pytest.mark.django_db
def test_the_old_address_alone_gets_the_way_back():
    taken_over(joined())

    old, new = (
        Message.objects.get(kind="address_changed", recipient=email).body.replace(
            "\N{NO-BREAK SPACE}", " "
        )
        for email in ("theo@exemple.test", "voleur@exemple.test")
    )

    assert "Ce n'était pas moi : https://inscriptions.exemple.test/ce-n-etait-pas-moi/" in old
    assert "samedi 28 novembre 2026 à 13 h 00 (heure de Paris)" in old
    assert "ce-n-etait-pas-moi" not in new


@pytest.mark.django_db
def test_an_account_taken_over_comes_back_to_its_address_and_nobody_is_in_it():
    user = joined()
    left = taken_over(user)
    UserSession.objects.create(user=user, ip="192.0.2.1", session_key="ouverte", user_agent="x")

    changing.undo(left.pk, at=NOON + timedelta(hours=72))

    user = User.objects.get()
    assert (user.email, user.candidate.email) == ("theo@exemple.test", "theo@exemple.test")
    assert user.emailaddress_set.get().email == "theo@exemple.test"
    assert not user.has_usable_password()
    assert not UserSession.objects.exists()
    assert told("address_restored") == ["theo@exemple.test", "voleur@exemple.test"]
    assert told("password_reset") == ["theo@exemple.test"]
    assert Entry.objects.get(verb="address change undone").actor_kind == "link"


@pytest.mark.django_db
def test_an_account_given_back_moves_nowhere_for_72_hours_and_says_why():
    left = taken_over(joined())
    changing.undo(left.pk, at=NOON)
    user = User.objects.get()
    wish = accounts.ask_change(user, email="ailleurs@exemple.test", at=NOON)

    for act in (
        lambda: changing.ask_address_change(
            user, email="ailleurs@exemple.test", network="", at=NOON + timedelta(hours=72)
        ),
        lambda: changing.confirm_address_change(wish.pk, at=NOON + timedelta(hours=1)),
    ):
        with pytest.raises(accounts.Held, match=r"jusqu'au samedi 28 novembre 2026"):
            act()
    after = NOON + timedelta(hours=72, seconds=1)
    changing.ask_address_change(user, email="ailleurs@exemple.test", network="", at=after)


@pytest.mark.django_db
def test_each_address_reads_what_it_may_do_once_an_account_is_given_back():
    user = joined()
    Authenticator.objects.create(
        user=user, type="webauthn", data={}, created_at=NOON - timedelta(days=30)
    )

    changing.undo(taken_over(user).pk, at=NOON)

    back, taken = (
        Message.objects.get(kind="address_restored", recipient=email).body
        for email in ("theo@exemple.test", "voleur@exemple.test")
    )
    assert "avec le nouveau mot de passe : clé d'accès." in back
    assert "clé d'accès" not in taken
    assert "qui peut vous le rendre : https://inscriptions.exemple.test/contact" in taken


@pytest.mark.django_db
def test_the_way_back_serves_once_for_72_hours():
    left = taken_over(joined())
    late = NOON + timedelta(hours=72, seconds=1)

    with pytest.raises(accounts.TooOld):
        changing.undo(left.pk, at=late)
    changing.undo(left.pk, at=NOON)
    with pytest.raises(accounts.TooOld):
        changing.undo(left.pk, at=NOON)


@pytest.mark.django_db
def test_the_first_address_wins_over_those_that_came_after():
    user = joined()
    mine = taken_over(user, "un@exemple.test")
    theirs = taken_over(User.objects.get(), "deuencore@exemple.test", at=NOON + timedelta(hours=1))

    changing.undo(mine.pk, at=NOON + timedelta(hours=2))

    assert User.objects.get().email == "theo@exemple.test"
    with pytest.raises(accounts.TooOld):
        changing.undo(theirs.pk, at=NOON + timedelta(hours=2))


@pytest.mark.django_db
def test_ways_in_that_were_added_go_and_older_ones_stay():
    user = joined()
    for name, age in (("la mienne", timedelta(days=30)), ("la sienne", timedelta(hours=23))):
        Authenticator.objects.create(
            user=user, type="webauthn", data={"name": name}, created_at=NOON - age
        )
        SocialAccount.objects.create(user=user, provider=name, uid="1")
        SocialAccount.objects.filter(provider=name).update(date_joined=NOON - age)
    left = taken_over(user)

    changing.undo(left.pk, at=NOON)

    assert [one.data["name"] for one in Authenticator.objects.all()] == ["la mienne"]
    assert [one.provider for one in SocialAccount.objects.all()] == ["la mienne"]


@pytest.mark.django_db
def test_the_reset_that_the_thief_asked_for_dies_and_a_wish_for_another_address_too():
    user = joined()
    left = taken_over(user)
    changing.help_back_in("voleur@exemple.test", network="", known_accounts=[], at=NOON)
    theirs = Message.objects.get(kind="password_reset").body
    changing.ask_address_change(
        User.objects.get(), email="encore@exemple.test", network="", at=NOON
    )

    changing.undo(left.pk, at=NOON + timedelta(minutes=1))

    token = theirs.partition("/nouveau-mot-de-passe/")[2].split()[0].rstrip("/").split("/")[-1]
    mine = Message.objects.get(kind="password_reset", recipient="theo@exemple.test").body
    assert not ResetTokens().check_token(User.objects.get(), token)
    assert token not in mine
    assert not AddressChange.objects.exists()


@pytest.mark.django_db
def test_an_address_that_was_left_is_kept_for_its_account_as_long_as_it_may_come_back():
    left = taken_over(joined())

    with pytest.raises(addressing.AddressKnown):
        join("theo@exemple.test", at=NOON + timedelta(hours=72))
    other = joined("nina@exemple.test")
    with pytest.raises(addressing.AddressKnown):
        changing.ask_address_change(other, email="theo@exemple.test", network="", at=NOON)

    join("theo@exemple.test", at=NOON + timedelta(hours=72, seconds=1))
    assert not LeftAddress.objects.filter(pk=left.pk).exists()


@pytest.mark.django_db
def test_an_account_does_not_take_an_address_that_has_become_anothers():
    left = taken_over(joined())
    # As an operator could make one, without asking.
    User.objects.create_user("theo@exemple.test", created_at=NOON, activated_at=NOON)

    with pytest.raises(addressing.AddressKnown):
        changing.undo(left.pk, at=NOON)

    assert User.objects.filter(email="voleur@exemple.test").exists()


@pytest.mark.django_db(transaction=True)
def test_the_owner_and_the_thief_at_the_same_instant_never_leave_the_thief_in():
    user = joined()
    left = taken_over(user)
    changing.ask_address_change(
        User.objects.get(), email="encore@exemple.test", network="", at=NOON
    )
    change = AddressChange.objects.get().pk

    outcomes = in_threads(
        lambda: changing.undo(left.pk, at=NOON),
        lambda: changing.confirm_address_change(change, at=NOON),
    )

    assert User.objects.get().email == "theo@exemple.test"
    refused = [one for one in outcomes if isinstance(one, Exception)]
    assert all(isinstance(one, accounts.TooOld) for one in refused)


@pytest.mark.django_db
def test_addresses_left_for_good_are_forgotten():
    taken_over(joined())

    accounts.forget_old_changes(at=NOON + timedelta(hours=72))
    assert LeftAddress.objects.count() == 1
    accounts.forget_old_changes(at=NOON + timedelta(hours=72, seconds=1))
    assert LeftAddress.objects.count() == 0


def added(user, at=NOON):
    """Somebody adds a passkey to an account; return what takes it away."""
    Authenticator.objects.create(user=user, type="webauthn", data={"name": "sienne"}, created_at=at)
    changing.tell_sign_in_changed(
        user, change="webauthn_added", news="une clé a été ajoutée", is_added=True, at=at
    )
    return LeftAddress.objects.latest("pk")


@pytest.mark.django_db
def test_a_passkey_that_a_thief_added_goes_with_what_came_after_and_nothing_older():
    user = joined()
    UserSession.objects.create(user=user, ip="192.0.2.1", session_key="ouverte", user_agent="x")
    Authenticator.objects.create(
        user=user, type="totp", data={}, created_at=NOON - timedelta(seconds=1)
    )
    left = added(user)
    Authenticator.objects.create(
        user=user, type="recovery_codes", data={}, created_at=NOON + timedelta(hours=1)
    )

    changing.undo(left.pk, at=NOON + timedelta(hours=72))

    user = User.objects.get()
    assert [one.type for one in Authenticator.objects.all()] == ["totp"]
    assert (user.email, user.has_usable_password()) == ("theo@exemple.test", False)
    assert not UserSession.objects.exists()
    assert told("password_reset") == ["theo@exemple.test"]
    assert told("address_restored") == []
    assert Entry.objects.filter(verb="sign-in change undone").count() == 1


@pytest.mark.django_db
def test_a_thief_who_adds_a_passkey_then_takes_the_address_loses_both():
    user = joined()
    left = added(user)
    later = taken_over(User.objects.get(), at=NOON + timedelta(hours=60))

    changing.undo(left.pk, at=NOON + timedelta(hours=71))

    assert User.objects.get().email == "theo@exemple.test"
    assert not Authenticator.objects.exists()
    assert told("address_restored") == ["theo@exemple.test", "voleur@exemple.test"]
    for used in (left, later):
        with pytest.raises(accounts.TooOld):
            changing.undo(used.pk, at=NOON + timedelta(hours=71))


@pytest.mark.django_db
def test_the_way_back_from_an_added_passkey_lasts_72_hours():
    left = added(joined())

    with pytest.raises(accounts.TooOld):
        changing.undo(left.pk, at=NOON + timedelta(hours=72, seconds=1))

    assert Authenticator.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_links_to_undo_used_at_one_instant_leave_the_account_to_its_first_address():
    mine = taken_over(joined(), "un@exemple.test")
    theirs = taken_over(User.objects.get(), "deux@exemple.test", at=NOON + timedelta(hours=1))

    outcomes = in_threads(
        *(partial(changing.undo, left.pk, at=NOON + timedelta(hours=2)) for left in (mine, theirs))
    )

    assert User.objects.get().email == "theo@exemple.test"
    assert not LeftAddress.objects.exists()
    refused = [one for one in outcomes if isinstance(one, Exception)]
    assert all(isinstance(one, accounts.TooOld) for one in refused)
