"""« Est-ce bien vous ? »: what is asked again before an act that counts."""

from urllib.parse import quote
from uuid import uuid4

import pytest
from django.contrib.sessions.models import Session
from django.urls import reverse

from sporades.accounts import second_factor
from sporades.mail.models import Message
from sporades.web.access import Who
from sporades.web.account import proving
from sporades.web.account.access import ROUTES
from tests.factories import PASSWORD
from tests.web.account.owner import activate_totp, sign_in
from tests.web.guide import links, main, shown
from tests.web.passkeys import Passkey, add
from tests.web.registry.routes import SHOWN_AGAIN

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("territory", "clock", "_empty_cache")]


def six_minutes_pass(client):
    """The last proof of who is there becomes six minutes old."""
    session = client.session
    for record in session["account_authentication_methods"]:
        record["at"] -= 360
    session.save()


def test_changing_the_address_asks_for_the_password_again_after_five_minutes(client, user):
    sign_in(client)
    assert client.get(reverse("account_email")).status_code == 200
    six_minutes_pass(client)

    answer = client.post(reverse("account_email"), {"email": "maelle@ailleurs.test"})

    assert answer.url == f"{reverse('account_reauthenticate')}?next=%2Fmon-compte%2Fadresse"
    assert not Message.objects.exists()
    answer = client.post(answer.url, {"password": PASSWORD})
    assert answer.url == reverse("account_email")
    assert client.get(reverse("account_email")).status_code == 200


@pytest.mark.parametrize("way", ["password", "code"])
def test_whoever_had_the_key_of_the_session_has_it_no_more_once_its_owner_shows_who_they_are(
    client, client_two, user, way
):
    sign_in(client)
    stolen = client.cookies["__Host-session"].value
    client_two.cookies["__Host-session"] = stolen
    assert client_two.get(reverse("account_edit")).status_code == 200

    if way == "password":
        client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    else:
        _, answer = activate_totp(client)
        codes = client.get(answer.url).context["codes"]
        client.post(reverse("mfa_reauthenticate"), {"code": codes[0]})

    assert client.cookies["__Host-session"].value != stolen
    assert client.get(reverse("account_edit")).status_code == 200
    assert client_two.get(reverse("account_edit")).status_code == 302
    [listed] = client.get(reverse("usersessions_list")).context["rows"]
    assert "(cet appareil)" in listed[0]


def test_a_session_that_was_closed_meanwhile_is_not_opened_again_by_a_proof(client, user, rf):
    sign_in(client)
    request = rf.post(reverse("account_reauthenticate"))
    request.session = client.session
    assert dict(request.session.items())
    Session.objects.all().delete()

    proving.renew(request)

    assert not Session.objects.exists()


@pytest.mark.parametrize("name", sorted(proving.ACTS))
def test_proving_who_one_is_says_for_what_and_how_to_give_it_up(client, user, name):
    act = proving.ACTS[name]
    one = {"pk": 1}
    named = {
        "candidate:withdraw": {"number": "FICT-1"},
        "mfa_remove_webauthn": one,
        "mfa_edit_webauthn": one,
        "office:enforce_regulation": {"prepared": uuid4()},
        "office:export": {"search": uuid4()},
        "office:export_file": {"export": uuid4()},
        "office:approve_merge": {"double": 1},
        "office:publish_publication": {"publication": uuid4()},
        "office:move_publication": {"publication": uuid4()},
        "office:withdraw_publication": {"publication": uuid4()},
        "office:approve_publication": {"publication": uuid4()},
        "office:approve_export": {"export": uuid4()},
        "office:approve_change": {"change": 1},
        "office:move_service": {"service": 1},
        "office:launch_batch": {"batch": uuid4()},
        "office:resume_batch": {"batch": uuid4()},
        "office:approve_batch": {"batch": uuid4()},
        "office:approve_role": {"proposal": 1},
        "office:close_agent": {"agent": 1},
        "office:contact": {"managing": 1},
        "office:give_code": {"candidate": 1},
    }
    kwargs = named.get(name)
    sign_in(client)

    page = client.get(reverse("account_reauthenticate"), {"next": reverse(name, kwargs=kwargs)})

    back = reverse(act.back, kwargs=kwargs if act.is_of_one else None)
    assert main(page).startswith(
        f"Est-ce bien vous ? Pour {act.words}, saisissez votre mot de passe encore une fois."
    )
    assert links(page, "Annuler") == [back]


# Of an account without a password, with FranceConnect, or on a page of candidates or of the office.
ASKED_OTHERWISE = {
    "account_set_password",
    "socialaccount_connections",
    "candidate:my_data",
    "candidate:withdraw",
    "office:enforce_regulation",
    "office:export",
    "office:export_file",
    # To stop all writing, to be reached elsewhere, to close earlier.
    "office:banner",
    "office:close_agent",
    "office:contact",
    "office:move_service",
    *SHOWN_AGAIN,
}


def test_every_act_that_asks_for_a_recent_sign_in_says_so(client, user):
    second_factor.enrol_totp(user)
    sign_in(client)
    client.post(reverse("mfa_authenticate"), {"code": second_factor.current_code(user)})
    six_minutes_pass(client)

    pages = {
        name: reverse(name, kwargs={"pk": 1} if route.owned else None)
        for name, route in ROUTES.items()
        if route.who is Who.SIGNED_IN and "GET" in route.methods and not route.opened_by
    }
    asked = {reverse("account_reauthenticate"), reverse("mfa_reauthenticate")}
    asking = {
        name
        for name, address in pages.items()
        if client.get(address).get("Location")
        in {f"{one}?next={quote(address, safe='')}" for one in asked}
    }

    assert asking | ASKED_OTHERWISE == set(proving.ACTS)


def test_proving_by_a_code_says_for_what_and_keeps_it_on_the_way_to_a_passkey(client, user):
    sign_in(client)
    address = reverse("mfa_add_webauthn")
    add(client, address, Passkey())
    second_factor.enrol_totp(user)

    by_code = client.get(reverse("mfa_reauthenticate"), {"next": address})
    [to_key] = links(by_code, "Utiliser ma clé d'accès")
    by_key = client.get(to_key)

    for page, asks in ((by_code, "donnez un code"), (by_key, "utilisez votre clé d'accès")):
        assert f"Pour ajouter une clé d'accès, {asks}" in main(page)
        assert links(page, "Annuler") == [reverse("mfa_list_webauthn")]
        assert shown(page, form="form")["next"] == [address]
