"""« Ce n'était pas moi »: an account goes back to whoever owned it."""

from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client
from django.urls import reverse

from sporades.accounts import second_factor
from sporades.accounts.models import User
from sporades.mail.models import Message
from tests.factories import NOW
from tests.web.account.owner import NEW, link_in, mails, sign_in
from tests.web.guide import main

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("territory", "clock", "_empty_cache")]


@pytest.fixture
def way_back(client, user, time_machine, now):
    """The link of « Ce n'était pas moi », after somebody took the account over."""
    time_machine.move_to(now, tick=False)
    thief = Client()
    sign_in(thief)
    thief.post(reverse("account_email"), {"email": "voleur@exemple.test"})
    thief.post(link_in(Message.objects.get(kind="address_change")))
    old = Message.objects.get(kind="address_changed", recipient="maelle@exemple.test")
    return thief, link_in(old)


def test_opening_the_link_of_it_was_not_me_changes_nothing(client, user, way_back):
    thief, link = way_back

    pages = [client.get(link).text for _ in range(2)]

    user.refresh_from_db()
    assert user.email == "voleur@exemple.test"
    assert "Votre compte retrouve l'adresse <strong>maelle@exemple.test</strong>." in pages[1]
    assert "maelle" not in link
    assert thief.get(reverse("account_edit")).status_code == 200


def test_it_was_not_me_gives_the_account_back_and_puts_the_thief_out(client, user, way_back):
    thief, link = way_back

    page = client.post(link, follow=True)

    assert "Votre compte a de nouveau l&#x27;adresse maelle@exemple.test" in page.text
    assert thief.get(reverse("account_edit")).status_code == 302
    for email in ("maelle@exemple.test", "voleur@exemple.test"):
        assert sign_in(thief, email=email).status_code == 200
    assert "address_restored" in mails("voleur@exemple.test")
    form = client.get(link_in(Message.objects.get(kind="password_reset")), follow=True)
    client.post(form.redirect_chain[-1][0], {"password1": NEW})
    assert sign_in(client, password=NEW).status_code == 302


def test_it_was_not_me_says_which_ways_of_signing_in_remain(client, user, way_back):
    _, link = way_back
    second_factor.enrol_totp(user)
    Authenticator.objects.update(created_at=NOW - timedelta(days=30))

    page = client.post(link, follow=True)

    assert "Restent pour vous connecter, avec lui : application de codes." in main(page)


def test_the_link_of_it_was_not_me_serves_once_and_says_so(client, way_back):
    _, link = way_back
    client.post(link)

    for answer in (client.get(link), client.post(link)):
        assert answer.status_code == 410
        assert "Il a déjà servi, ou il a plus de 72 heures." in answer.text
    assert client.get(reverse("account_undo_address", args=["inventé"])).status_code == 404


def test_after_72_hours_it_was_not_me_leads_to_the_service(client, user, way_back, time_machine):
    _, link = way_back
    time_machine.shift(timedelta(hours=72, seconds=1))

    answer = client.post(link)

    user.refresh_from_db()
    assert (answer.status_code, user.email) == (410, "voleur@exemple.test")
    assert f'href="{reverse("public:contact")}"' in answer.text


def test_it_was_not_me_says_when_the_address_has_become_anothers(client, user, way_back):
    _, link = way_back
    User.objects.create_user("maelle@exemple.test", created_at=NOW, activated_at=NOW)

    answer = client.post(link)

    user.refresh_from_db()
    assert (answer.status_code, user.email) == (409, "voleur@exemple.test")
    assert "est devenue celle d'un autre compte" in answer.text
