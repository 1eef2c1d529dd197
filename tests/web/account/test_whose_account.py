"""An account is activated by who made it: its password, the letter box, or FranceConnect."""

import pytest
from django.test import Client
from django.urls import reverse

from sporades.accounts.limits import MAILS_FROM_A_NETWORK
from sporades.accounts.models import Attempt, User
from sporades.candidates.models import Candidate
from sporades.mail.models import Message
from tests.jobs import work
from tests.web.account.newcomer import PASSWORD, link_in, sign_in, sign_up, without_tokens
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

    answer = client.post(link, {"recommencer": "1"})
    form = client.get(answer.url)
    assert "le lien qui l'activait, ne serviront plus" in main(form)
    sign_up(client)
    client.post(last_link(), {"password": PASSWORD})

    assert answer.url == reverse("account_signup")
    assert shown(form, form="form")["email"] == ["ines@exemple.test"]
    assert Candidate.objects.get().identity.birth_name == "Marchand"
    assert "_auth_user_id" in client.session


def test_who_signs_up_again_when_no_mail_may_leave_is_told_that_nothing_of_it_is_kept(client):
    for name in ("Marchant", "Marchande"):
        sign_up(client, birth_name=name)
    before = last_link()

    page = sign_up(client, birth_name="Marchand", password=ANOTHER)

    assert "rien de ce que vous venez de saisir n'est gardé. Ouvrez le dernier mail" in main(page)
    assert shown(page, form="form")["birth_name"] == ["Marchand"]
    assert last_link() == before
    client.post(before, {"password": PASSWORD})
    assert Candidate.objects.get().identity.birth_name == "Marchande"


def test_in_silent_mode_who_signs_up_again_when_no_mail_may_leave_is_told_nothing(client, settings):
    settings.HIDE_KNOWN_ADDRESSES = True

    answers = [sign_up(client, birth_name=name).url for name in ("Un", "Deux", "Trois")]

    assert set(answers) == {reverse("account_email_verification_sent")}
    work()
    # The first one went with its sign-up; the third has none.
    assert Message.objects.count() == 1
    assert Candidate.objects.get().identity.birth_name == "Deux"


def test_the_mail_opened_for_one_address_opens_nothing_for_another(client):
    sign_up(Client())
    client.post(last_link(), {"recommencer": "1"})
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


def test_in_silent_mode_signing_in_after_signing_up_does_not_say_whose_the_address_was(
    client, ines, settings
):
    settings.HIDE_KNOWN_ADDRESSES = True
    answers = {}
    for email in ("ines@exemple.test", "nina@exemple.test"):
        browser = Client()
        sign_up(browser, email=email, password=ANOTHER)
        answer = sign_in(browser, email=email, password=ANOTHER)
        page = browser.get(reverse("account_email_verification_sent"))
        answers[email] = [
            (
                one.status_code,
                # Pages that no cache keeps say the second at which they were made.
                {
                    name: value
                    for name, value in one.headers.items()
                    if name not in {"Expires", "X-Request-Id"}
                },
                without_tokens(one.text).replace(email, "…"),
            )
            for one in (answer, page)
        ]
        said = main(answer)

    assert answers["ines@exemple.test"] == answers["nina@exemple.test"]
    assert "Adresse mail ou mot de passe incorrect, ou compte pas encore activé" in said
    assert "Si vous venez de créer votre compte, ouvrez d'abord le lien" in said


def test_in_silent_mode_a_right_password_before_the_activation_counts_as_a_wrong_one(
    client, settings
):
    settings.HIDE_KNOWN_ADDRESSES = True
    sign_up(client)

    pages = [main(sign_in(Client())) for _ in range(6)]

    assert ["Trop d'essais" in page for page in pages] == [False] * 5 + [True]


# --- Mails of sign-ups ------------------------------------------------------------------------------


def test_sign_ups_with_tags_of_one_letter_box_send_two_mails_in_an_hour(client):
    for number in range(5):
        sign_up(client, email=f"ines+{number}@exemple.test")

    work()
    assert Message.objects.count() == 2
    assert User.objects.count() == 5


def test_sign_ups_with_dots_in_one_letter_box_of_gmail_send_two_mails_in_an_hour(client):
    for address in ("ines@gmail.com", "i.nes@gmail.com", "in.es@gmail.com", "i.nes@googlemail.com"):
        sign_up(client, email=address)

    work()
    assert Message.objects.count() == 2
    assert User.objects.count() == 4


def test_a_network_that_has_caused_its_mails_causes_no_more_by_signing_up(client):
    sign_up(client)
    [used] = Attempt.objects.filter(limit=MAILS_FROM_A_NETWORK.name)
    Attempt.objects.bulk_create(
        Attempt(limit=used.limit, key=used.key, at=used.at) for _ in range(1_999)
    )

    answer = sign_up(client, email="nina@exemple.test")

    assert answer.url == reverse("account_email_verification_sent")
    work()
    assert Message.objects.get().recipient == "ines@exemple.test"
    assert User.objects.count() == 2
