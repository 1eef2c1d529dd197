"""What an attacker tries at the doors of an account."""

import logging

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from sporades.accounts.models import Membership, User
from sporades.candidates.models import Candidate
from tests.factories import PASSWORD, a_candidate
from tests.web.account.newcomer import ANSWERS

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("territory")]


@pytest.fixture(autouse=True)
def _invented():
    """These tests need no exam."""


@pytest.fixture
def user():
    cache.clear()
    user = a_candidate(email="maelle@exemple.test").user
    user.emailaddress_set.create(email=user.email, primary=True, verified=True)
    return user


def sign_in(client, following="", password=PASSWORD):
    return client.post(
        f"{reverse('account_login')}?next={following}",
        {"login": "maelle@exemple.test", "password": password},
    )


@pytest.mark.parametrize(
    "following",
    [
        "//mechant.test",
        "///mechant.test",
        "/\\mechant.test",
        "\\\\mechant.test",
        "https:mechant.test",
        "https://mechant.test/",
        "https://inscriptions.exemple.test@mechant.test/",
        "javascript:alert(1)",
        "data:text/html,x",
    ],
)
def test_signing_in_leads_nowhere_else(client, user, following):
    assert sign_in(client, following).url == reverse("candidate:home")


def test_signing_in_leads_back_to_the_page_asked_for(client, user):
    asked = client.get(reverse("account_email"))

    assert asked.url == "/connexion?next=/mon-compte/adresse"
    assert sign_in(client, "/mon-compte/adresse").url == "/mon-compte/adresse"


@pytest.mark.parametrize(
    "name",
    ["account_login", "account_signup", "account_reset_password", "account_logout"],
)
def test_a_form_sent_from_elsewhere_is_refused(user, name):
    strict = Client(enforce_csrf_checks=True)

    assert strict.post(reverse(name), ANSWERS).status_code == 403


def test_what_the_form_does_not_ask_is_not_taken(client, user):
    client.post(
        reverse("account_signup"),
        ANSWERS
        | {
            "is_active": "",
            "activated_at": "2026-01-01",
            "number": "1234",
            "frozen_at": "2026-01-01",
            "role": "administrator",
            "user": user.pk,
        },
    )

    made = User.objects.get(email="ines@exemple.test")
    candidate = Candidate.objects.get(user=made)
    assert (made.is_active, made.activated_at) == (True, None)
    assert (candidate.number, candidate.frozen_at) == (None, None)
    assert not Membership.objects.exists()


@pytest.mark.parametrize("value", ["x" * 5_000, "\x00", "é" * 300, "' OR 1=1 --", "{{7*7}}"])
@pytest.mark.parametrize(
    "name", ["birth_name", "birth_place", "birth_date_day", "birth_choice", "email", "password"]
)
def test_no_answer_however_odd_breaks_the_page(client, user, name, value):
    page = client.post(reverse("account_signup"), ANSWERS | {name: value})

    assert page.status_code in (200, 302)


def test_what_was_typed_comes_back_as_text_and_nothing_else(client, user):
    page = client.post(reverse("account_signup"), ANSWERS | {"birth_name": '"><b>{{7*7}}'}).text

    assert 'value="&#34;&gt;&lt;b&gt;{{7*7}}"' in page


@pytest.mark.parametrize("key", ["x", "a:b:c", "é", "x" * 3_000, "W10:1:2"])
def test_no_key_however_odd_breaks_the_page(client, user, key):
    sign_in(client)
    for name in ("account_confirm_email", "account_confirm_address", "account_undo_address"):
        assert client.get(reverse(name, args=[key])).status_code == 404
    client.post(reverse("account_logout"))
    answer = client.get(reverse("account_reset_password_from_key", args=["1", key]))
    assert "Ce lien n'est plus valable" in answer.text


def test_a_disabled_account_does_not_sign_in_and_its_session_dies(client, user):
    sign_in(client)
    User.objects.filter(pk=user.pk).update(is_active=False)

    assert client.get(reverse("account_edit")).status_code == 302
    assert sign_in(client).url == reverse("account_inactive")


def test_cookies_are_closed_to_scripts_and_to_other_sites(client, user):
    sign_in(client)

    cookies = {name: cookie for name, cookie in client.cookies.items() if cookie.value}
    assert set(cookies) == {"__Host-session", "__Host-device", "__Host-csrf"}
    for cookie in cookies.values():
        assert (cookie["httponly"], cookie["secure"], cookie["samesite"]) == (True, True, "Lax")
        assert (cookie["path"], cookie["domain"]) == ("/", "")


def test_signing_out_empties_what_the_browser_kept(client, user):
    sign_in(client)

    answer = client.post(reverse("account_logout"))

    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'


def test_a_failed_sign_in_is_logged_without_address_or_password(client, user, caplog):
    with caplog.at_level(logging.INFO, logger="sporades.accounts"):
        sign_in(client, password="secret-que-nul-ne-doit-lire")

    (record,) = [one for one in caplog.records if one.name == "sporades.accounts"]
    assert "sign-in refused" in record.getMessage()
    assert "maelle" not in record.getMessage()
    assert "secret" not in record.getMessage()
    assert "127.0.0.1" in record.getMessage()
