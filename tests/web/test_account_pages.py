"""Accounts through their pages: made, activated, opened, changed."""

import re
from datetime import timedelta
from functools import partial

import pytest
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from sporades.accounts.keys import activation_key
from sporades.accounts.models import Attempt, User
from sporades.acts import joining
from sporades.candidates.models import Candidate, Identity
from sporades.cli.demo_people import CANDIDATES, STAFF
from sporades.exams.held import forget
from sporades.exams.models import RegistrationService
from sporades.journal.models import Entry
from sporades.mail.models import Message
from tests.acts.people import in_threads
from tests.factories import NOW, load_invented
from tests.jobs import work
from tests.web.guide import faulty, main, mandatory, seen, shown, titles, words

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("territory", "_empty_cache")]

PASSWORD = "quatre mots sans rapport"
ANSWERS = {
    "civility": "mme",
    "birth_name": "Marchand",
    "usage_name": "",
    "first_names": "Inès Léa",
    "nationality": "99100",
    "birth_date_day": "14",
    "birth_date_month": "3",
    "birth_date_year": "2008",
    "birth_country": "99100",
    "birth_department": "59",
    "birth_place": "lille",
    "birth_commune": "",
    "email": "ines@exemple.test",
    "password": PASSWORD,
}


@pytest.fixture(autouse=True)
def _clock(time_machine):
    """It goes on: mails that are asked for again are not the same mails."""
    time_machine.move_to(NOW, tick=True)


@pytest.fixture
def _empty_cache():
    cache.clear()


def sign_up(client, *, follow=False, **answers):
    return client.post(reverse("account_signup"), {**ANSWERS, **answers}, follow=follow)


def assert_kept(page, typed):
    """Every answer is on the page that comes back, but the password, which no page shows."""
    found = shown(page, form="form")
    kept = {name: value for name, value in typed.items() if name != "password"}
    assert {name: found.get(name, [""]) for name in kept} == {
        name: [value] for name, value in kept.items()
    }
    assert found["password"] == [""]


def link_in(message):
    return re.search(r"https://inscriptions\.exemple\.test(/\S+)", message.body)[1]


def mails(to="ines@exemple.test"):
    work()
    return list(Message.objects.filter(recipient=to).order_by("pk").values_list("kind", flat=True))


def sign_in(client, email="ines@exemple.test", password=PASSWORD, **headers):
    return client.post(reverse("account_login"), {"login": email, "password": password}, **headers)


@pytest.fixture
def ines(client):
    """An activated account."""
    sign_up(client)
    user = User.objects.get(email="ines@exemple.test")
    joining.activate(user.pk, at=timezone.now())
    Message.objects.all().delete()
    Attempt.objects.all().delete()
    client.cookies.clear()
    return User.objects.get(pk=user.pk)


# --- B1 -------------------------------------------------------------------------------------------


def test_a_person_makes_an_account_activates_it_from_the_mail_and_signs_in(client):
    answer = sign_up(client)

    assert answer.url == reverse("account_email_verification_sent")
    identity = Candidate.objects.get(user__email="ines@exemple.test").identity
    assert (identity.birth_place, identity.birth_department, identity.birth_commune) == (
        "Lille",
        "59",
        "59350",
    )
    message = Message.objects.get()
    assert "Activer mon compte" in message.body
    page = client.get(link_in(message))
    assert "Activer mon compte" in page.text
    answer = client.post(link_in(message))
    assert answer.url == reverse("account_login")
    answer = sign_in(client)
    assert answer.url == reverse("candidate:home")


def test_the_first_page_shows_the_privacy_notice_and_its_link(client):
    page = client.get(reverse("account_signup")).text

    assert "Ce que deviennent vos données" in page
    assert reverse("public:privacy") in page


