"""« Modifier mon compte »: another address (B7)."""

import re
from datetime import timedelta
from urllib.parse import quote

import pytest
from django.urls import reverse

from sporades.accounts.models import AddressChange
from sporades.mail.models import Message
from sporades.notices.models import Banner
from sporades.notices.operations import show
from tests.factories import NOW, PASSWORD
from tests.web.account.owner import activated, link_in, mails, sign_in
from tests.web.guide import main, shown, titles

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("territory", "clock", "_empty_cache")]


def test_a_new_address_becomes_the_login_once_its_link_is_clicked(client, user):
    sign_in(client)
    asked = main(client.get(reverse("account_email")))
    assert "un lien : ouvrez-le, puis cliquez sur « Confirmer cette adresse »." in asked
    client.post(reverse("account_email"), {"email": "Maelle@Ailleurs.test"})
    message = Message.objects.get(kind="address_change")
    link = re.search(r"https://inscriptions\.exemple\.test(/\S+)", message.body)[1]

    for _ in range(2):
        assert client.get(link).status_code == 200
    user.refresh_from_db()
    assert user.email == "maelle@exemple.test"
    client.post(link)

    user.refresh_from_db()
    assert user.email == "maelle@ailleurs.test"
    assert "maelle" not in link
    assert mails() == ["address_changed"]
    assert client.get(link).status_code == 410
    client.logout()
    assert sign_in(client).status_code == 200
    assert sign_in(client, email="maelle@ailleurs.test").status_code == 302


def test_a_change_of_address_that_waits_is_said_once_sent_again_or_given_up(client, user):
    sign_in(client)
    where = reverse("account_email")

    page = client.post(where, {"email": "maelle@ailleurs.test"}, follow=True)
    account = client.get(reverse("account_edit"))
    again = shown(page, "section form:nth-child(1)")
    client.post(where, again)
    written = mails(to="maelle@ailleurs.test")
    given_up = client.post(where, {"cancel": ""}, follow=True)

    assert main(page).count("maelle@ailleurs.test") == 1
    assert "puis cliquez sur « Confirmer cette adresse » : votre adresse ne change" in main(page)
    assert "Changement demandé : maelle@ailleurs.test, à confirmer" in main(account)
    assert written == ["address_change"] * 2
    assert "votre adresse reste la même" in main(given_up)
    assert "maelle@ailleurs.test" not in main(given_up)
    last = Message.objects.filter(kind="address_change").last()
    assert client.get(link_in(last)).status_code == 410


def test_a_change_of_address_whose_link_is_too_old_waits_no_more(client, user, time_machine, now):
    sign_in(client)
    client.post(reverse("account_email"), {"email": "maelle@ailleurs.test"})
    time_machine.move_to(now + timedelta(days=8))
    sign_in(client)

    page = client.get(reverse("account_edit"))

    assert "maelle@ailleurs.test" not in main(page)
    assert AddressChange.objects.exists()


def test_a_link_whose_time_ends_in_read_only_mode_is_not_said_too_old(client, user):
    sign_in(client)
    client.post(reverse("account_email"), {"email": "maelle@ailleurs.test"})
    link = link_in(Message.objects.get(kind="address_change"))
    AddressChange.objects.update(asked_at=NOW - timedelta(hours=25))
    show(kind=Banner.Kind.ALERT, message="Panne.", at=NOW - timedelta(hours=2), stops_writing=True)

    assert client.get(link).status_code == 200
    assert client.post(link).status_code == 503


def test_a_new_address_that_looks_mistyped_is_asked_about_before_anything_is_sent(client, user):
    sign_in(client)
    typed = {"email": "maelle@gmial.com"}

    asked = client.post(reverse("account_email"), typed)
    sent = client.post(reverse("account_email"), {**typed, "address_is_right": "on"})

    assert "Vouliez-vous dire maelle@gmail.com ?" in main(asked)
    assert sent.url == reverse("account_email")
    assert mails(to="maelle@gmial.com") == ["address_change"]


