"""The second factor of a candidate (B9)."""

import re
from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.urls import reverse

from sporades.accounts import second_factor
from sporades.accounts.models import Attempt
from sporades.mail.models import Message
from tests.factories import NOW, PASSWORD
from tests.jobs import work
from tests.web.account.owner import NEW, activate_totp, activated, code_of, link_in, sign_in
from tests.web.guide import main, seen, words

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("territory", "clock", "_empty_cache")]


def test_a_candidate_may_add_a_second_factor_and_is_then_asked_for_it(client, user):
    sign_in(client)
    secret, answer = activate_totp(client)
    assert answer.url == reverse("mfa_view_recovery_codes")
    page = client.get(answer.url)
    codes = page.context["codes"]
    client.post(reverse("account_logout"))
    cache.clear()

    answer = sign_in(client)
    assert answer.url == reverse("mfa_authenticate")
    assert client.get(reverse("account_edit")).status_code == 302
    assert client.post(answer.url, {"code": "000000"}).status_code == 200
    assert client.post(reverse("mfa_authenticate"), {"code": code_of(secret)}).status_code == 302
    assert client.get(reverse("account_edit")).status_code == 200

    client.post(reverse("account_logout"))
    sign_in(client)
    assert client.post(reverse("mfa_authenticate"), {"code": codes[0]}).status_code == 302
    client.post(reverse("account_logout"))
    sign_in(client)
    assert client.post(reverse("mfa_authenticate"), {"code": codes[0]}).status_code == 200


def test_an_application_added_twice_at_one_instant_leads_to_the_one_that_is_there(client, user):
    sign_in(client)
    secret = client.get(reverse("mfa_activate_totp")).context["form"].secret
    faster = [user]

    def enrol_first(execute, sql, *call):
        if faster and sql.startswith('INSERT INTO "mfa_authenticator"'):
            second_factor.enrol_totp(faster.pop())
        return execute(sql, *call)

    with connection.execute_wrapper(enrol_first):
        answer = client.post(reverse("mfa_activate_totp"), {"code": code_of(secret)})

    assert (answer.status_code, answer.url) == (302, reverse("mfa_index"))


@pytest.mark.parametrize("typed", ["12", "12345"])
def test_a_code_typed_in_part_is_said_to_have_six_figures_and_is_no_try(client, user, typed):
    sign_in(client)
    said = "Indiquez le code en entier : celui de l'application a six chiffres."
    first = client.post(reverse("mfa_activate_totp"), {"code": typed})
    secret, _ = activate_totp(client)
    client.post(reverse("account_logout"))
    cache.clear()
    sign_in(client)
    tries = Attempt.objects.count()

    page = client.post(reverse("mfa_authenticate"), {"code": typed})

    assert said in main(first)
    assert said in main(page)
    assert Attempt.objects.count() == tries
    assert client.post(reverse("mfa_authenticate"), {"code": code_of(secret)}).status_code == 302


def test_a_page_that_is_loaded_anew_shows_the_same_secret_while_there_is_time_to_type(
    client, user, clock
):
    sign_in(client)
    page = reverse("mfa_activate_totp")

    first, again = (client.get(page).context["form"].secret for _ in range(2))
    clock.shift(timedelta(minutes=16))
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    later = client.get(page).context["form"].secret

    assert first == again
    assert later != first
    code = code_of(later, NOW + timedelta(minutes=16))
    assert client.post(page, {"code": code}).status_code == 302


def test_the_secret_of_an_application_that_is_added_never_is_that_of_another(client, user):
    sign_in(client)
    secret, _ = activate_totp(client)

    replaced = client.get(reverse("mfa_replace_totp")).context["form"].secret

    assert replaced != secret


def test_the_secret_of_an_application_is_typed_instead_of_the_picture_not_after(client, user):
    sign_in(client)

    steps = seen(client.get(reverse("mfa_activate_totp"))).cssselect("main ol li")

    assert [words(step).split()[0] for step in steps] == ["Installez", "Photographiez", "Écrivez"]


def test_the_secret_of_an_application_is_read_by_fours_and_opens_the_one_of_this_device(
    client, user
):
    sign_in(client)
    answer = client.get(reverse("mfa_activate_totp"))
    secret = answer.context["form"].secret
    page = seen(answer)

    [shown] = page.cssselect("main code")
    [link] = [a for a in page.cssselect("main a") if words(a).startswith("Ouvrir mon application")]

    assert words(shown).split() == [secret[at : at + 4] for at in range(0, len(secret), 4)]
    assert link.get("href").startswith("otpauth://totp/")
    assert f"secret={secret}" in link.get("href")
    assert [a.get("href") for a in page.cssselect("a, form") if secret in str(a.attrib)] == [
        link.get("href")
    ]


