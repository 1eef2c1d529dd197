"""« Mot de passe oublié »: the mail, its link, how many are sent (B5)."""

from datetime import timedelta
from functools import partial

import pytest
from django.test import Client
from django.urls import reverse

from sporades.acts.people import changing, joining
from sporades.exams.held import forget
from sporades.exams.models import RegistrationService
from sporades.mail.models import Message
from tests.acts.people import in_threads
from tests.factories import NOW, load_invented
from tests.jobs import work
from tests.web.account.newcomer import ask_activation_again, link_in, mails, sign_in
from tests.web.guide import main

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("territory", "clock", "_empty_cache")]


def test_whoever_asked_for_the_activation_mail_again_still_gets_a_new_password(client, waiting):
    user, _ = waiting
    for _ in range(3):
        ask_activation_again(client)
    joining.activate(user.pk, at=NOW)

    ask_reset(client)

    assert sorted(mails()) == ["activation", "activation", "password_reset"]


def ask_reset(client, email="ines@exemple.test", **headers):
    answer = client.post(reverse("account_reset_password"), {"email": email}, **headers)
    work()
    return answer


def choose(client, link, password="cinq mots tout à fait neufs"):
    form = client.get(link, follow=True)
    return client.post(form.request["PATH_INFO"], {"password1": password})


def test_a_forgotten_password_is_replaced_by_a_link_that_serves_once(client, ines):
    ask_reset(client)
    (message,) = Message.objects.all()

    answer = choose(client, link_in(message))

    assert answer.url == reverse("account_reset_password_from_key_done")
    assert sign_in(client, password="cinq mots tout à fait neufs").status_code == 302
    client.logout()
    dead = client.get(link_in(message))
    assert dead.status_code == 410
    assert main(dead).startswith("Ce lien n'est plus valable")
    assert mails() == ["password_reset", "password_changed"]


@pytest.mark.django_db(transaction=True)
def test_a_link_to_a_new_password_used_twice_at_one_instant_serves_once(ines):
    ask_reset(Client())
    browsers = [Client() for _ in range(4)]
    pages = [browser.get(link_in(Message.objects.get())).url for browser in browsers]

    outcomes = in_threads(
        *(
            partial(browser.post, page, {"password1": f"cinq mots tout à fait neufs {number}"})
            for number, (browser, page) in enumerate(zip(browsers, pages, strict=True))
        )
    )

    assert sorted(answer.status_code for answer in outcomes) == [302, 410, 410, 410]
    assert mails().count("password_changed") == 1


def test_a_new_link_kills_the_older_one(client, ines):
    ask_reset(client)
    ask_reset(client)
    first, second = Message.objects.order_by("pk")

    assert "Ce lien n'est plus valable" in client.get(link_in(first)).text
    assert choose(client, link_in(second)).status_code == 302


def test_a_link_dies_when_its_owner_signs_in_and_the_pages_and_the_mail_say_so(client, ines):
    sent = main(client.get(ask_reset(client).url))
    message = Message.objects.get()
    sign_in(client)
    client.logout()

    page = main(client.get(link_in(message)))

    assert "Il n'est plus bon si vous vous connectez d'ici là" in sent
    assert "Si vous vous connectez d'ici là, ou si vous en demandez un autre" in message.body
    assert "Ce lien n'est plus valable" in page
    assert "une connexion ou un lien plus récent l'a annulé" in page


def test_a_demand_that_is_done_late_kills_no_newer_link(client, ines):
    for asked_at in (NOW + timedelta(minutes=5), NOW):
        changing.help_back_in("ines@exemple.test", network="n", known_accounts=[], at=asked_at)

    assert mails() == ["password_reset"]
    assert choose(client, link_in(Message.objects.get())).status_code == 302


def test_an_unknown_address_gets_the_same_page_and_no_mail(client, ines):
    known, unknown = ask_reset(client), ask_reset(client, email="personne@exemple.test")

    assert (known.status_code, known.url) == (unknown.status_code, unknown.url)
    assert mails("personne@exemple.test") == []


