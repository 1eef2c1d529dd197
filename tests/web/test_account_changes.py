"""« Modifier mon compte », devices, sessions, second factor."""

import hashlib
import re
import time
from datetime import timedelta
from urllib.parse import quote

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import timezone

from sporades.accounts import second_factor
from sporades.accounts.models import AddressChange, Attempt, Membership, User
from sporades.accounts.sessions import forget_closed
from sporades.acts import inviting
from sporades.acts.tasks import forget_accounts
from sporades.candidates import operations as candidates
from sporades.candidates.forms import answers_of
from sporades.mail.models import Message
from sporades.web.access import Who
from sporades.web.account import devices, proving
from sporades.web.account.access import ROUTES
from tests.factories import OPERATOR, PASSWORD, a_candidate, a_registration
from tests.jobs import work
from tests.web.guide import links, main, seen, shown, titles, words
from tests.web.passkeys import Passkey, add

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("territory", "_empty_cache")]

NEW = "quatre mots sans rapport"


@pytest.fixture
def _empty_cache():
    cache.clear()


@pytest.fixture
def user():
    return activated("maelle@exemple.test")


def activated(email):
    user = a_candidate(email=email).user
    user.emailaddress_set.create(email=email, primary=True, verified=True)
    return user


@pytest.fixture
def agent():
    user = User.objects.create_user(
        "agent@exemple.test", PASSWORD, created_at=timezone.now(), activated_at=timezone.now()
    )
    user.emailaddress_set.create(email=user.email, primary=True, verified=True)
    Membership.objects.create(
        user=user, role="manager", full_name="Camille Petit", academies=["A09"], domains=["ESSAI"]
    )
    return User.objects.get(pk=user.pk)


def sign_in(client, email="maelle@exemple.test", password=PASSWORD, **extra):
    return client.post(reverse("account_login"), {"login": email, "password": password}, **extra)


def six_minutes_pass(client):
    """The last proof of who is there becomes six minutes old."""
    session = client.session
    for record in session["account_authentication_methods"]:
        record["at"] -= 360
    session.save()


def mails(to="maelle@exemple.test"):
    work()
    return list(Message.objects.filter(recipient=to).order_by("pk").values_list("kind", flat=True))


def code_of(secret):
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30))


# --- B6, B7 ---------------------------------------------------------------------------------------------


def test_the_name_stands_at_the_top_with_modifier_mon_compte_under_it(client, user):
    sign_in(client)

    page = client.get(reverse("account_edit")).text

    assert '<p class="s-person__name">Maëlle Anne LE GOFF</p>' in page
    assert f'href="{reverse("account_edit")}">Modifier mon compte</a>' in page


def edited(user, **changes):
    answers = answers_of(user.candidate.identity)
    day, month, year = answers.pop("birth_date")
    return {
        **{name: value for name, value in answers.items() if value not in (None, False)},
        "birth_date_day": day,
        "birth_date_month": month,
        "birth_date_year": year,
        **changes,
    }


def test_civil_data_can_be_corrected_before_the_first_registration(client, user):
    sign_in(client)

    answer = client.post(reverse("account_edit"), edited(user, usage_name="Kermarrec"))

    assert answer.url == reverse("account_edit")
    user.candidate.refresh_from_db()
    assert user.candidate.identity.usage_name == "Kermarrec"
    assert "Maëlle Anne KERMARREC" in client.get(reverse("account_edit")).text


def test_frozen_data_are_greyed_and_cannot_be_posted(client, user):
    candidates.freeze_identity(user.candidate, at=timezone.now())
    sign_in(client)

    page = client.get(reverse("account_edit"))
    answer = client.post(reverse("account_edit"), edited(user, usage_name="Kermarrec"))

    assert all(field.disabled for field in page.context["form"].fields.values())
    assert seen(page).cssselect("main .s-frozen .fr-hint-text") == []
    assert "Enregistrer mes informations" not in page.text
    assert "contactez le service des examens et concours" in page.text
    assert answer.status_code == 409
    user.candidate.refresh_from_db()
    assert user.candidate.identity.usage_name == ""