def test_backup_codes_are_read_by_fours_on_the_page_and_in_the_file(client, user):
    sign_in(client)
    _, answer = activate_totp(client)
    page = client.get(answer.url)
    fours = [f"{code[:4]} {code[4:]}" for code in page.context["codes"]]

    file = client.get(reverse("mfa_download_recovery_codes"))

    assert [words(code) for code in seen(page).cssselect("main code")] == fours
    assert file.content.decode().splitlines()[-len(fours) :] == fours
    assert file["Content-Type"] == "text/plain; charset=utf-8"
    assert 'filename="codes-de-secours.txt"' in file["Content-Disposition"]


@pytest.mark.parametrize("space", ["", " ", "\u00a0", "\u202f"])
def test_a_backup_code_is_typed_with_or_without_its_spaces(client, user, space):
    sign_in(client)
    _, answer = activate_totp(client)
    code = client.get(answer.url).context["codes"][0]
    client.post(reverse("account_logout"))
    cache.clear()
    sign_in(client)

    typed = f" {code[:4]}{space}{code[4:]} "
    answer = client.post(reverse("mfa_authenticate"), {"code": typed})

    assert answer.status_code == 302


def test_a_code_serves_once(client, client_two, user):
    sign_in(client)
    secret, _ = activate_totp(client)
    client.post(reverse("account_logout"))
    cache.clear()
    code = code_of(secret)
    sign_in(client)
    sign_in(client_two)

    assert client.post(reverse("mfa_authenticate"), {"code": code}).status_code == 302
    assert client_two.post(reverse("mfa_authenticate"), {"code": code}).status_code == 200


def test_a_code_serves_once_however_it_is_typed(client, client_two, user, time_machine, now):
    time_machine.move_to(now, tick=False)
    sign_in(client)
    secret, _ = activate_totp(client)
    client.post(reverse("account_logout"))
    time_machine.shift(timedelta(seconds=90))
    code = code_of(secret, at=now + timedelta(seconds=90))
    sign_in(client)
    sign_in(client_two)

    assert client.post(reverse("mfa_authenticate"), {"code": code}).status_code == 302
    time_machine.shift(timedelta(seconds=31))
    again = f"{code[:3]} {code[3:]}"
    assert client_two.post(reverse("mfa_authenticate"), {"code": again}).status_code == 200


def test_five_wrong_codes_stop_the_guessing(client, user):
    sign_in(client)
    secret, _ = activate_totp(client)
    client.post(reverse("account_logout"))
    cache.clear()
    sign_in(client)
    for number in range(5):
        client.post(reverse("mfa_authenticate"), {"code": f"00000{number}"})

    page = client.post(reverse("mfa_authenticate"), {"code": code_of(secret)})

    assert "Trop d&#x27;essais" in page.text


def test_an_owner_throws_out_the_factor_that_a_thief_added(
    client, client_two, user, django_capture_on_commit_callbacks
):
    sign_in(client_two)
    with django_capture_on_commit_callbacks(execute=True):
        activate_totp(client_two)
    link = link_in(Message.objects.get(kind="sign_in_changed"))

    page = client.get(link).text
    assert Authenticator.objects.filter(user=user).exists()
    assert "Quelqu'un a ajouté à votre compte un moyen de se connecter" in page
    client.post(link)
    form = client.get(link_in(Message.objects.get(kind="password_reset")), follow=True)
    client.post(form.redirect_chain[-1][0], {"password1": NEW})

    assert client_two.get(reverse("account_edit")).status_code == 302
    assert sign_in(client, password=NEW).url == reverse("candidate:home")
    assert client.get(reverse("account_edit")).status_code == 200
    assert client.get(link).status_code == 410


def test_whoever_knows_the_password_does_not_stop_the_owner_at_the_second_factor(client, user):
    sign_in(client)
    second_factor.enrol_totp(user)
    client.post(reverse("account_logout"))
    strangers = [Client(REMOTE_ADDR=f"203.0.113.{number}") for number in range(6)]
    for stranger in strangers:
        sign_in(stranger)
        for number in range(5):
            page = stranger.post(reverse("mfa_authenticate"), {"code": f"00000{number}"})

    assert "Trop d&#x27;essais" in page.text
    assert "servez-vous d&#x27;un appareil" in page.text
    assert_lets_in(client, user)


def assert_lets_in(client, user):
    sign_in(client)
    code = second_factor.current_code(user)
    assert client.post(reverse("mfa_authenticate"), {"code": code}).url == reverse("candidate:home")


def test_a_code_is_tried_25_times_a_day_from_devices_that_are_not_known(user):
    second_factor.enrol_totp(user)
    looked_at = 0
    for number in range(30):
        stranger = Client(REMOTE_ADDR=f"203.0.113.{number}")
        sign_in(stranger)
        page = stranger.post(reverse("mfa_authenticate"), {"code": "000000"})
        looked_at += "Trop d&#x27;essais" not in page.text

    assert looked_at == 25