@pytest.mark.parametrize(
    ("answers", "field", "words"),
    [
        ({"birth_name": ""}, "birth_name", "Indiquez votre nom de famille."),
        ({"birth_name": "Marchand2"}, "birth_name", "Un nom ne contient pas de chiffre"),
        ({"first_names": "<b>Inès</b>"}, "first_names", "Enlevez ce qui n'appartient pas à un nom"),
        ({"first_names": ""}, "first_names", "Indiquez vos prénoms, ou cochez la case"),
        ({"birth_date_day": "31", "birth_date_month": "2"}, "birth_date", "n'existe pas"),
        ({"birth_date_year": "2031"}, "birth_date", "dans le futur"),
        ({"birth_date_year": "08"}, "birth_date", "l'année sur quatre chiffres"),
        ({"birth_date_year": "2023"}, "birth_date", "vous auriez"),
        ({"birth_date_day": ""}, "birth_date", "Indiquez le jour, le mois et l'année"),
        ({"email": "ines"}, "email", "Indiquez une adresse mail complète"),
        ({"email": "ines@gmial.com"}, "email", "Vouliez-vous dire ines@gmail.com"),
        ({"password": "court"}, "password", "il en faut au moins 12"),
        ({"password": "Marchand-et-compagnie"}, "password", "contient « Marchand »"),
        ({"password": "lundi14032008mardi"}, "password", "contient « 14032008 »"),
        ({"password": "ines ines ines ines"}, "password", "contient « "),
        ({"password": "motdepasse2026"}, "password", "contient « motdepasse »"),
        ({"password": "123456789123"}, "password", "trop facile à deviner"),
    ],
)
def test_a_wrong_answer_is_said_at_its_field_and_nothing_typed_is_lost(
    client, answers, field, words
):
    page = sign_up(client, **answers)

    assert page.status_code == 200
    assert words in " ".join(page.context["form"].errors[field])
    assert_kept(page, {**ANSWERS, **answers})
    assert not User.objects.exists()


@pytest.mark.parametrize(
    ("missing", "words"),
    [
        ("civility", "Choisissez"),
        ("birth_name", "Indiquez votre nom de famille."),
        ("first_names", "Indiquez vos prénoms, ou cochez la case"),
        ("nationality", "Choisissez votre nationalité."),
        ("birth_date_day", "Indiquez le jour, le mois et l'année"),
        ("birth_date_month", "Indiquez le jour, le mois et l'année"),
        ("birth_date_year", "Indiquez le jour, le mois et l'année"),
        ("birth_country", "Choisissez votre pays de naissance."),
        ("birth_place", "Indiquez la commune ou la ville de naissance."),
        ("email", "Indiquez une adresse mail complète"),
        ("password", "Choisissez un mot de passe."),
    ],
)
def test_each_mandatory_answer_is_waited_for_and_nothing_else_typed_is_lost(client, missing, words):
    page = client.post(
        reverse("account_signup"), {name: ANSWERS[name] for name in ANSWERS if name != missing}
    )

    parts = {name for name in ANSWERS if name.startswith("birth_date_")}
    at = parts if missing in parts else {missing}
    assert faulty(page) == at
    [said] = seen(page).cssselect("main #erreurs li a")
    assert words in said.text_content()
    assert_kept(page, {**ANSWERS, missing: ""})
    assert not User.objects.exists()


def test_what_is_said_to_be_mandatory_is_what_is_waited_for(client):
    page = client.get(reverse("account_signup"))

    optional = {"usage_name", "birth_department", "birth_commune"}
    ticked_where_it_applies = {"has_no_first_name", "birth_date_is_partial"}
    assert mandatory(page) - ticked_where_it_applies == set(ANSWERS) - optional


def test_an_odd_address_is_kept_when_its_owner_says_that_it_is_right(client):
    sign_up(client, email="ines@gmial.com", address_is_right="on")

    assert User.objects.get().email == "ines@gmial.com"