def test_the_services_of_ones_registrations_stand_beside_greyed_data(client):
    registration = a_registration()
    user = registration.candidate.user
    user.emailaddress_set.create(email=user.email, primary=True, verified=True)
    sign_in(client, email=user.email)

    page = client.get(reverse("account_edit"))

    assert [service.pk for service in page.context["services"]] == [
        registration.service.managing_service_id
    ]
    assert registration.service.managing_service.name in page.text


def test_a_new_address_becomes_the_login_once_its_link_is_clicked(client, user):
    sign_in(client)
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
    assert [answer.url for answer in signed_out] == [asked_to_sign_in] * 2
    assert [answer.status_code for answer in anothers] == [403, 403]
    assert "maelle@" not in anothers[0].text
    assert "Ce lien est celui d'un autre compte" in anothers[0].text


def test_whoever_signs_in_from_the_link_to_a_new_address_comes_back_to_it(client, client_two, user):
    sign_in(client)
    client.post(reverse("account_email"), {"email": "maelle@ailleurs.test"})
    link = link_in(Message.objects.get(kind="address_change"))

    asked = client_two.get(link)
    answer = client_two.post(asked.url, {"login": user.email, "password": PASSWORD})
    client_two.post(answer.url)

    user.refresh_from_db()
    assert (answer.url, user.email) == (link, "maelle@ailleurs.test")


@pytest.fixture
def way_back(client, user, time_machine, now):
    """The link of « Ce n'était pas moi », after somebody took the account over."""
    time_machine.move_to(now, tick=False)
    thief = Client()
    sign_in(thief)
    thief.post(reverse("account_email"), {"email": "voleur@exemple.test"})
    thief.post(link_in(Message.objects.get(kind="address_change")))
    old = Message.objects.get(kind="address_changed", recipient="maelle@exemple.test")
    return thief, link_in(old)


def link_in(message):
    return re.search(r" : https://inscriptions\.exemple\.test(/\S+)", message.body)[1]


def test_opening_the_link_of_it_was_not_me_changes_nothing(client, user, way_back):
    thief, link = way_back

    pages = [client.get(link).text for _ in range(2)]

    user.refresh_from_db()
    assert user.email == "voleur@exemple.test"
    assert "Votre compte retrouve l'adresse <strong>maelle@exemple.test</strong>." in pages[1]
    assert "maelle" not in link
    assert thief.get(reverse("account_edit")).status_code == 200


def test_it_was_not_me_gives_the_account_back_and_puts_the_thief_out(client, user, way_back):
    thief, link = way_back

    page = client.post(link, follow=True)

    assert "Votre compte a de nouveau l&#x27;adresse maelle@exemple.test" in page.text
    assert thief.get(reverse("account_edit")).status_code == 302
    for email in ("maelle@exemple.test", "voleur@exemple.test"):
        assert sign_in(thief, email=email).status_code == 200
    assert "address_restored" in mails("voleur@exemple.test")
    form = client.get(link_in(Message.objects.get(kind="password_reset")), follow=True)
    client.post(form.redirect_chain[-1][0], {"password1": NEW})
    assert sign_in(client, password=NEW).status_code == 302


def test_it_was_not_me_says_which_ways_of_signing_in_remain(client, user, way_back):
    _, link = way_back
    second_factor.enrol_totp(user)
    Authenticator.objects.update(created_at=timezone.now() - timedelta(days=30))

    page = client.post(link, follow=True)

    assert "Restent pour vous connecter, avec lui : application de codes." in main(page)


def test_the_link_of_it_was_not_me_serves_once_and_says_so(client, way_back):
    _, link = way_back
    client.post(link)

    for answer in (client.get(link), client.post(link)):
        assert answer.status_code == 410
        assert "Il a déjà servi, ou il a plus de 72 heures." in answer.text
    assert client.get(reverse("account_undo_address", args=["inventé"])).status_code == 404


def test_after_72_hours_it_was_not_me_leads_to_the_service(client, user, way_back, time_machine):
    _, link = way_back
    time_machine.shift(timedelta(hours=72, seconds=1))

    answer = client.post(link)

    user.refresh_from_db()
    assert (answer.status_code, user.email) == (410, "voleur@exemple.test")
    assert f'href="{reverse("public:contact")}"' in answer.text