@pytest.mark.parametrize(
    ("name", "field"),
    [("account_change_password", "oldpassword"), ("account_reauthenticate", "password")],
)
def test_a_password_is_not_guessed_from_within_and_its_owner_is_not_shut_out(
    client, user, name, field
):
    sign_in(client)
    elsewhere = Client(REMOTE_ADDR="203.0.113.1")
    elsewhere.cookies["__Host-session"] = client.cookies["__Host-session"].value
    for number in range(5):
        elsewhere.post(reverse(name), {field: f"essai {number}", "password1": NEW})

    page = elsewhere.post(reverse(name), {field: PASSWORD, "password1": NEW})

    assert "Trop d&#x27;essais" in page.text
    client.post(reverse("account_reauthenticate"), {"password": "une faute de frappe"})
    assert client.post(reverse(name), {field: PASSWORD, "password1": NEW}).status_code == 302


@pytest.mark.parametrize(
    ("name", "field"),
    [("account_change_password", "oldpassword"), ("account_reauthenticate", "password")],
)
def test_however_often_a_stolen_session_tries_the_owner_is_not_shut_out(client, user, name, field):
    sign_in(client)
    elsewhere = Client(REMOTE_ADDR="203.0.113.1")
    elsewhere.cookies["__Host-session"] = client.cookies["__Host-session"].value
    for number in range(12):
        elsewhere.post(reverse(name), {field: f"essai {number}", "password1": NEW})

    assert client.post(reverse(name), {field: PASSWORD, "password1": NEW}).status_code == 302


def test_a_sign_in_that_waits_for_its_code_ends_with_the_password_that_began_it(client, user):
    secret = second_factor.enrol_totp(user)
    assert sign_in(client).url == reverse("mfa_authenticate")
    user.set_password(NEW)
    user.save()

    answer = client.post(reverse("mfa_authenticate"), {"code": code_of(secret)}, follow=True)

    assert answer.redirect_chain[-1] == (reverse("account_login"), 302)
    assert "Votre compte a changé pendant cette connexion : recommencez-la." in main(answer)
    assert client.get(reverse("account_edit")).status_code == 302
    # Nothing of it waits any more: the next one begins with the password.
    assert client.get(reverse("mfa_authenticate")).url == reverse("account_login")


def test_a_sign_in_that_waits_goes_on_while_the_password_stays(client, user):
    secret = second_factor.enrol_totp(user)
    sign_in(client)
    user.save()

    assert client.post(reverse("mfa_authenticate"), {"code": code_of(secret)}).status_code == 302
    assert client.get(reverse("account_edit")).status_code == 200


@pytest.mark.parametrize("is_replaced", [False, True])
def test_the_code_that_added_an_application_opens_no_session_afterwards(client, user, is_replaced):
    sign_in(client)
    secret, _ = activate_totp(client)
    if is_replaced:
        page = client.get(reverse("mfa_replace_totp"))
        secret = page.context["form"].secret
        asked = {"code": code_of(secret), "remplace": page.context["replaced"]}
        client.post(reverse("mfa_replace_totp"), asked)

    other = Client()
    sign_in(other)
    answer = other.post(reverse("mfa_authenticate"), {"code": code_of(secret)})

    assert "Ce code a déjà servi" in main(answer)
    assert other.get(reverse("account_edit")).status_code == 302


def test_secrets_are_sealed_in_the_database(client, user):
    secret = second_factor.enrol_totp(user)

    kept = Authenticator.objects.get(user=user).data["secret"]
    assert secret not in kept
    assert second_factor.current_code(user) == code_of(secret)


def test_a_new_password_by_mail_does_not_get_round_the_second_factor(client, user):
    second_factor.enrol_totp(user)
    client.post(reverse("account_reset_password"), {"email": user.email})
    work()
    link = re.search(r"https://inscriptions\.exemple\.test(/\S+)", Message.objects.get().body)[1]
    form = client.get(link, follow=True)
    client.post(form.request["PATH_INFO"], {"password1": NEW})

    assert client.get(reverse("account_edit")).status_code == 302
    assert sign_in(client, password=NEW).url == reverse("mfa_authenticate")


def test_a_passkey_is_offered_to_an_account_that_has_one_alone(client, user):
    second_factor.enrol_totp(user)
    sign_in(client)

    page = client.get(reverse("mfa_authenticate")).text

    assert "Votre code" in page
    assert "Utiliser ma clé d'accès" not in page


def test_somebody_else_s_passkey_does_not_exist(client, user):
    other = activated("nina@exemple.test")
    key = Authenticator.objects.create(user=other, type="webauthn", data={"name": "Clé"})
    sign_in(client)

    for name in ("mfa_remove_webauthn", "mfa_edit_webauthn"):
        assert client.get(reverse(name, args=[key.pk])).status_code == 404