def test_an_odd_address_said_to_be_right_stays_so_while_the_rest_is_corrected(client):
    asked = sign_up(client, email="ines@gmial.com")
    refused = sign_up(client, email="ines@gmial.com", address_is_right="on", birth_name="")

    assert "Mon adresse est juste" in main(asked)
    assert refused.context["form"].errors.keys() == {"birth_name"}
    assert shown(refused, form="form")["address_is_right"] == ["on"]


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  INES@Exemple.TEST ", "ines@exemple.test"),
        ("ines+bac@exemple.test", "ines+bac@exemple.test"),
        ("ines@école.test", "ines@xn--cole-9oa.test"),
    ],
)
def test_an_address_is_kept_in_one_form(client, typed, kept):
    sign_up(client, email=typed)

    assert User.objects.get().email == kept


def test_a_commune_in_doubt_is_chosen_on_the_page(client):
    page = sign_up(client, birth_department="", birth_place="Saint-Denis")

    choices = dict(page.context["form"].fields["birth_choice"].choices)
    assert choices["93066-current"].startswith("Saint-Denis (Seine-Saint-Denis")
    assert choices["97411-current"].startswith("Saint-Denis (La Réunion")

    sign_up(client, birth_department="", birth_place="Saint-Denis", birth_choice="97411-current")

    assert Identity.objects.get().birth_commune == "97411"


def test_a_place_that_no_list_knows_is_kept_in_words(client):
    page = sign_up(client, birth_place="Villeneuve-l'Oubliée")

    form = page.context["form"]
    assert list(form.fields["birth_choice"].choices)[-1][0] == "tel-quel"
    assert form.errors == {
        "birth_place": [
            (
                "Nous n'avons pas trouvé cette commune. Corrigez son nom ou son département, ou "
                "gardez ci-dessous le nom tel que vous l'avez écrit (commune qui a fusionné, "
                "changé de nom, ancien territoire)."
            )
        ]
    }

    sign_up(client, birth_place="Villeneuve-l'Oubliée", birth_choice="tel-quel")

    identity = Identity.objects.get()
    assert (identity.birth_place, identity.birth_commune) == ("Villeneuve-l'Oubliée", "")


def test_a_place_that_no_list_knows_is_red_at_its_own_field_and_linked_from_the_top(client):
    page = seen(sign_up(client, birth_place="Villeneuve-l'Oubliée"))

    [line] = page.cssselect("main .s-summary li a")
    town = page.get_element_by_id(line.get("href").removeprefix("#"))
    said = [page.get_element_by_id(one) for one in town.get("aria-describedby").split()]
    assert (town.get("name"), town.get("aria-invalid")) == ("birth_place", "true")
    label, _, message = words(line).partition(" : ")
    assert label == "Commune ou ville de naissance"
    assert f"Erreur : {message}" in [words(one) for one in said]
    assert next(town.iterancestors("div")).get("class") == "s-field s-field--error"


def test_a_department_is_not_that_of_a_town_abroad(client):
    page = sign_up(client, birth_country="99352", birth_place="Oran")

    assert page.context["form"].errors.keys() == {"birth_department"}
    assert not Identity.objects.exists()


def test_the_department_that_was_found_for_a_town_is_said_on_the_next_page(client):
    found = sign_up(client, birth_department="", birth_place="Bourg-lès-Valence", follow=True)
    given = sign_up(client, email="lea@exemple.test", follow=True)

    assert "vous êtes né(e) à Bourg-lès-Valence (Drôme)" in main(found)
    assert "Nous avons compris" not in main(given)


def test_a_foreign_town_a_missing_day_and_a_single_name_never_block(client):
    answer = sign_up(
        client,
        birth_country="99352",
        birth_department="",
        birth_place="Tizi Ouzou",
        birth_date_day="",
        birth_date_month="",
        birth_date_is_partial="on",
        first_names="",
        has_no_first_name="on",
    )

    assert answer.status_code == 302
    identity = Identity.objects.get()
    assert (identity.birth_place, identity.birth_country) == ("Tizi Ouzou", "99352")
    assert (identity.birth_date, identity.first_names) == (None, "")