def test_a_hundred_demands_send_three_mails_in_an_hour(client, ines):
    for _ in range(100):
        ask_reset(client)

    assert mails() == ["password_reset"] * 3


@pytest.fixture
def upcoming():
    """A service to come."""
    forget()
    load_invented()
    RegistrationService.objects.filter(academy="A09").update(opens_at=NOW + timedelta(days=1))
    forget()
    yield RegistrationService.objects.get(academy="A09")
    forget()


def test_alerts_asked_for_an_address_leave_its_owner_a_new_password(client, ines, upcoming):
    sign_in(client)
    client.cookies.clear()
    for _ in range(5):
        page = client.post(
            reverse("public:ask_alert", args=[upcoming.pk]), {"email": "ines@exemple.test"}
        ).text

    answer = ask_reset(client)

    assert sorted(mails()) == ["alert_asked", "password_reset"]
    assert "si vous en avez reçu depuis une heure, recommencez plus tard" in page
    assert "Trois mails par heure et cinq par jour au plus" in client.get(answer.url).text


def test_the_page_that_follows_repeats_the_address_once(client):
    answer = ask_reset(client, "ines@exemple.tset")

    first, again = client.get(answer.url), client.get(answer.url)

    assert "l'adresse ines@exemple.tset " in main(first)
    assert "ines" not in main(again)


def test_the_page_of_an_alert_repeats_the_address(client, upcoming):
    page = client.post(
        reverse("public:ask_alert", args=[upcoming.pk]), {"email": "ines@exemple.test"}
    )

    assert "Un mail part vers ines@exemple.test " in main(page)


def test_an_alert_for_an_address_that_looks_mistyped_is_asked_about_first(client, upcoming):
    page = client.post(reverse("public:ask_alert", args=[upcoming.pk]), {"email": "ines@gmial.com"})

    assert "Vouliez-vous dire ines@gmail.com ?" in main(page)
    assert mails(to="ines@gmial.com") == []


def test_an_account_that_waits_for_its_activation_is_sent_that_mail_instead(client, waiting):
    answer = ask_reset(client)

    assert mails() == ["activation", "activation"]
    made, again = Message.objects.order_by("pk")
    assert "Un nouveau mot de passe a été demandé pour le compte" in again.body
    assert "ne connaissez plus le mot de passe choisi, ouvrez le lien" in again.body
    assert "nouveau mot de passe" not in made.body
    said = "un nouveau mot de passe, ou pour activer le compte s'il ne l'est pas encore."
    assert said in main(client.get(answer.url))


def test_the_activation_mail_asked_for_again_speaks_of_no_new_password(client, waiting):
    ask_activation_again(client)

    assert not Message.objects.filter(body__contains="nouveau mot de passe").exists()


def test_a_forged_host_never_enters_a_mail(client, ines):
    ask_reset(client, headers={"host": "testserver", "x-forwarded-host": "mechant.test"})

    assert "https://inscriptions.exemple.test/" in Message.objects.get().body
    assert "mechant" not in Message.objects.get().body


def test_an_owner_kept_out_by_a_strangers_tries_and_demands_is_let_in_by_one_more_mail(
    client, ines
):
    for number in range(25):
        sign_in(Client(REMOTE_ADDR=f"192.0.2.{number // 5}"), password=f"mauvais {number}")
    for _ in range(5):
        ask_reset(Client())
    owner = Client(REMOTE_ADDR="198.51.100.1")
    refused = sign_in(owner)

    link = link_in(Message.objects.filter(kind="password_reset").latest("pk"))
    choose(owner, link)
    answer = sign_in(owner, password="cinq mots tout à fait neufs")

    assert "demandez un nouveau mot de passe" in refused.text
    assert mails().count("password_reset") == 4
    assert answer.status_code == 302