def test_it_was_not_me_says_when_the_address_has_become_anothers(client, user, way_back):
    _, link = way_back
    User.objects.create_user("maelle@exemple.test", created_at=timezone.now())

    answer = client.post(link)

    user.refresh_from_db()
    assert (answer.status_code, user.email) == (409, "voleur@exemple.test")
    assert "est devenue celle d'un autre compte" in answer.text


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


@pytest.mark.parametrize("name", sorted(proving.ACTS))
def test_proving_who_one_is_says_for_what_and_how_to_give_it_up(client, user, name):
    act = proving.ACTS[name]
    one = {"pk": 1}
    named = {
        "candidate:withdraw": {"number": "FICT-1"},
        "mfa_remove_webauthn": one,
        "mfa_edit_webauthn": one,
    }
    kwargs = named.get(name)
    sign_in(client)

    page = client.get(reverse("account_reauthenticate"), {"next": reverse(name, kwargs=kwargs)})

    back = reverse(act.back, kwargs=kwargs if act.is_of_one else None)
    assert main(page).startswith(
        f"Est-ce bien vous ? Pour {act.words}, saisissez votre mot de passe encore une fois."
    )
    assert links(page, "Annuler") == [back]


# Of an account without a password, with FranceConnect, or on a page of candidates.
ASKED_OTHERWISE = {"account_set_password", "socialaccount_connections", "candidate:withdraw"}


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
    asked = reverse("account_reauthenticate")
    asking = {
        name
        for name, address in pages.items()
        if client.get(address).get("Location") == f"{asked}?next={quote(address, safe='')}"
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


def test_a_password_is_changed_with_the_current_one_and_other_sessions_die(
    client, user, client_two
):
    sign_in(client)
    sign_in(client_two)

    wrong = client.post(
        reverse("account_change_password"), {"oldpassword": "pas celui-ci", "password1": NEW}
    )
    right = client.post(
        reverse("account_change_password"), {"oldpassword": PASSWORD, "password1": NEW}
    )

    assert "mot de passe actuel" in wrong.text
    assert right.url == reverse("account_edit")
    assert client.get(reverse("account_edit")).status_code == 200
    assert client_two.get(reverse("account_edit")).status_code == 302
    assert mails() == ["new_device", "password_changed"]


def test_a_new_password_is_not_the_one_of_today(client, user):
    sign_in(client)

    page = client.post(
        reverse("account_change_password"), {"oldpassword": PASSWORD, "password1": PASSWORD}
    )

    assert page.context["form"].errors == {
        "password1": ["C'est déjà votre mot de passe : choisissez-en un autre."]
    }
    assert mails() == []


@pytest.fixture
def client_two():
    return Client()


# --- Devices and sessions -----------------------------------------------------------------------------


def test_a_new_device_is_told_to_the_owner_but_not_the_first_nor_a_known_one(
    client, client_two, user
):
    sign_in(client)
    client.post(reverse("account_logout"))
    sign_in(client)
    assert mails() == []

    sign_in(client_two, headers={"user-agent": "Mozilla/5.0 (Windows NT 10.0) Firefox/140.0"})

    assert mails() == ["new_device"]
    assert "Firefox sur Windows" in Message.objects.get().body


def test_a_known_device_enters_while_strangers_try_and_a_reset_lets_anyone_in(
    client, client_two, user
):
    sign_in(client)
    client.post(reverse("account_logout"))
    for number in range(30):
        sign_in(client_two, password="faux faux faux", REMOTE_ADDR=f"203.0.113.{number}")

    assert "Trop d&#x27;essais" in sign_in(client_two, REMOTE_ADDR="198.51.100.1").text
    assert sign_in(client).status_code == 302

    client_two.post(reverse("account_reset_password"), {"email": user.email})
    work()
    link = re.search(r"https://inscriptions\.exemple\.test(/\S+)", Message.objects.last().body)[1]
    form = client_two.get(link, follow=True)
    client_two.post(form.request["PATH_INFO"], {"password1": NEW})
    assert sign_in(client_two, password=NEW, REMOTE_ADDR="198.51.100.1").status_code == 302


def test_strangers_who_ask_for_resets_never_keep_the_owner_from_asking(client, client_two, user):
    sign_in(client)
    client.post(reverse("account_logout"))
    for _ in range(10):
        client_two.post(reverse("account_reset_password"), {"email": user.email})
        work()
    assert mails() == ["password_reset"] * 2

    client.post(reverse("account_reset_password"), {"email": user.email})

    assert mails() == ["password_reset"] * 3


def test_an_address_gets_three_mails_an_hour_and_five_a_day_whoever_asks(
    client, client_two, user, time_machine, now
):
    time_machine.move_to(now, tick=False)
    sign_in(client)
    client.post(reverse("account_logout"))
    sent = []

    for _ in range(35):
        for browser in (client_two, client_two, client_two, client, client):
            browser.post(reverse("account_reset_password"), {"email": user.email})
            time_machine.shift(timedelta(seconds=1))
        sent.append(len(mails()))
        time_machine.shift(timedelta(minutes=40))

    assert sent[:2] == [3, 3]
    assert sent[-1] == 5


def test_an_owner_who_asks_in_the_day_is_answered_though_strangers_ask_without_end(
    client, client_two, user, time_machine, now
):
    time_machine.move_to(now, tick=False)
    sign_in(client)
    client.post(reverse("account_logout"))
    for _ in range(60):
        client_two.post(reverse("account_reset_password"), {"email": user.email})
        time_machine.shift(timedelta(minutes=20))
    before = len(mails())

    answered = []
    for _ in range(2):
        client.post(reverse("account_reset_password"), {"email": user.email})
        answered.append(len(mails()) - before)
        time_machine.shift(timedelta(minutes=1))

    assert before == 3
    assert answered == [1, 2]


def test_a_device_that_knew_the_old_password_is_a_stranger_once_it_is_changed(
    client, client_two, user
):
    sign_in(client)
    sign_in(client_two)
    client.post(reverse("account_change_password"), {"oldpassword": PASSWORD, "password1": NEW})
    client.post(reverse("account_logout"))
    user.refresh_from_db()
    owner, thief = (
        RequestFactory().get("/", headers={"cookie": browser.cookies.output(header="", sep=";")})
        for browser in (client, client_two)
    )

    assert (devices.knows(owner, user), devices.knows(thief, user)) == (True, False)
    assert (devices.accounts_known(owner), devices.accounts_known(thief)) == ([user.pk], [])
    sign_in(client, password=NEW)
    assert mails() == ["new_device", "password_changed"]
    sign_in(client_two, password=NEW)
    assert mails() == ["new_device", "password_changed", "new_device"]


def test_a_forged_cookie_makes_no_device_known(client, user):
    client.cookies["__Host-device"] = "eyJhY2NvdW50cyI6WzFdfQ:forged"

    for _ in range(5):
        sign_in(client, password="faux faux faux")

    assert "Trop d&#x27;essais" in sign_in(client).text


def test_x_forwarded_for_is_believed_from_our_proxy_only(client, user, settings):
    for number in range(6):
        sign_in(
            client, password="faux faux faux", headers={"x-forwarded-for": f"203.0.113.{number}"}
        )
    assert "Trop d&#x27;essais" in sign_in(client).text

    settings.TRUSTED_PROXIES = ["127.0.0.1"]
    assert sign_in(client, headers={"x-forwarded-for": "203.0.113.99"}).status_code == 302


def test_open_sessions_are_listed_and_closed_elsewhere_or_everywhere(client, client_two, user):
    sign_in(client)
    sign_in(client_two)

    page = client.get(reverse("usersessions_list"))
    assert len(page.context["rows"]) == 2
    assert "(cet appareil)" in page.text
    client.post(reverse("usersessions_list"), {"others": ""})
    assert client.get(reverse("account_edit")).status_code == 200
    assert client_two.get(reverse("account_edit")).status_code == 302

    sign_in(client_two)
    client.post(reverse("usersessions_list"), {"everywhere": ""})
    assert client.get(reverse("account_edit")).status_code == 302
    assert client_two.get(reverse("account_edit")).status_code == 302
    assert not UserSession.objects.exists()


def test_nothing_is_offered_for_other_devices_where_there_are_none(client, user):
    sign_in(client)

    page = client.get(reverse("usersessions_list"))

    assert [words(button) for button in seen(page).cssselect("main button")] == [
        "Se déconnecter partout"
    ]
    assert "Votre compte n'est ouvert que sur cet appareil." in main(page)


def test_a_session_that_is_over_is_listed_no_more_and_forgotten(client, client_two, user):
    sign_in(client)
    sign_in(client_two)
    Session.objects.filter(session_key=client_two.session.session_key).delete()

    page = client.get(reverse("usersessions_list"))
    count = forget_closed(at=timezone.now())

    assert len(page.context["rows"]) == 1
    assert count == 1
    assert UserSession.objects.get().session_key == client.session.session_key


def test_sessions_whose_time_is_over_go_by_themselves_and_open_ones_stay(client, client_two, user):
    sign_in(client)
    sign_in(client_two)
    over = Session.objects.filter(session_key=client_two.session.session_key)
    over.update(expire_date=timezone.now() - timedelta(seconds=1))

    forget_accounts(timestamp=0)

    assert Session.objects.get().session_key == client.session.session_key
    assert UserSession.objects.get().session_key == client.session.session_key


def test_a_session_of_an_older_password_is_not_listed(client, client_two, user):
    sign_in(client)
    sign_in(client_two)
    session = client_two.session
    session["_auth_user_hash"] = "celui d'un autre mot de passe"
    session.save()

    page = client.get(reverse("usersessions_list"))

    assert len(page.context["rows"]) == 1


def test_a_page_seen_writes_nothing(client, user, django_assert_max_num_queries):
    sign_in(client)
    client.get(reverse("account_edit"))

    with django_assert_max_num_queries(8) as seen:
        client.get(reverse("account_edit"))

    assert not [one["sql"] for one in seen.captured_queries if not one["sql"].startswith("SELECT")]


def test_a_session_that_nobody_uses_ends_after_thirty_minutes_and_says_so(client, user):
    sign_in(client)
    client.get(reverse("account_edit"))
    session = client.session
    session["seen_at"] = (timezone.now() - timedelta(minutes=31)).isoformat()
    session.save()

    answer = client.get(reverse("account_edit"), follow=True)

    assert answer.redirect_chain[0][0].startswith(reverse("account_login"))
    assert "Votre session s&#x27;est terminée" in answer.text


def test_staying_starts_the_thirty_minutes_again(client, user):
    sign_in(client)
    client.get(reverse("account_edit"))
    session = client.session
    session["seen_at"] = (timezone.now() - timedelta(minutes=29)).isoformat()
    session.save()

    assert client.post(reverse("account_extend_session")).status_code == 204
    assert client.session["seen_at"] > (timezone.now() - timedelta(minutes=1)).isoformat()


# --- B9: second factor ------------------------------------------------------------------------------------


def activate_totp(client):
    page = client.get(reverse("mfa_activate_totp"))
    secret = page.context["form"].secret
    answer = client.post(reverse("mfa_activate_totp"), {"code": code_of(secret)})
    return secret, answer


def test_a_candidate_may_add_a_second_factor_and_is_then_asked_for_it(client, user):
    sign_in(client)
    secret, answer = activate_totp(client)
    assert answer.url == reverse("mfa_view_recovery_codes")
    page = client.get(answer.url)
    codes = page.context["unused_codes"]
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


@pytest.mark.parametrize("typed", ["12", "12345"])
def test_a_code_typed_in_part_is_said_to_have_six_figures_and_is_no_try(client, user, typed):
    sign_in(client)
    said = "Indiquez le code en entier : celui de l'application a six chiffres."
    first = client.post(reverse("mfa_activate_totp"), {"code": typed})
    secret, _ = activate_totp(client)
    client.post(reverse("account_logout"))
    sign_in(client)
    tries = Attempt.objects.count()

    page = client.post(reverse("mfa_authenticate"), {"code": typed})

    assert said in main(first)
    assert said in main(page)
    assert Attempt.objects.count() == tries
    assert client.post(reverse("mfa_authenticate"), {"code": code_of(secret)}).status_code == 302


def test_the_secret_of_an_application_is_typed_instead_of_the_picture_not_after(client, user):
    sign_in(client)

    steps = seen(client.get(reverse("mfa_activate_totp"))).cssselect("main ol li")

    assert [words(step).split()[0] for step in steps] == ["Installez", "Photographiez", "Écrivez"]


def test_a_code_serves_once(client, client_two, user):
    sign_in(client)
    secret, _ = activate_totp(client)
    client.post(reverse("account_logout"))
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
    code = code_of(secret)
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


def test_staff_sees_nothing_before_a_second_factor(client, agent):
    answer = sign_in(client, email=agent.email)
    assert answer.url == reverse("office:home")
    assert client.get(reverse("office:home")).url == reverse("mfa_activate_totp")

    activate_totp(client)
    assert client.get(reverse("office:home")).status_code == 200

    client.post(reverse("account_logout"))
    cache.clear()
    assert sign_in(client, email=agent.email).url == reverse("mfa_authenticate")
    assert client.get(reverse("office:home")).status_code == 302
    code = second_factor.current_code(agent)
    assert client.post(reverse("mfa_authenticate"), {"code": code}).url == reverse("office:home")
    assert client.get(reverse("office:home")).status_code == 200


def test_a_passkey_is_offered_to_an_account_that_has_one_alone(client, user):
    second_factor.enrol_totp(user)
    sign_in(client)

    page = client.get(reverse("mfa_authenticate")).text

    assert "Votre code" in page
    assert "Utiliser ma clé d'accès" not in page


def test_an_agent_is_told_what_the_account_is_for_and_offered_no_page_of_candidates(client, agent):
    sign_in(client, email=agent.email)
    activate_totp(client)

    office = client.get(reverse("office:home")).text
    plan = client.get(reverse("public:sitemap")).text

    assert "Le suivi des inscriptions viendra dans une prochaine version" in office
    assert "Votre espace candidat" not in plan
    assert f'<a href="{reverse("office:home")}">Gestion</a>' in plan
    assert reverse("candidate:registrations") not in plan


def test_whoever_is_invited_chooses_a_long_password_and_a_second_factor_before_anything(client):
    inviting.invite(
        email="claude@exemple.test",
        full_name="Claude Martin",
        role="manager",
        academies=["A09"],
        by=OPERATOR,
        at=timezone.now(),
    )
    link = re.search(r"https://inscriptions\.exemple\.test(/\S+)", Message.objects.get().body)[1]
    where = client.get(link, follow=True).redirect_chain[-1][0]

    short = client.post(where, {"password1": "quinze lettres!"})
    client.post(where, {"password1": NEW})

    assert "il en faut au moins 16" in short.text
    assert sign_in(client, email="claude@exemple.test", password=NEW).url == reverse("office:home")
    assert client.get(reverse("office:home")).url == reverse("mfa_activate_totp")
    activate_totp(client)
    assert "Lille" in client.get(reverse("office:home")).text
    inviting.close(email="claude@exemple.test", by=OPERATOR, at=timezone.now())
    assert client.get(reverse("office:home")).status_code == 302


def test_a_membership_that_ended_opens_nothing(client, agent):
    sign_in(client, email=agent.email)
    activate_totp(client)
    agent.memberships.update(ends_on=timezone.now().date() - timedelta(days=1))

    assert client.get(reverse("office:home")).status_code == 404


def test_somebody_else_s_passkey_does_not_exist(client, user):
    other = activated("nina@exemple.test")
    key = Authenticator.objects.create(user=other, type="webauthn", data={"name": "Clé"})
    sign_in(client)

    for name in ("mfa_remove_webauthn", "mfa_edit_webauthn"):
        assert client.get(reverse(name, args=[key.pk])).status_code == 404


# --- S-12b ---------------------------------------------------------------------------------------------------


def test_a_thousand_pupils_behind_one_address_sign_in(client):
    digest = hashlib.md5(f"sel{NEW}".encode()).hexdigest()
    people = User.objects.bulk_create(
        User(
            email=f"eleve{number}@exemple.test",
            password=f"md5$sel${digest}",
            created_at=timezone.now(),
            activated_at=timezone.now(),
        )
        for number in range(1_000)
    )
    EmailAddress.objects.bulk_create(
        EmailAddress(user=one, email=one.email, primary=True, verified=True) for one in people
    )

    refused = sum(
        sign_in(Client(), email=one.email, password=NEW).status_code != 302 for one in people
    )

    assert refused == 0