# --- B2 -------------------------------------------------------------------------------------------

EXPLAINED = "Pourquoi cette adresse est-elle déjà connue ?"
KNOWN = "Cette adresse mail existe déjà dans l&#x27;application Sporades"


def test_a_known_address_is_refused_in_the_words_of_the_guide_and_its_owner_is_told(client, ines):
    page = sign_up(client, email="INES@exemple.test")

    assert f"{KNOWN}. Si ce compte est le vôtre, connectez-vous ; sinon" in page.text.replace(
        "\xa0", " "
    )
    assert "Vous ou l'un de vos proches avez déjà créé un compte" in page.text
    assert reverse("account_reset_password") in page.text
    assert "utilisez une autre adresse" in page.text
    assert mails() == ["address_known"]
    assert User.objects.count() == 1


def test_what_is_to_be_corrected_stands_above_why_the_address_is_known(client, ines):
    page = sign_up(client)

    assert titles(page)[:2] == ["Il y a un point à corriger", EXPLAINED]


def test_an_address_that_a_candidate_record_carries_without_an_account_is_refused_too(client, ines):
    Candidate.objects.create(
        identity=ines.candidate.identity, email="ecole@exemple.test", created_at=timezone.now()
    )

    page = sign_up(client, email="ecole@exemple.test")

    assert KNOWN in page.text
    (message,) = Message.objects.filter(recipient="ecole@exemple.test")
    assert "utilisez une autre adresse" in message.body


def test_the_owner_is_told_once_a_day_however_many_try(client, ines):
    for _ in range(5):
        sign_up(client)

    assert mails() == ["address_known"]


def test_a_network_that_tries_many_addresses_soon_gets_the_silent_answer(client, ines):
    pages = [sign_up(client) for _ in range(21)]

    assert [page.status_code for page in pages] == [200] * 20 + [302]


def test_silent_mode_gives_the_same_answer_for_known_and_unknown(client, ines, settings):
    settings.HIDE_KNOWN_ADDRESSES = True

    known = sign_up(client)
    page_known = client.get(known.url).text
    client.cookies.clear()
    unknown = sign_up(client, email="nina@exemple.test")
    page_unknown = client.get(unknown.url).text

    assert (known.status_code, known.url) == (unknown.status_code, unknown.url)
    assert set(known.headers) == set(unknown.headers)
    assert without_tokens(page_known) == without_tokens(page_unknown).replace("nina", "ines")
    assert mails() == ["address_known"]


def without_tokens(page):
    return re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", page)


# --- B3 -------------------------------------------------------------------------------------------


@pytest.fixture
def waiting(client):
    """An account that waits for its activation, and its link."""
    sign_up(client)
    user = User.objects.get()
    return user, reverse("account_confirm_email", args=[activation_key(user)])


def test_opening_the_link_activates_nothing(client, waiting):
    user, link = waiting

    for _ in range(3):
        assert client.get(link).status_code == 200
        assert client.head(link).status_code == 200

    user.refresh_from_db()
    assert user.activated_at is None


def test_activating_twice_says_so_plainly(client, waiting):
    _, link = waiting
    client.post(link)

    assert "Votre compte est déjà activé" in client.post(link).text
    assert "Votre compte est déjà activé" in client.get(link).text


@pytest.mark.parametrize(
    ("age", "status"),
    [(timedelta(hours=47, minutes=59), 302), (timedelta(hours=48, minutes=1), 410)],
)
def test_the_link_is_good_for_48_hours(client, waiting, age, status):
    user, link = waiting
    User.objects.filter(pk=user.pk).update(created_at=timezone.now() - age)

    assert client.post(link).status_code == status


def test_a_link_too_old_says_what_to_do_even_when_the_account_is_gone(client, waiting):
    _, link = waiting
    joining.delete_unactivated(at=timezone.now() + timedelta(hours=48, minutes=1))

    page = client.get(link)

    assert page.status_code == 410
    assert "Recommencez la création de votre compte" in page.text
    assert not User.objects.exists()
    assert not Identity.objects.exists()


