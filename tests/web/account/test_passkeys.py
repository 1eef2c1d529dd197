"""Passkeys: added, shown, and what somebody writes by hand in their place."""

import html
import json
import re

import pytest
from allauth.mfa.models import Authenticator
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from fido2.utils import websafe_decode

from sporades.accounts import second_factor
from sporades.accounts.models import Membership, User
from sporades.acts.agents import inviting
from sporades.mail.models import Message
from tests.factories import NOW, OPERATOR, PASSWORD, a_candidate
from tests.web.account.owner import activated, sign_in
from tests.web.guide import main, seen, words
from tests.web.passkeys import TOUCHED, Passkey, add, show_alone

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("territory")]

ADD, ALONE = reverse("mfa_add_webauthn"), reverse("mfa_login_webauthn")
KEY_SILENT = "Votre clé n&#x27;a pas répondu"
RESPONSE = {"clientDataJSON": "AA", "authenticatorData": "AA", "signature": "AA"}
BY_HAND = [
    "[" * 20_000,
    "[" * 9_000,
    "[]",
    "5",
    '"x"',
    "NaN",
    "{}",
    json.dumps({"id": 5, "rawId": 5, "type": 5, "response": 5}),
    json.dumps({"id": "é", "rawId": "é", "type": "public-key", "response": RESPONSE}),
    json.dumps({"id": "\ud800", "rawId": "AA", "type": "public-key", "response": RESPONSE}),
    json.dumps({"id": "AA", "rawId": "AA", "type": "public-key", "response": []}),
    json.dumps({"id": "AA", "rawId": "BB", "type": "public-key", "response": RESPONSE}),
    json.dumps(
        {
            "id": "AA",
            "rawId": "AA",
            "type": "public-key",
            "response": RESPONSE | {"userHandle": "9" * 40},
        }
    ),
]


@pytest.fixture(autouse=True)
def _invented():
    """These tests need no exam."""


@pytest.fixture
def inside(client):
    cache.clear()
    user = a_candidate(email="maelle@exemple.test").user
    user.emailaddress_set.create(email=user.email, primary=True, verified=True)
    client.post(reverse("account_login"), {"login": user.email, "password": PASSWORD})
    return client


@pytest.mark.parametrize("written", BY_HAND, ids=lambda written: written[:60])
def test_no_answer_written_by_hand_breaks_the_sign_in_by_a_key(client, written):
    client.get(ALONE, headers={"X-Requested-With": "XMLHttpRequest"})

    page = client.post(ALONE, {"credential": written}, follow=True)

    assert page.redirect_chain == [(reverse("account_login"), 302)]
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize("written", BY_HAND, ids=lambda written: written[:60])
def test_no_answer_written_by_hand_breaks_the_page_that_adds_a_key(inside, written):
    inside.get(ADD)

    page = inside.post(ADD, {"credential": written})

    assert page.status_code == 200
    assert not Authenticator.objects.exists()


@pytest.mark.parametrize(
    "wrong", [{"id": "AA"}, {"more": "\0"}, {"more": "x" * 10_000}, {"more": "\ud800"}]
)
def test_a_key_that_says_two_numbers_or_what_cannot_be_kept_is_not_added(inside, wrong):
    page = add(inside, ADD, Passkey(), wrong=wrong)

    assert KEY_SILENT in page.text
    assert not Authenticator.objects.exists()


def test_each_challenge_is_drawn_anew_and_long(client):
    asked = [client.get(ALONE, headers={"X-Requested-With": "XMLHttpRequest"}) for _ in range(3)]
    challenges = {one.json()["request_options"]["publicKey"]["challenge"] for one in asked}

    assert len(challenges) == 3
    assert {len(websafe_decode(one)) for one in challenges} == {32}


def test_a_key_added_to_sign_in_alone_does(inside):
    key = Passkey()
    add(inside, ADD, key, passwordless="on")
    inside.post(reverse("account_logout"))

    assert show_alone(inside, ALONE, key).url == reverse("candidate:home")


def test_keys_are_counted_in_french_and_each_says_when_it_was_last_used(inside):
    add(inside, ADD, Passkey())
    one = seen(inside.get(reverse("mfa_index")))
    add(inside, ADD, Passkey())
    two = seen(inside.get(reverse("mfa_index")))
    listed = seen(inside.get(reverse("mfa_list_webauthn")))

    assert [words(link) for page in (one, two) for link in page.cssselect("#cles ~ p a")] == [
        "Ajouter une clé d'accès",
        "Voir ma clé",
        "Ajouter une clé d'accès",
        "Voir mes 2 clés",
    ]
    assert listed.xpath("//td/@data-label") == ["Dernière utilisation"] * 2


def test_a_key_that_is_renamed_is_said_to_be(inside):
    add(inside, ADD, Passkey())
    page = reverse("mfa_edit_webauthn", args=[Authenticator.objects.get(type="webauthn").pk])

    refused = inside.post(page, {"name": ""})
    renamed = inside.post(page, {"name": "Clé du bureau"}, follow=True)

    assert "renommée" not in main(refused)
    [told] = seen(renamed).cssselect("[data-said]")
    assert words(told) == "La clé d'accès est renommée."
    assert "Clé du bureau" in main(renamed)


def test_a_key_added_to_come_after_the_password_opens_nothing_alone(inside):
    key = Passkey()
    add(inside, ADD, key)
    inside.post(reverse("account_logout"))

    page = inside.get(show_alone(inside, ALONE, key).url)

    assert "Cette clé ne suffit pas seule" in page.text
    assert "_auth_user_id" not in inside.session
    credentials = {"login": "maelle@exemple.test", "password": PASSWORD}
    second = inside.post(reverse("account_login"), credentials).url
    options = inside.get(second).context["js_data"]["request_options"]
    answer = inside.post(second, {"credential": json.dumps(key.shown(options))})
    assert answer.url == reverse("candidate:home")