def test_whoever_reads_the_new_letter_box_alone_moves_no_account(client, client_two, user):
    activated("nina@exemple.test")
    sign_in(client)
    client.post(reverse("account_email"), {"email": "faute-de-frappe@exemple.test"})
    link = link_in(Message.objects.get(kind="address_change"))

    signed_out = [client_two.get(link), client_two.post(link)]
    sign_in(client_two, email="nina@exemple.test")
    anothers = [client_two.get(link), client_two.post(link)]

    user.refresh_from_db()
    assert user.email == "maelle@exemple.test"
    asked_to_sign_in = f"{reverse('account_login')}?next={quote(link)}"
    undone = quote("?non-fait=account_confirm_address")
    assert [one.url for one in signed_out] == [asked_to_sign_in, asked_to_sign_in + undone]
    assert [answer.status_code for answer in anothers] == [403, 403]
    assert "maelle@" not in anothers[0].text
    assert "Ce lien est celui d'un autre compte" in anothers[0].text


def test_whoever_signs_in_from_the_link_to_a_new_address_comes_back_to_it(client, client_two, user):
    sign_in(client)
    client.post(reverse("account_email"), {"email": "maelle@ailleurs.test"})
    link = link_in(Message.objects.get(kind="address_change"))

    asked = client_two.get(link)
    said = main(client_two.get(asked.url))
    answer = client_two.post(asked.url, {"login": user.email, "password": PASSWORD})
    client_two.post(answer.url)

    user.refresh_from_db()
    assert (answer.url, user.email) == (link, "maelle@ailleurs.test")
    assert "Connectez-vous avec votre adresse mail d'avant le changement" in said
    assert "créez votre compte" not in said


def test_another_address_is_asked_for_five_times_an_hour_and_ten_times_a_day(
    client, user, time_machine, now
):
    time_machine.move_to(now, tick=False)
    said = []

    for hour in range(3):
        sign_in(client)
        for n in range(6):
            answers = {"email": f"n{hour}{n}@exemple.test"}
            said.append(client.post(reverse("account_email"), answers).status_code)
        client.post(reverse("account_logout"))
        time_machine.shift(timedelta(minutes=61))

    assert said == [302] * 5 + [200] + [302] * 5 + [200] + [200] * 6
    assert Message.objects.filter(kind="address_change").count() == 10


@pytest.mark.parametrize("is_hidden", [False, True])
def test_a_mail_that_may_not_leave_is_not_said_to_have_left(client, user, settings, is_hidden):
    settings.HIDE_KNOWN_ADDRESSES = is_hidden
    sign_in(client)
    said = {"email": "neuve@exemple.test", "address_is_right": "on"}
    answers = [client.post(reverse("account_email"), said, follow=True) for _ in range(3)]

    told = ["Un mail est parti vers cette adresse" in main(page) for page in answers]
    # Else it would tell from the others an address that nobody has.
    assert told == [True, True, is_hidden]
    assert ("il est bon" in main(answers[-1])) != is_hidden
    assert Message.objects.filter(kind="address_change").count() == 2


def test_an_address_of_another_is_refused_and_its_owner_told(client, user):
    activated("nina@exemple.test")
    sign_in(client)

    page = client.post(reverse("account_email"), {"email": "nina@exemple.test"})

    assert "Cette adresse mail existe déjà dans l&#x27;application Sporades" in page.text
    assert titles(page)[:2] == [
        "Il y a un point à corriger",
        "Pourquoi cette adresse est-elle déjà connue ?",
    ]
    assert "Vous ou l'un de vos proches avez déjà créé un compte" in page.text
    assert "déconnectez-vous de celui-ci, puis connectez-vous avec cette adresse" in page.text
    assert (
        "Vous ne pouvez pas la donner à votre compte\xa0: utilisez une autre adresse." in page.text
    )
    assert mails("nina@exemple.test") == ["address_known"]


def test_silent_mode_answers_a_change_to_a_known_address_as_to_any_other(client, user, settings):
    settings.HIDE_KNOWN_ADDRESSES = True
    activated("nina@exemple.test")
    sign_in(client)

    pages = [
        client.post(reverse("account_email"), {"email": email}, follow=True).text
        for email in ("nina@exemple.test", "inconnue@exemple.test")
    ]

    bare = [re.sub(r'value="[^"]{64}"', "", page) for page in pages]
    first, second = (re.sub(r"\d+ h \d\d|\d+\u00a0h\u00a0\d\d", "", page) for page in bare)
    assert first.replace("nina@", "inconnue@") == second
    assert mails("nina@exemple.test") == ["address_known"]
