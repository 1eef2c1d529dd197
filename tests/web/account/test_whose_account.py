"""An account is activated by who made it: its password, the letter box, or FranceConnect."""

import pytest
from django.test import Client
from django.urls import reverse

from sporades.accounts.models import User
from sporades.candidates.models import Candidate
from sporades.mail.models import Message
from tests.jobs import work
from tests.web.account.newcomer import PASSWORD, link_in, sign_in, sign_up
from tests.web.guide import main, seen, shown, titles

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("territory")]

ANOTHER = "fauteuil girafe turquoise"


def last_link():
    work()
    return link_in(Message.objects.filter(kind="activation").latest("pk"))


def test_a_stranger_who_signed_up_with_somebodys_address_is_let_in_by_nobodys_click(client):
    sign_up(Client(), birth_name="Voleur", password=ANOTHER)

    page = client.post(last_link(), {"password": PASSWORD})

    assert "Ce n'est pas le mot de passe choisi à la création de ce compte" in main(page)
    assert User.objects.get().activated_at is None
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize("hides", [False, True])
def test_whoever_signs_up_after_a_stranger_gets_an_account_of_ones_own(client, settings, hides):
    settings.HIDE_KNOWN_ADDRESSES = hides
    sign_up(Client(), birth_name="Voleur", password=ANOTHER)
    strangers_link = last_link()

    answer = sign_up(client)
    client.post(last_link(), {"password": PASSWORD})

    assert answer.url == reverse("account_email_verification_sent")
    assert Client().get(strangers_link).status_code == 410
    assert Candidate.objects.get().identity.birth_name == "Marchand"
    assert "_auth_user_id" in client.session
    assert "_auth_user_id" not in sign_in_as_the_stranger().session


def sign_in_as_the_stranger():
    stranger = Client()
    sign_in(stranger, password=ANOTHER)
    return stranger


def test_who_has_the_mail_but_not_the_password_starts_again_whatever_strangers_did(client):
    for _ in range(3):
        sign_up(Client(), birth_name="Voleur", password=ANOTHER)
    link = last_link()

    answer = client.post(link, {"again": "1"})
    form = client.get(answer.url)
    sign_up(client)
    client.post(last_link(), {"password": PASSWORD})

    assert answer.url == reverse("account_signup")
    assert shown(form, form="form")["email"] == ["ines@exemple.test"]
    assert Candidate.objects.get().identity.birth_name == "Marchand"
    assert "_auth_user_id" in client.session


def test_the_mail_opened_for_one_address_opens_nothing_for_another(client):
    sign_up(Client())
    client.post(last_link(), {"again": "1"})
    for _ in range(3):
        sign_up(client, email="nina@exemple.test")

    work()
    assert Message.objects.filter(recipient="nina@exemple.test").count() == 1
    assert User.objects.filter(email="ines@exemple.test").exists()


def test_a_password_is_not_guessed_at_the_activation_and_wrong_sign_ins_do_not_bar_it(client):
    sign_up(Client())
    link = last_link()
    for number in range(25):
        sign_in(Client(REMOTE_ADDR=f"192.0.2.{number // 5}"), password=f"mauvais {number}")

    pages = [client.post(link, {"password": f"mauvais {number}"}) for number in range(6)]
    activated = Client(REMOTE_ADDR="198.51.100.1").post(link, {"password": PASSWORD})

    assert "Trop d'essais" not in main(pages[4])
    assert "Trop d'essais" in main(pages[5])
    assert "recommencez la création de votre compte" in main(pages[5])
    assert activated.status_code == 302


def test_what_is_wrong_at_the_activation_is_said_at_the_top_and_at_its_field(client):
    sign_up(client)

    page = client.post(last_link(), {"password": ""})

    assert titles(page)[0] == "Il y a un point à corriger"
    [field] = seen(page).cssselect("main [aria-invalid=true]")
    assert field.get("name") == "password"
