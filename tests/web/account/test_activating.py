"""« Activer mon compte »: the mail, its link, its 48 hours (B3)."""

from datetime import timedelta

import pytest
from django.urls import reverse

from sporades.accounts.models import User
from sporades.acts.people import forgetting
from sporades.candidates.models import Identity
from sporades.journal.models import Entry
from sporades.mail.models import Message
from sporades.notices.models import Banner
from sporades.notices.operations import show
from tests.factories import NOW
from tests.web.account.newcomer import (
    PASSWORD,
    ask_activation_again,
    mails,
    sign_in,
    sign_up,
    without_tokens,
)
from tests.web.guide import BACKEND, seen, words


def ways(page):
    return [words(one) for one in seen(page).cssselect("main .fr-btn")]


pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("territory", "clock", "_empty_cache")]


def test_opening_the_link_activates_nothing(client, waiting):
    user, link = waiting

    for _ in range(3):
        assert client.get(link).status_code == 200
        assert client.head(link).status_code == 200

    user.refresh_from_db()
    assert user.activated_at is None


def test_activating_twice_says_so_plainly(client, waiting):
    _, link = waiting
    client.post(link, {"password": PASSWORD})

    assert "Votre compte est déjà activé" in client.post(link, {"password": PASSWORD}).text
    assert "Votre compte est déjà activé" in client.get(link).text


def test_the_link_opened_again_leads_who_is_signed_in_to_the_account_and_others_to_sign_in(
    client, waiting
):
    _, link = waiting
    client.post(link, {"password": PASSWORD})

    inside = client.get(link)
    client.cookies.clear()
    outside = client.get(link)

    assert (ways(inside), ways(outside)) == (["Mon espace"], ["Me connecter"])
    client.force_login(waiting[0], backend=BACKEND)
    assert client.get(reverse("account_login")).url == reverse("candidate:home")


def test_the_mail_asks_for_the_proof_that_this_account_has(client, waiting):
    body = Message.objects.get(kind="activation").body

    assert "tapez le mot de passe choisi" in body
    assert "FranceConnect" not in body


@pytest.mark.parametrize(
    ("age", "status"),
    [(timedelta(hours=47, minutes=59), 302), (timedelta(hours=48, minutes=1), 410)],
)
def test_the_link_is_good_for_48_hours(client, waiting, age, status):
    user, link = waiting
    User.objects.filter(pk=user.pk).update(created_at=NOW - age)

    assert client.post(link, {"password": PASSWORD}).status_code == status


def test_a_link_too_old_says_what_to_do_even_when_the_account_is_gone(client, waiting):
    _, link = waiting
    forgetting.delete_unactivated(at=NOW + timedelta(hours=48, minutes=1))

    page = client.get(link)

    assert page.status_code == 410
    assert "Recommencez la création de votre compte" in page.text
    assert not User.objects.exists()
    assert not Identity.objects.exists()


def test_a_link_whose_time_ends_in_read_only_mode_does_not_ask_to_begin_anew(client, waiting):
    user, link = waiting
    User.objects.filter(pk=user.pk).update(created_at=NOW - timedelta(hours=49))
    show(kind=Banner.Kind.ALERT, message="Panne.", at=NOW - timedelta(hours=2), stops_writing=True)

    assert client.get(link).status_code == 200
    assert client.post(link, {"password": PASSWORD}).status_code == 503


def test_a_link_that_we_did_not_sign_is_wrong(client, waiting):
    _, link = waiting

    assert client.get(link[:-3] + "abc").status_code == 404


def test_the_activation_mail_is_sent_twice_an_hour_at_most_and_the_page_says_so(client, waiting):
    for _ in range(10):
        page = ask_activation_again(client).text

    assert mails() == ["activation"] * 2
    assert "Au plus deux de ces mails partent par heure, et quatre par jour" in page


def test_an_address_that_waits_for_nothing_gets_the_same_page_and_no_mail(client, waiting):
    answers = [
        client.post(reverse("account_email_verification_sent"), {"email": email}, follow=True)
        for email in ("ines@exemple.test", "personne@exemple.test")
    ]

    first, second = (without_tokens(answer.text) for answer in answers)
    assert first.replace("ines@", "personne@") == second
    assert mails("personne@exemple.test") == []


def test_signing_in_before_activating_says_it_first_and_sends_nothing(client, waiting):
    answer = sign_in(client)
    page = client.get(answer.url)

    assert answer.url == reverse("account_email_verification_sent")
    assert "_auth_user_id" not in client.session
    assert mails() == ["activation"]
    assert ">Votre compte n'est pas encore activé</h1>" in page.text
    assert "est parti vers <strong>ines@exemple.test</strong> le " in page.text
    assert "Renvoyer le mail" in page.text


def test_a_wrong_password_does_not_say_that_an_account_waits(client, waiting):
    client.cookies.clear()

    sign_in(client, password="pas le bon du tout")

    page = client.get(reverse("account_email_verification_sent")).text
    assert "pas encore activé" not in page
    assert "ines@exemple.test" not in page


def test_a_new_sign_up_finds_the_address_free_after_48_hours(client, waiting):
    user, _ = waiting
    User.objects.filter(pk=user.pk).update(created_at=NOW - timedelta(hours=49))

    assert sign_up(client).status_code == 302
    assert User.objects.get().pk != user.pk
    assert Identity.objects.count() == 1


def test_deleting_is_in_the_journal_without_personal_data(client, waiting):
    forgetting.delete_unactivated(at=NOW + timedelta(hours=49))

    entries = (
        Entry.objects.filter(object_kind="user")
        .order_by("pk")
        .values_list("verb", "actor_name", "payload")
    )
    assert list(entries) == [
        ("account opened", f"compte {waiting[0].pk}", {}),
        ("unactivated account deleted", "Sporades", {}),
    ]
