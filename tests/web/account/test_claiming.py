"""« J'ai reçu un code »: the page, for who has no account and for who has one (B8)."""

import pytest
from django.urls import reverse

from sporades.accounts.models import User
from sporades.acts.people import claiming
from sporades.candidates.models import Candidate, Channel
from sporades.core.actors import Actor
from sporades.mail.models import Message
from tests.factories import EVERYWHERE, NOW, a_candidate, a_record
from tests.web.account.newcomer import PASSWORD, link_in
from tests.web.guide import BACKEND, main

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("territory", "clock", "_empty_cache")]
PAGE = reverse("account_claim")
MANAGER = Actor("manager", "Claude Martin", "user:1")
BORN = {"birth_date_day": "14", "birth_date_month": "03", "birth_date_year": "1998"}
CHOSEN = {"email": "maelle@exemple.test", "password": PASSWORD}


@pytest.fixture
def record():
    return a_record()


@pytest.fixture
def code(record):
    return claiming.give_code(record, reach=EVERYWHERE, academy="A09", by=MANAGER, at=NOW)


def test_a_code_makes_an_account_that_takes_the_record_once_it_is_activated(client, record, code):
    answer = client.post(PAGE, {"code_recu": code, **BORN, **CHOSEN})

    assert answer.url == reverse("account_email_verification_sent")
    assert Candidate.objects.get().user is None
    link = link_in(Message.objects.get(kind="activation"))
    page = client.post(link, {"password": PASSWORD}, follow=True)
    record.refresh_from_db()
    assert record.user == User.objects.get(email="maelle@exemple.test")
    assert "Maëlle Anne LE GOFF" in page.text


def test_who_has_taken_a_record_without_a_registration_reads_what_came_with_it(client, code):
    client.post(PAGE, {"code_recu": code, **BORN, **CHOSEN})
    link = link_in(Message.objects.get(kind="activation"))

    page = main(client.post(link, {"password": PASSWORD}, follow=True))

    assert "Le dossier fait pour vous par l'académie de Lille est maintenant celui de votre" in page
    assert "Il contient votre état civil et vos coordonnées." in page
    assert "Vous n'avez pas encore d'inscription." in page


def test_who_begins_again_does_so_with_the_same_code(client, code):
    answer = client.post(PAGE, {"code_recu": code, **BORN, **CHOSEN}, follow=True)
    assert "Si vous avez reçu un code, recommencez avec le même code" in main(answer)
    sent = Message.objects.get(kind="activation")

    page = main(client.get(link_in(sent)))
    again = client.post(link_in(sent), {"recommencer": "1"})

    assert "il faudra recommencer avec le même code : votre dossier, lui, reste" in sent.body
    assert "Recommencer la création" not in sent.body
    assert "ses données" not in sent.body
    assert "Recommencer avec mon code" in page
    assert again.url == PAGE


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"code_recu": ""}, "code_recu"),
        ({"code_recu": "K7QF-9XW2-M4TB"}, "code_recu"),
        ({"birth_date_day": "15"}, "code_recu"),
        ({"birth_date_day": "32"}, "birth_date"),
        ({"birth_date_year": ""}, "birth_date"),
        ({"email": "maelle"}, "email"),
        ({"password": "court"}, "password"),
        ({"password": "maelle14031998"}, "password"),
        ({"code_recu": "\0"}, "code_recu"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_the_rest_is_kept(client, code, changes, field):
    page = client.post(PAGE, {"code_recu": code, **BORN, **CHOSEN, **changes})

    assert list(page.context["form"].errors) == [field]
    assert ("maelle@exemple.test" in page.text) is ("email" not in changes)
    assert not User.objects.exists()


def test_a_birth_date_without_its_day_or_its_month_needs_its_year_at_least(client, code):
    empty = dict.fromkeys(BORN, "")
    page = client.post(PAGE, {"code_recu": code, **empty, **CHOSEN, "birth_date_is_partial": "on"})

    assert page.context["form"].errors == {
        "birth_date": ["Indiquez au moins l'année, par exemple 2008."]
    }


def test_an_address_that_is_anothers_is_refused_and_its_owner_told(client, code):
    a_candidate(email="maelle@exemple.test")

    page = client.post(PAGE, {"code_recu": code, **BORN, **CHOSEN})

    assert "existe déjà dans l'application" in main(page)
    assert Message.objects.get().kind == "address_known"


def test_where_known_addresses_are_hidden_nothing_shows(client, code, settings):
    settings.HIDE_KNOWN_ADDRESSES = True
    a_candidate(email="maelle@exemple.test")

    answer = client.post(PAGE, {"code_recu": code, **BORN, **CHOSEN})

    assert answer.url == reverse("account_email_verification_sent")


def test_the_refusal_of_a_records_address_leads_to_the_code(client):
    from tests.web.account.newcomer import sign_up

    a_record(email="ines@exemple.test", channel=Channel.MAIL)

    page = sign_up(client)

    assert PAGE in page.text
    assert f"https://inscriptions.exemple.test{PAGE}" in Message.objects.get().body


def test_who_is_signed_in_types_the_code_alone(client, record, code):
    own = a_candidate(email="elle@exemple.test")
    client.force_login(own.user, backend=BACKEND)

    assert "email" not in client.get(PAGE).context["form"].fields
    refused = client.post(PAGE, {"code_recu": "faux", **BORN})
    page = client.post(PAGE, {"code_recu": code, **BORN}, follow=True)

    assert "code_recu" in refused.context["form"].errors
    assert "Votre dossier est rattaché à votre compte." in main(page)
    record.refresh_from_db()
    assert record.user == own.user
