"""« Créer mon compte »: what is asked, kept, refused (B1, B2)."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from sporades.accounts import operations as accounts
from sporades.accounts.models import User
from sporades.acts.people import changing
from sporades.candidates.models import Candidate, Identity
from sporades.mail.models import Message
from tests.factories import NOW
from tests.web.account.newcomer import (
    ANSWERS,
    PASSWORD,
    link_in,
    mails,
    sign_in,
    sign_up,
    without_tokens,
)
from tests.web.guide import faulty, main, mandatory, seen, shown, titles, words

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("territory", "clock", "_empty_cache")]
NO_BIRTH = dict.fromkeys(("birth_date_day", "birth_date_month", "birth_date_year"), "")
PARTIAL = {"birth_date_is_partial": "on"}


def assert_kept(page, typed):
    """Every answer is on the page that comes back, but the password, which no page shows."""
    found = shown(page, form="form")
    kept = {name: value for name, value in typed.items() if name != "password"}
    assert {name: found.get(name, [""]) for name in kept} == {
        name: [value] for name, value in kept.items()
    }
    assert found["password"] == [""]


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
    answer = client.post(link_in(message), {"password": PASSWORD})
    assert answer.url == reverse("candidate:home")
    client.post(reverse("account_logout"))
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
        ({"birth_name": "\u3164"}, "birth_name", "Un nom contient au moins une lettre."),
        ({"birth_name": "Dupont www.piege"}, "birth_name", "Un nom ne contient pas d'adresse"),
        ({"first_names": "Inès.fr"}, "first_names", "Mettez une espace"),
        ({"first_names": "\u200b"}, "first_names", "Un nom contient au moins une lettre."),
        ({"usage_name": "\ufe0f"}, "usage_name", "Un nom contient au moins une lettre."),
        ({"birth_date_day": "31", "birth_date_month": "2"}, "birth_date", "n'existe pas"),
        ({"birth_date_year": "2031"}, "birth_date", "dans le futur"),
        ({"birth_date_year": "08"}, "birth_date", "l'année sur quatre chiffres"),
        ({"birth_date_year": "2023"}, "birth_date", "vous auriez"),
        ({"birth_date_day": ""}, "birth_date", "Indiquez le jour. Si votre état civil"),
        (NO_BIRTH, "birth_date", "Indiquez le jour, le mois et l'année"),
        (NO_BIRTH | PARTIAL, "birth_date", "Indiquez au moins l'année, par exemple 2008."),
        ({"email": "ines"}, "email", "Indiquez une adresse mail complète"),
        ({"email": "é.accent@exemple.test"}, "email", "« é » n'y est pas accepté."),
        ({"email": "ines＠exemple.test"}, "email", "remplacez « ＠ » par « @ »"),
        ({"email": "ines@gmial.com"}, "email", "Vouliez-vous dire ines@gmail.com"),
        ({"password": "court"}, "password", "il en faut au moins 12"),
        ({"password": "Marchand-et-compagnie"}, "password", "contient « Marchand »"),
        ({"password": "lundi14032008mardi"}, "password", "contient « 14032008 »"),
        ({"password": "ines ines ines ines"}, "password", "contient « "),
        ({"password": "motdepasse2026"}, "password", "contient « motdepasse »"),
        ({"password": "123456789123"}, "password", "trop facile à deviner"),
        ({"password": "Baccalaureat2027"}, "password", "trop facile à deviner"),
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


def test_of_a_birth_date_the_box_that_is_empty_is_the_wrong_one(client):
    page = seen(sign_up(client, birth_date_day="14", birth_date_month=""))

    boxes = page.cssselect(".s-parts input")
    assert [one.get("aria-invalid") for one in boxes] == ["false", "true", "false"]
    [line] = page.cssselect(".s-summary li a")
    assert line.get("href") == f"#{boxes[1].get('id')}"


@pytest.mark.parametrize(
    ("missing", "words"),
    [
        ("civility", "Choisissez"),
        ("birth_name", "Indiquez votre nom de famille."),
        ("first_names", "Indiquez vos prénoms, ou cochez la case"),
        ("nationality", "Choisissez votre nationalité."),
        ("birth_date_day", "Indiquez le jour. Si votre état civil"),
        ("birth_date_month", "Indiquez le mois."),
        ("birth_date_year", "Indiquez l'année."),
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


def test_what_is_to_be_corrected_stands_in_the_order_of_the_page(client):
    page = sign_up(
        client,
        civility="",
        nationality="",
        birth_department="",
        birth_place="Saint-Denis",
        email="",
        password="",
    )

    html = seen(page)
    led = [one.get("href")[1:] for one in html.cssselect("#erreurs a")]
    order = [one.get("id") for one in html.cssselect("main form [id]")]
    assert "id_birth_choice_0" in led
    assert len(led) == 5
    assert led == sorted(led, key=order.index)


def test_a_place_that_no_list_knows_is_kept_in_words(client):
    page = sign_up(client, birth_place="Villeneuve-l'Oubliée")

    form = page.context["form"]
    as_typed = list(form.fields["birth_choice"].choices)[-1][0]
    assert form.errors == {
        "birth_place": [
            (
                "Aucune commune de France ne porte ce nom. Né(e) à l'étranger ? Changez d'abord le "
                "pays de naissance. Sinon, corrigez le nom ou le département, ou gardez ci-dessous "
                "le nom tel que vous l'avez écrit (commune qui a fusionné, changé de nom, ancien "
                "territoire)."
            )
        ]
    }

    sign_up(client, birth_place="Villeneuve-l'Oubliée", birth_choice=as_typed)

    identity = Identity.objects.get()
    assert (identity.birth_place, identity.birth_commune) == ("Villeneuve-l'Oubliée", "")


@pytest.mark.parametrize("chosen", [0, -1])
def test_the_place_that_was_chosen_is_not_asked_again_for_another_error(client, chosen):
    typed = {"birth_place": "Fès", "birth_department": ""}
    choices = sign_up(client, **typed).context["form"].fields["birth_choice"].choices
    typed["birth_choice"] = list(choices)[chosen][0]

    again = sign_up(client, **typed, birth_date_day="31", birth_date_month="02")

    assert set(again.context["form"].errors) == {"birth_date"}
    [kept] = seen(again).cssselect("[name=birth_choice][checked]")
    assert kept.get("value") == typed["birth_choice"]


def test_a_name_kept_as_it_was_typed_is_not_kept_for_another_one(client):
    choices = sign_up(client, birth_place="Villeneuve-l'Oubliée").context["form"].fields
    as_typed = list(choices["birth_choice"].choices)[-1][0]

    page = sign_up(client, birth_place="Fès", birth_department="", birth_choice=as_typed)

    assert set(page.context["form"].errors) == {"birth_choice"}
    assert "Né(e) à l'étranger ? Changez d'abord le pays de naissance." in main(page)
    assert not Identity.objects.exists()


def test_who_was_born_in_one_of_several_communes_is_not_asked_whether_it_was_abroad(client):
    page = sign_up(client, birth_place="Saint-Denis", birth_department="")

    assert set(page.context["form"].errors) == {"birth_choice"}
    assert "à l'étranger ?" not in main(page)


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

    assert "Lieu de naissance compris : Bourg-lès-Valence (Drôme)." in main(found)
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


EXPLAINED = "Pourquoi cette adresse est-elle déjà connue ?"
KNOWN = "Cette adresse mail existe déjà dans l&#x27;application Sporades"


def test_a_known_address_is_refused_in_the_words_of_the_guide_and_its_owner_is_told(client, ines):
    page = sign_up(client, email="INES@exemple.test")

    assert f"{KNOWN}. Si ce compte est le vôtre, connectez-vous ; sinon" in page.text.replace(
        "\xa0", " "
    )
    assert (
        "Vous ou l'un de vos proches avez déjà créé un compte avec cette adresse, pour cette session "
        "ou pour une session précédente. Connectez-vous avec votre adresse et votre mot de passe"
        in main(page)
    )
    assert reverse("account_reset_password") in page.text
    assert "utilisez une autre adresse" in page.text
    assert mails() == ["address_known"]
    assert User.objects.count() == 1


def test_what_is_to_be_corrected_stands_above_why_the_address_is_known(client, ines):
    page = sign_up(client)

    assert titles(page)[:2] == ["Il y a un point à corriger", EXPLAINED]


def test_an_address_that_a_candidate_record_carries_without_an_account_is_refused_too(client, ines):
    Candidate.objects.create(
        identity=ines.candidate.identity, email="ecole@exemple.test", created_at=NOW
    )

    page = sign_up(client, email="ecole@exemple.test")

    assert KNOWN in page.text
    assert "porte déjà cette adresse, avec ou sans compte" in main(page)
    assert "créer de compte avec elle : utilisez une autre adresse." in main(page)
    assert User.objects.get() == ines
    (message,) = Message.objects.filter(recipient="ecole@exemple.test")
    assert "utilisez une autre adresse" in message.body


@pytest.mark.parametrize("is_hidden", [False, True])
def test_whose_account_has_just_left_an_address_is_given_the_way_back(
    client, ines, settings, is_hidden
):
    settings.HIDE_KNOWN_ADDRESSES = is_hidden
    change = accounts.ask_change(ines, email="voleur@exemple.test", at=NOW)
    changing.confirm_address_change(change.pk, at=NOW)

    page = sign_up(client)

    told = Message.objects.get(kind="address_known", recipient="ines@exemple.test").body
    assert "avait cette adresse jusqu'au mercredi 25 novembre 2026" in told
    assert "samedi 28 novembre 2026" in told
    assert "sans compte" not in told
    assert "utilisez une autre adresse" not in told
    assert ("du mail reçu à celle-ci" in page.text) is not is_hidden
    link = re.search(r"pas moi : https://inscriptions\.exemple\.test(/\S+)", told)[1]
    client.post(link)
    ines.refresh_from_db()
    assert ines.email == "ines@exemple.test"


def test_the_owner_is_told_once_a_day_however_many_try(client, ines):
    for _ in range(5):
        sign_up(client)

    assert mails() == ["address_known"]


def test_a_network_that_tries_many_addresses_soon_gets_the_silent_answer(client, ines):
    pages = [sign_up(client) for _ in range(21)]

    assert [page.status_code for page in pages] == [200] * 20 + [302]


def test_a_home_is_one_network_whichever_of_its_ipv6_ones_it_tries_from(ines):
    pages = [
        sign_up(Client(REMOTE_ADDR=f"2001:db8:a:b{number:02x}::1")).status_code
        for number in range(21)
    ]

    assert pages == [200] * 20 + [302]


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


@pytest.mark.parametrize("postcode", ["59000", "59 000"])
def test_communes_are_proposed_under_a_postcode_as_people_write_it(client, postcode):
    answer = client.get(reverse("account_communes"), {"q": "lil", "postcode": postcode})

    assert [one["label"] for one in answer.json()["results"]] == ["Lille"]


@pytest.mark.parametrize("said", ["\0", "59\0", "' or 1=1", "59350"])
def test_a_department_that_cannot_be_is_no_department(client, said):
    answer = client.get(
        reverse("account_communes"),
        {"q": "lil\0", "postcode": "59000", "birth_department": said},
    )

    assert [one["label"] for one in answer.json()["results"]] == ["Lille"]