@pytest.mark.parametrize("role", ["", Membership.Role.MANAGER, Membership.Role.ADMINISTRATOR])
def test_a_stolen_key_that_is_only_touched_opens_nothing_whatever_page_asked_for_it(
    inside, client_two, settings, role
):
    stolen = Passkey()
    add(inside, ADD, stolen, passwordless="on")
    if role:
        academies = ["A09"] if role == Membership.Role.MANAGER else []
        owner = User.objects.get(email="maelle@exemple.test")
        Membership.objects.create(user=owner, role=role, full_name="Ana", academies=academies)
    activated("voleur@exemple.test")
    sign_in(client_two, "voleur@exemple.test")
    add(client_two, ADD, Passkey())

    # The page that asks for a key after the password lets it be only touched. Its sign-in is
    # forgotten before its challenge is.
    thief = Client()
    second = sign_in(thief, "voleur@exemple.test").url
    options = thief.get(second).context["js_data"]["request_options"]
    settings.ACCOUNT_LOGIN_TIMEOUT = -1
    answer = json.dumps(stolen.shown(options, proof=TOUCHED))
    page = thief.get(thief.post(ALONE, {"credential": answer}).url)

    assert "Cette clé n'a pas vérifié que c'est vous" in html.unescape(page.text)
    assert "_auth_user_id" not in thief.session


@pytest.mark.parametrize("opened_by", ["invite", "reopen"])
def test_a_key_of_before_does_not_open_alone_the_account_that_was_closed(inside, opened_by):
    key = Passkey()
    add(inside, ADD, key, passwordless="on")
    owner = User.objects.get(email="maelle@exemple.test")
    owner.memberships.create(role="manager", full_name="Ana", academies=["A09"])
    inviting.close(email=owner.email, by=OPERATOR, at=NOW)
    said = {"full_name": "Ana", "role": "manager", "academies": ["A09"]}
    if opened_by == "invite":
        inviting.invite(email=owner.email, **said, by=OPERATOR, at=NOW)
    else:
        inviting.reopen(email=owner.email, ends_on=None, by=OPERATOR, at=NOW)

    show_alone(inside, ALONE, key)

    assert "_auth_user_id" not in inside.session
    assert Authenticator.objects.filter(user=owner, type="webauthn").exists()


def test_a_key_that_counts_opens_while_it_counts_on_and_its_copy_does_not(inside):
    key = Passkey()
    add(inside, ADD, key, passwordless="on")
    inside.post(reverse("account_logout"))

    for count, opens in ((3, True), (4, True), (4, False), (0, False), (2, False), (9, True)):
        key.count = count
        page = show_alone(inside, ALONE, key)

        assert ("_auth_user_id" in inside.session) is opens
        if opens:
            inside.post(reverse("account_logout"))
        else:
            assert page.status_code == 302


def test_the_owner_of_a_copied_key_is_told_and_its_first_use_counts_from_its_making(inside):
    key = Passkey()
    key.count = 5
    add(inside, ADD, key, passwordless="on")
    inside.post(reverse("account_logout"))
    Message.objects.all().delete()

    key.count = 4
    page = inside.get(show_alone(inside, ALONE, key).url)

    assert "Cette clé a répondu comme une copie d'elle-même." in html.unescape(page.text)
    told = Message.objects.get(kind="sign_in_changed")
    assert "une clé d'accès a répondu comme une copie d'elle-même" in told.body


@pytest.mark.parametrize("role", ["", Membership.Role.MANAGER], ids=["a candidate", "staff"])
def test_a_copy_opens_nothing_any_more_once_its_owner_has_said_that_it_was_not_them(inside, role):
    key = Passkey()
    add(inside, ADD, key, passwordless="on")
    owner = User.objects.get(email="maelle@exemple.test")
    if role:
        Membership.objects.create(user=owner, role=role, full_name="Ana", academies=["A09"])
    inside.post(reverse("account_logout"))
    for key.count in (3, 2):
        show_alone(inside, ALONE, key)
        inside.post(reverse("account_logout"))
    told = Message.objects.filter(kind="sign_in_changed").latest("pk")
    [undo] = re.findall(r"/ce-n-etait-pas-moi/\S+", told.body)

    page = inside.get(undo)
    done = inside.post(undo, follow=True)
    key.count = 9
    show_alone(inside, ALONE, key)

    assert "Quelqu'un a pu la copier, et un nouveau mot de passe ne suffit pas" in told.body
    assert "une clé d'accès qui a répondu comme une copie d'elle-même" in main(page)
    assert "Ce qui avait été ajouté à votre compte, ou copié, est retiré" in main(done)
    assert "_auth_user_id" not in inside.session
    assert Authenticator.objects.filter(user=owner, type="webauthn").exists() is bool(role)


def test_a_key_removed_meanwhile_opens_nothing_and_is_called_no_copy(inside, monkeypatch):
    key = Passkey()
    add(inside, ADD, key, passwordless="on")
    inside.post(reverse("account_logout"))
    counts_on = second_factor.counts_on

    def removed_first(authenticator, count):
        Authenticator.objects.all().delete()
        return counts_on(authenticator, count)

    monkeypatch.setattr(second_factor, "counts_on", removed_first)
    page = inside.get(show_alone(inside, ALONE, key).url)

    assert KEY_SILENT in page.text
    assert "_auth_user_id" not in inside.session
