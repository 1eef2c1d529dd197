"""A password that is changed, a key that is added, as something else happens to its account."""

import json

import pytest
from allauth.mfa.models import Authenticator
from django.urls import reverse

from sporades.accounts import operations as accounts
from sporades.accounts.keys import change_key
from sporades.accounts.models import AddressChange, LeftAddress, User
from sporades.acts.people import changing
from sporades.mail.models import Message
from tests.factories import NOW, PASSWORD
from tests.web.account.owner import NEW, activate_totp, answered_during, mails, sign_in
from tests.web.guide import main
from tests.web.passkeys import Passkey, show_alone

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("territory", "clock", "_empty_cache"),
]
THIEF = "voleur@exemple.test"


def posted_during(act, page, answers, browser):
    """Return what a page answers whose account was read before an act, and which waits for it."""
    return answered_during(act, lambda: browser.post(page, answers))


def change_password_during(act, browser):
    page = reverse("account_change_password")
    return posted_during(act, page, {"oldpassword": PASSWORD, "password1": NEW}, browser)


def move(user, email):
    """Give an account another address, confirmed."""
    changing.ask_address_change(user, email=email, network="", at=NOW)
    changing.confirm_address_change(AddressChange.objects.get(user=user).pk, at=NOW)
    return LeftAddress.objects.latest("pk")


def test_a_thief_who_changes_the_password_as_the_account_is_given_back_keeps_nothing(client, user):
    left = move(user, THIEF)
    sign_in(client, THIEF)

    answer = change_password_during(lambda: changing.undo(left.pk, at=NOW), client)

    found = User.objects.get(pk=user.pk)
    assert (answer.url, found.email) == (reverse("account_login"), "maelle@exemple.test")
    assert (found.taken_back_at, found.has_usable_password()) == (NOW, False)
    assert client.get(reverse("account_edit")).status_code == 302
    assert "le mot de passe de votre compte a changé ou n'est plus accepté" in main(
        client.get(answer.url)
    )
    assert "password_changed" not in mails()


def test_a_thief_who_adds_a_key_as_the_account_is_given_back_enters_by_it_no_more(client, user):
    left, page, key = move(user, THIEF), reverse("mfa_add_webauthn"), Passkey()
    sign_in(client, THIEF)
    options = client.get(page).context["js_data"]["creation_options"]
    answers = {"credential": json.dumps(key.made(options)), "passwordless": "on"}

    answer = posted_during(lambda: changing.undo(left.pk, at=NOW), page, answers, client)

    assert answer.url == reverse("account_login")
    assert not Authenticator.objects.exists()
    show_alone(client, reverse("mfa_login_webauthn"), key)
    assert "_auth_user_id" not in client.session


def test_a_thief_who_makes_new_codes_as_the_account_is_given_back_reads_none(client, user):
    sign_in(client)
    activate_totp(client)
    left, page = move(User.objects.get(pk=user.pk), THIEF), reverse("mfa_generate_recovery_codes")

    answer = posted_during(lambda: changing.undo(left.pk, at=NOW), page, {}, client)

    assert answer.url == reverse("account_login")
    assert not Authenticator.objects.filter(type=Authenticator.Type.RECOVERY_CODES).exists()


def test_a_thief_who_confirms_an_address_as_the_password_changes_has_moved_nothing(client, user):
    changing.ask_address_change(user, email=THIEF, network="", at=NOW)
    key = change_key(AddressChange.objects.get(user=user))
    sign_in(client)

    answer = posted_during(
        lambda: accounts.choose_password(
            User.objects.get(pk=user.pk), password_hash=accounts.hashed(NEW)
        ),
        reverse("account_confirm_address", args=[key]),
        {},
        client,
    )

    assert answer.url == reverse("account_login")
    assert User.objects.get(pk=user.pk).email == "maelle@exemple.test"
    assert client.get(reverse("account_edit")).status_code == 302


def test_an_address_confirmed_as_the_password_changes_stays_and_is_the_one_written_to(client, user):
    changing.ask_address_change(user, email="neuve@exemple.test", network="", at=NOW)
    change = AddressChange.objects.get(user=user).pk
    sign_in(client)

    answer = change_password_during(lambda: changing.confirm_address_change(change, at=NOW), client)

    found = User.objects.get(pk=user.pk)
    assert answer.url == reverse("account_edit")
    assert (found.email, found.check_password(NEW)) == ("neuve@exemple.test", True)
    assert client.get(reverse("account_edit")).status_code == 200
    assert "password_changed" in mails("neuve@exemple.test")


def test_an_account_closed_as_its_password_changes_does_not_come_back(client, user):
    sign_in(client)

    answer = change_password_during(lambda: accounts.close(User.objects.get(pk=user.pk)), client)

    assert answer.url == reverse("account_login")
    assert not User.objects.filter(pk=user.pk).exists()
    assert not Message.objects.filter(kind="password_changed").exists()
