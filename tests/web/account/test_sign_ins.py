"""What its owner reads of who came to the door of an account (B9, S-60, ASVS 16.3.1-3)."""

import logging
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.urls import reverse

from sporades.accounts.models import SignIn
from tests.factories import NOW
from tests.web.account.owner import activate_totp, code_of, sign_in
from tests.web.guide import main, seen, words

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("territory", "clock", "_empty_cache")]
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


def noted(user=None):
    rows = SignIn.objects.filter(account=user.identifier if user else "").order_by("pk")
    return list(rows.values_list("outcome", "means"))


def test_a_sign_in_is_noted_with_its_means_its_device_and_its_network(client, user):
    sign_in(client, REMOTE_ADDR="203.0.113.7", headers={"user-agent": FIREFOX})

    one = SignIn.objects.get()
    assert (one.account, one.outcome, one.means) == (user.identifier, "accepted", "password")
    assert (one.network, one.device) == ("203.0.113.7", "Firefox sur Linux")


def test_a_second_factor_is_noted_refused_then_shown(client, user):
    sign_in(client)
    secret, _ = activate_totp(client)
    client.post(reverse("account_logout"))
    cache.clear()

    sign_in(client)
    assert noted(user)[1:] == [("halfway", "password")]
    client.post(reverse("mfa_authenticate"), {"code": "000000"})
    client.post(reverse("mfa_authenticate"), {"code": code_of(secret)})

    assert noted(user)[2:] == [("refused", "second-factor"), ("accepted", "password totp")]
    page = main(client.get(reverse("usersessions_list")))
    assert "Refus : code" in page
    assert "n'est demandé qu'après le bon mot de passe" in page
    assert "jamais donné" not in page


def test_who_knows_the_password_and_gives_no_code_is_shown_to_the_owner(
    client, client_two, user, clock
):
    sign_in(client)
    secret, _ = activate_totp(client)
    cache.clear()
    sign_in(client_two, REMOTE_ADDR="198.51.100.9")
    # Elsewhere, meanwhile, the owner signs in.
    client.post(reverse("account_logout"))
    clock.shift(timedelta(minutes=1))
    cache.clear()
    sign_in(client, REMOTE_ADDR="203.0.113.7")
    code = code_of(secret, NOW + timedelta(minutes=1))
    client.post(reverse("mfa_authenticate"), {"code": code}, REMOTE_ADDR="203.0.113.7")

    page = client.get(reverse("usersessions_list"))

    [row] = seen(page).cssselect("main table")[-1].cssselect("tbody tr")
    assert [words(cell) for cell in row][2:] == [
        "Mot de passe, bon ; second facteur jamais donné",
        "198.51.100.9",
    ]
    assert "n'est demandé qu'après le bon mot de passe" in main(page)


def test_nobody_writes_to_the_owner_by_what_a_device_calls_itself(client, client_two, user):
    words_of_a_stranger = "Compte suspendu. Appelez le service au 01 23 45 67 89"
    sign_in(client_two, password="non", headers={"user-agent": words_of_a_stranger})
    sign_in(client)

    page = main(client.get(reverse("usersessions_list")))

    assert "Appelez" not in page
    assert "Appareil inconnu" in page


def test_a_wrong_password_is_noted_wherever_it_is_typed(client, user):
    sign_in(client, password="ce n'est pas le bon")
    sign_in(client)
    wrong = {"oldpassword": "toujours pas le bon", "password1": "quatre mots sans rapport"}
    client.post(reverse("account_change_password"), wrong)
    client.post(reverse("account_reauthenticate"), {"password": "encore un autre"})

    assert [outcome for outcome, _ in noted(user)] == ["refused", "accepted", "refused", "refused"]


def test_an_address_of_nobody_leaves_a_line_without_an_account(client, user):
    sign_in(client, email="personne@exemple.test", password="ce n'est pas le bon")

    assert noted() == [("refused", "password")]
    assert noted(user) == []


def test_what_was_not_looked_at_is_a_line_of_the_log_and_is_not_noted(client, user, caplog):
    caplog.set_level("INFO", "sporades.accounts")

    for _ in range(7):
        sign_in(client, password="ce n'est pas le bon")

    assert len(noted(user)) == 5
    assert caplog.text.count("sign-in refused") == 5
    assert caplog.text.count("sign-in held back") == 2
    assert user.email not in caplog.text


def test_the_owner_reads_them_and_nobody_elses(client, client_two, user, ines):
    sign_in(client_two, email="ines@exemple.test", REMOTE_ADDR="198.51.100.9")
    sign_in(client_two, password="ce n'est pas le bon", REMOTE_ADDR="198.51.100.9")
    sign_in(client_two, password="ce n'est pas le bon", REMOTE_ADDR="198.51.100.9")
    sign_in(client, REMOTE_ADDR="203.0.113.7", headers={"user-agent": FIREFOX})

    page = client.get(reverse("usersessions_list"))

    connections, refusals = seen(page).cssselect("main table")[1:]
    [row] = connections.cssselect("tbody tr")
    assert [words(cell) for cell in row][1:] == ["Firefox sur Linux", "Mot de passe", "203.0.113.7"]
    [row] = refusals.cssselect("tbody tr")
    assert "2 fois" in words(row[0])
    assert [words(cell) for cell in row][2:] == ["Refus : mot de passe", "198.51.100.9"]
    assert "ceux d'une autre personne." in main(page)
    assert "après le bon mot de passe" not in main(page)


def test_nothing_is_said_of_refusals_where_there_are_none(client, user):
    sign_in(client)

    assert "Essais qui" not in main(client.get(reverse("usersessions_list")))


def test_a_page_that_is_not_for_its_reader_leaves_a_line_of_nobodys_name(client, user, caplog):
    sign_in(client)

    with caplog.at_level(logging.WARNING, logger="sporades.access"):
        client.get(
            reverse("candidate:registration", args=["20000099999"]), REMOTE_ADDR="203.0.113.7"
        )
        client.get(reverse("office:home"), REMOTE_ADDR="203.0.113.7")

    lines = [one.getMessage() for one in caplog.records if one.name == "sporades.access"]
    assert lines == [
        f"refused route=candidate:registration status=404 by={user.identifier} from=203.0.113.7",
        f"refused route=office:home status=404 by={user.identifier} from=203.0.113.7",
    ]