def test_a_link_that_we_did_not_sign_is_wrong(client, waiting):
    _, link = waiting

    assert client.get(link[:-3] + "abc").status_code == 404


def ask_activation_again(client):
    answer = client.post(
        reverse("account_email_verification_sent"), {"email": "ines@exemple.test"}, follow=True
    )
    work()
    return answer


def test_the_activation_mail_is_sent_twice_an_hour_at_most_and_the_page_says_so(client, waiting):
    for _ in range(10):
        page = ask_activation_again(client).text

    assert mails() == ["activation"] * 2
    assert "Au plus deux de ces mails partent par heure, et quatre par jour" in page


def test_whoever_asked_for_the_activation_mail_again_still_gets_a_new_password(client, waiting):
    user, _ = waiting
    for _ in range(3):
        ask_activation_again(client)
    joining.activate(user.pk, at=timezone.now())

    ask_reset(client)

    assert sorted(mails()) == ["activation", "activation", "password_reset"]


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
    User.objects.filter(pk=user.pk).update(created_at=timezone.now() - timedelta(hours=49))

    assert sign_up(client).status_code == 302
    assert User.objects.get().pk != user.pk
    assert Identity.objects.count() == 1


def test_deleting_is_in_the_journal_without_personal_data(client, waiting):
    joining.delete_unactivated(at=timezone.now() + timedelta(hours=49))

    entries = (
        Entry.objects.filter(object_kind="user")
        .order_by("pk")
        .values_list("verb", "actor_name", "payload")
    )
    assert list(entries) == [
        ("account opened", f"compte {waiting[0].pk}", {}),
        ("unactivated account deleted", "Sporades", {}),
    ]


# --- B4, B5 ---------------------------------------------------------------------------------------


def test_the_page_has_the_guides_labels(client):
    page = client.get(reverse("account_login")).text

    assert "<h1>Me connecter</h1>" in page
    assert ">Se connecter</button>" in page
    assert ">Mot de passe oublié, réinitialisation du mot de passe</a>" in page
    assert ">Je n'ai pas de compte</a>" in page


def test_the_address_is_recognised_however_it_is_typed(client, ines):
    assert sign_in(client, email=" INES@EXEMPLE.TEST ").status_code == 302


def test_a_wrong_password_and_an_unknown_address_get_the_same_answer(client, ines):
    wrong = sign_in(client, password="un autre mot de passe")
    unknown = sign_in(client, email="personne@exemple.test", password="un autre mot de passe")

    assert wrong.status_code == unknown.status_code == 200
    assert without_tokens(wrong.text).replace("ines@", "personne@") == without_tokens(unknown.text)


@pytest.mark.parametrize("email", ["ines@exemple.test", "personne@exemple.test"])
def test_a_wrong_password_is_said_at_its_field_and_linked_to_from_the_summary(client, ines, email):
    page = seen(sign_in(client, email=email, password="un autre mot de passe"))

    said = "L'adresse mail ou le mot de passe n'est pas le bon. Vérifiez l'un et l'autre."
    [link] = page.cssselect(".s-summary li a")
    field = page.cssselect(link.get("href"))[0]
    assert (field.get("name"), field.get("aria-invalid")) == ("password", "true")
    assert words(link).endswith(said)
    described = [page.get_element_by_id(one) for one in field.get("aria-describedby").split()]
    assert f"Erreur : {said}" in [words(one) for one in described]


def test_whoever_is_sent_to_sign_in_is_told_why_and_comes_back_even_with_a_new_account(client):
    asked = "/m-inscrire"
    sent = client.get(asked)
    page = seen(client.get(sent.headers["Location"]))
    assert words(page.cssselect("main p")[0]) == (
        "Connectez-vous, ou créez votre compte, pour continuer."
    )
    [way] = [one for one in page.cssselect("main a") if words(one) == "Je n'ai pas de compte"]

    form = seen(client.get(way.get("href")))
    client.post(way.get("href"), ANSWERS)
    activated = client.post(link_in(Message.objects.get()))

    [back] = [one for one in form.cssselect("main a") if words(one) == "J'ai déjà un compte"]
    assert back.get("href") == activated.headers["Location"] == sent.headers["Location"]
    typed = {"login": ANSWERS["email"], "password": PASSWORD, "next": asked}
    assert client.post(reverse("account_login"), typed).headers["Location"] == asked


def test_whoever_comes_to_sign_in_by_oneself_is_told_nothing_of_going_on(client):
    assert "pour continuer" not in client.get(reverse("account_login")).text


@pytest.mark.parametrize("elsewhere", ["//voleur.test", "https://voleur.test/", "javascript:x"])
def test_a_new_account_never_leads_to_another_site(client, elsewhere):
    client.post(f"{reverse('account_signup')}?next={elsewhere}", ANSWERS)

    activated = client.post(link_in(Message.objects.get()))

    assert activated.headers["Location"] == reverse("account_login")


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
    assert "Ce lien n'est plus valable" in client.get(link_in(message)).text
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

    assert sorted(answer.status_code for answer in outcomes) == [200, 200, 200, 302]
    assert mails().count("password_changed") == 1


def test_a_new_link_kills_the_older_one(client, ines):
    ask_reset(client)
    ask_reset(client)
    first, second = Message.objects.order_by("pk")

    assert "Ce lien n'est plus valable" in client.get(link_in(first)).text
    assert choose(client, link_in(second)).status_code == 302


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
    assert "celui-ci n'est pas parti" in page
    assert "à moins que plusieurs n'y soient déjà partis" in client.get(answer.url).text


def test_an_alert_for_an_address_that_looks_mistyped_is_asked_about_first(client, upcoming):
    page = client.post(reverse("public:ask_alert", args=[upcoming.pk]), {"email": "ines@gmial.com"})

    assert "Vouliez-vous dire ines@gmail.com ?" in main(page)
    assert mails(to="ines@gmial.com") == []


def test_an_account_that_waits_for_its_activation_is_sent_that_mail_instead(client, waiting):
    ask_reset(client)

    assert mails() == ["activation", "activation"]


def test_a_forged_host_never_enters_a_mail(client, ines):
    ask_reset(client, headers={"host": "testserver", "x-forwarded-host": "mechant.test"})

    assert "https://inscriptions.exemple.test/" in Message.objects.get().body
    assert "mechant" not in Message.objects.get().body


def test_signing_in_changes_the_session_and_signing_out_ends_it_on_the_server(client, ines):
    client.get(reverse("account_login"))
    client.session.save()
    before = client.session.session_key
    sign_in(client)
    opened = client.cookies["__Host-session"].value

    assert opened != before
    client.post(reverse("account_logout"))
    client.cookies["__Host-session"] = opened
    assert client.get(reverse("account_edit")).status_code == 302
    assert not Session.objects.filter(session_key=opened).exists()


def test_the_people_of_the_demonstration_are_listed_there_and_nowhere_else(client, settings):
    page = reverse("account_login")

    assert "demo.test" not in client.get(page).text
    settings.DEMO = True
    shown = client.get(page).text
    assert "sporades-demo-2026" in shown
    assert set(re.findall(r"[a-z.]+@demo\.test", shown)) == {*CANDIDATES, *STAFF}


@pytest.mark.parametrize("said", ["\0", "59\0", "' or 1=1", "59350"])
def test_a_department_that_cannot_be_is_no_department(client, said):
    answer = client.get(
        reverse("account_communes"),
        {"q": "lil\0", "postcode": "59000", "birth_department": said},
    )

    assert [one["label"] for one in answer.json()["results"]] == ["Lille"]
