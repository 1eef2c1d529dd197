"""FranceConnect, against a real OpenID Connect provider in a process of its own."""

import re
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from allauth.socialaccount.models import SocialAccount, SocialToken
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from sporades.accounts import operations as accounts
from sporades.accounts import second_factor
from sporades.accounts.models import User
from sporades.acts.people import joining
from sporades.candidates.models import Candidate
from sporades.mail.models import Message
from sporades.web.account.franceconnect import SocialAdapter, answers_from, is_what_was_asked
from tests.factories import NOW, PASSWORD, a_candidate
from tests.jobs import work
from tests.web.account.owner import NEW, activated, answered_during, sign_in
from tests.web.guide import links, main, titles
from tests.web.provider import running

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("territory")]

CALLBACK = "https://testserver/connexion/par/franceconnect/retour"
SIGNED_OUT = "https://inscriptions.exemple.test/connexion"


@pytest.fixture(autouse=True)
def _invented():
    """These tests need no exam."""


@pytest.fixture(scope="module")
def provider(tmp_path_factory):
    folder = tmp_path_factory.mktemp("provider")
    with running(folder, back=CALLBACK, signed_out=SIGNED_OUT) as issuer:
        yield issuer


@pytest.fixture(autouse=True)
def _configured(provider, settings):
    settings.FRANCECONNECT_URL = provider
    settings.FRANCECONNECT_CLIENT_ID = "sporades-essai"
    settings.SOCIALACCOUNT_PROVIDERS = {
        "openid_connect": {
            "APPS": [
                {
                    "provider_id": "franceconnect",
                    "name": "FranceConnect",
                    "client_id": "sporades-essai",
                    "secret": "un-secret-d-essai-assez-long-pour-lui",
                    "settings": {
                        "server_url": provider,
                        "token_auth_method": "client_secret_post",
                        "scope": settings.FRANCECONNECT_SCOPE,
                    },
                }
            ]
        }
    }
    cache.clear()


def at_the_provider(client, person="angela", query=""):
    """Press « FranceConnect », sign in over there; return the address to come back by."""
    away = client.post(reverse("openid_connect_login", args=["franceconnect"]) + query)
    with requests.Session() as browser:
        return away.url, through(away.url, browser, person)


def through(away, browser, person):
    """Sign in over there; return the address to come back by."""
    page = browser.get(away)
    back = browser.post(
        page.url, data={"username": person, "password": person}, allow_redirects=False
    )
    while "/retour" not in back.headers["Location"]:
        back = browser.get(
            requests.compat.urljoin(back.url, back.headers["Location"]), allow_redirects=False
        )
    parts = urlsplit(back.headers["Location"])
    return f"{parts.path}?{parts.query}"


def come_back(client, person="angela", query=""):
    return client.get(at_the_provider(client, person, query)[1])


def posted(form, **changes):
    """What a browser sends back when the form is left as it was filled, but for some changes."""
    day, month, year = form.initial["birth_date"]
    answers = {
        **{name: value for name, value in form.initial.items() if name != "birth_date"},
        "birth_date_day": day,
        "birth_date_month": month,
        "birth_date_year": year,
        "nationality": "99100",
    }
    return answers | changes


def mails(to):
    work()
    return list(Message.objects.filter(recipient=to).order_by("pk").values_list("kind", flat=True))


def test_the_button_is_there_only_where_the_deployer_configures_it(client, settings):
    assert ">FranceConnect</button>" in client.get(reverse("account_login")).text

    settings.FRANCECONNECT_URL = ""

    assert "FranceConnect" not in client.get(reverse("account_login")).text
    assert client.post(reverse("openid_connect_login", args=["franceconnect"])).status_code == 404
    assert client.post(reverse("openid_connect_login", args=["autre"])).status_code == 404


def test_where_it_is_not_offered_there_is_nothing_to_link(client, settings):
    owner = a_candidate(email="angela@exemple.test").user
    owner.emailaddress_set.create(email=owner.email, primary=True, verified=True)
    client.post(reverse("account_login"), {"login": owner.email, "password": PASSWORD})
    offered = main(client.get(reverse("socialaccount_connections")))

    settings.FRANCECONNECT_URL = ""
    page = main(client.get(reverse("socialaccount_connections")))

    assert "Relier FranceConnect" in offered
    assert "n'est pas proposée par ce service" in page
    assert "Relier FranceConnect" not in page


def test_what_is_asked_of_franceconnect(client, settings):
    away, _ = at_the_provider(client)

    asked = {name: values[0] for name, values in parse_qs(urlsplit(away).query).items()}
    assert asked["acr_values"] == "eidas1"
    assert asked["prompt"] == "login"
    assert len(asked["nonce"]) >= 32
    assert len(asked["state"]) >= 16
    assert set(asked["scope"].split()) == set(settings.FRANCECONNECT_SCOPE)
    assert asked["redirect_uri"] == CALLBACK


@pytest.mark.parametrize(
    ("said", "filled"),
    [
        ("2001-02-28", {"birth_date": (28, 2, 2001)}),
        ("2001-02-00", {"birth_date": (None, 2, 2001), "birth_date_is_partial": True}),
        ("2001-00-00", {"birth_date": (None, None, 2001), "birth_date_is_partial": True}),
        ("2001-02-29", {"birth_date": None}),
        ("0000-00-00", {"birth_date": None}),
        ("", {"birth_date": None}),
    ],
)
def test_a_birth_day_that_nobody_knows_is_filled_as_far_as_it_is_known(said, filled):
    answers = answers_from({"birthdate": said})

    assert {
        name: value for name, value in answers.items() if name.startswith("birth_date")
    } == filled


def test_a_link_asks_for_nothing_more_of_a_person_than_the_settings_say(client, settings):
    where = reverse("openid_connect_login", args=["franceconnect"])

    away = client.post(f"{where}?scope=address,phone&auth_params=prompt%3Dnone").url

    asked = parse_qs(urlsplit(away).query)
    assert set(asked["scope"][0].split()) == set(settings.FRANCECONNECT_SCOPE)
    assert asked["prompt"] == ["login"]


def test_whoever_is_at_the_computer_signs_in_over_there_though_somebody_just_did(client):
    with requests.Session() as browser:
        first = client.post(reverse("openid_connect_login", args=["franceconnect"])).url
        through(first, browser, "angela")

        away = Client().post(reverse("openid_connect_login", args=["franceconnect"])).url
        page = browser.get(away, allow_redirects=False)

    assert page.headers["Location"].startswith("/login?")


def test_a_first_visit_fills_the_form_makes_the_account_and_waits_for_the_mail(client):
    answer = come_back(client)
    assert answer.url == reverse("socialaccount_signup")
    page = client.get(answer.url)
    form = page.context["form"]
    assert form.initial == {
        "civility": "mme",
        "birth_name": "DUBOIS",
        "usage_name": "",
        "first_names": "Angela Claire",
        "birth_date": (24, 8, 1998),
        "email": "angela@exemple.test",
        "birth_country": "99100",
        "birth_department": "59",
        "birth_place": "Lille",
        "birth_commune": "59350",
    }
    assert "password" not in form.fields
    assert "Ce que deviennent vos données" in page.text
    assert f'href="{reverse("public:privacy")}"' in page.text

    answer = client.post(reverse("socialaccount_signup"), posted(form))

    assert answer.url == reverse("account_email_verification_sent")
    user = User.objects.get()
    assert not user.has_usable_password()
    assert user.candidate.identity.full_name == "Angela Claire DUBOIS"
    assert SocialAccount.objects.get().extra_data == {}
    assert mails("angela@exemple.test") == ["activation"]
    assert come_back(client).url == reverse("account_email_verification_sent")
    joining.activate(user.pk, at=NOW)

    assert come_back(client).url == reverse("candidate:home")
    assert client.get(reverse("account_edit")).status_code == 200
    assert SocialAccount.objects.get().extra_data == {}


def sign_up_with(client, person="angela", **changes):
    come_back(client, person)
    form = client.get(reverse("socialaccount_signup")).context["form"]
    return client.post(reverse("socialaccount_signup"), posted(form, **changes))


def last_link(to="angela@exemple.test"):
    work()
    message = Message.objects.filter(recipient=to, kind="activation").latest("pk")
    return re.search(r"https://inscriptions\.exemple\.test(/\S+)", message.body)[1]


def open_with(client, link, person):
    """Open the link of the mail, press its button, sign in over there as somebody, come back."""
    with requests.Session() as browser:
        return client.get(through(client.post(link).url, browser, person))


def test_an_account_made_by_franceconnect_is_activated_by_the_same_person_there(client):
    sign_up_with(client)
    link = last_link()
    page = main(client.get(link))

    answer = open_with(client, link, "angela")

    assert "Ce compte a été créé avec FranceConnect" in page
    assert answer.url == reverse("candidate:home")
    assert "Votre compte est activé" in client.get(answer.url).text
    assert User.objects.get().activated_at is not None


def test_an_account_that_waits_when_the_agreement_ends_is_made_again_with_a_password(
    client, settings
):
    sign_up_with(client)
    link = last_link()
    settings.FRANCECONNECT_URL = ""

    page = client.get(link)
    pressed = client.post(link)
    again = client.post(link, {"recommencer": "1"})

    for one in (page, pressed):
        assert one.status_code == 200
        assert "que ce service ne propose plus" in main(one)
        assert "Activer mon compte avec FranceConnect" not in main(one)
    assert again.url == reverse("account_signup")


def test_the_click_of_an_addresss_owner_activates_nothing_for_a_stranger_of_franceconnect(client):
    sign_up_with(Client(), "karim", birth_place="Oran", email="angela@exemple.test")

    answer = open_with(client, last_link(), "angela")

    assert answer.url == reverse("socialaccount_signup")
    assert User.objects.get().activated_at is None
    assert "_auth_user_id" not in client.session


def test_what_franceconnect_does_not_know_is_completed_by_the_person(client):
    come_back(client, "karim")
    form = client.get(reverse("socialaccount_signup")).context["form"]
    assert form.initial["birth_country"] == "99352"

    refused = client.post(reverse("socialaccount_signup"), posted(form))
    client.post(reverse("socialaccount_signup"), posted(form, birth_place="Oran"))

    assert "birth_place" in refused.context["form"].errors
    assert User.objects.get().candidate.identity.birth_place == "Oran"


def test_a_known_address_is_never_linked_by_itself(client):
    owner = a_candidate(email="angela@exemple.test").user
    come_back(client)
    form = client.get(reverse("socialaccount_signup")).context["form"]

    page = client.post(reverse("socialaccount_signup"), posted(form))

    assert titles(page)[:2] == [
        "Il y a un point à corriger",
        "Pourquoi cette adresse est-elle déjà connue ?",
    ]
    assert "Vous ou l'un de vos proches avez déjà créé un compte" in page.text
    assert "puis reliez FranceConnect dans «\xa0Modifier mon compte\xa0»" in page.text
    assert not SocialAccount.objects.exists()
    assert "_auth_user_id" not in client.session
    assert mails(owner.email) == ["address_known"]


def test_an_address_that_a_schools_record_carries_is_explained_on_the_way_of_franceconnect_too(
    client,
):
    pupil = a_candidate(email="eleve@exemple.test").identity
    Candidate.objects.create(identity=pupil, email="angela@exemple.test", created_at=NOW)
    come_back(client)
    form = client.get(reverse("socialaccount_signup")).context["form"]

    page = client.post(reverse("socialaccount_signup"), posted(form))

    assert "Cette adresse mail existe déjà dans l&#x27;application Sporades" in page.text
    assert "une inscription faite par un établissement, par exemple" in page.text
    assert (
        "Vous ne pouvez pas créer de compte avec elle\xa0: utilisez une autre adresse." in page.text
    )
    assert not SocialAccount.objects.exists()


def test_signed_in_one_links_franceconnect_then_enters_with_it_and_can_undo_it(client):
    owner = a_candidate(email="angela@exemple.test").user
    owner.emailaddress_set.create(email=owner.email, primary=True, verified=True)
    client.post(reverse("account_login"), {"login": owner.email, "password": PASSWORD})

    answer = come_back(client, query="?process=connect")

    assert answer.url == reverse("socialaccount_connections")
    assert SocialAccount.objects.get().user == owner
    client.post(reverse("account_logout"))
    assert come_back(client).url == reverse("candidate:home")
    assert client.get(reverse("account_edit")).status_code == 200
    link = SocialAccount.objects.get()
    client.post(reverse("socialaccount_connections"), {"account": link.pk})
    assert not SocialAccount.objects.exists()
    assert mails(owner.email).count("sign_in_changed") == 2


@pytest.mark.django_db(transaction=True)
def test_a_thief_who_comes_back_to_link_as_the_password_changes_has_linked_nothing(client):
    owner = activated("angela@exemple.test")
    sign_in(client, owner.email)
    back = at_the_provider(client, query="?process=connect")[1]

    answer = answered_during(
        lambda: accounts.choose_password(
            User.objects.get(pk=owner.pk), password_hash=accounts.hashed(NEW)
        ),
        lambda: client.get(back),
    )

    assert answer.url == reverse("account_login")
    assert not SocialAccount.objects.exists()
    assert client.get(reverse("account_edit")).status_code == 302
    assert mails(owner.email) == []


@pytest.mark.django_db(transaction=True)
def test_a_thief_who_shows_who_they_are_to_link_as_the_password_changes_has_linked_nothing(client):
    owner = activated("angela@exemple.test")
    sign_in(client, owner.email)
    session = client.session
    session["account_authentication_methods"][0]["at"] -= 360
    session.save()
    asked = come_back(client, query="?process=connect").url

    answer = answered_during(
        lambda: accounts.choose_password(
            User.objects.get(pk=owner.pk), password_hash=accounts.hashed(NEW)
        ),
        lambda: client.post(asked, {"password": PASSWORD}),
    )

    assert answer.url == reverse("account_login")
    assert not SocialAccount.objects.exists()
    assert client.get(reverse("account_edit")).status_code == 302
    assert mails(owner.email) == []


def test_a_sign_in_that_waits_for_its_code_ends_with_the_link_that_began_it(client):
    owner = a_candidate(email="angela@exemple.test").user
    owner.emailaddress_set.create(email=owner.email, primary=True, verified=True)
    client.post(reverse("account_login"), {"login": owner.email, "password": PASSWORD})
    come_back(client, query="?process=connect")
    second_factor.enrol_totp(owner)
    intruder = Client()
    assert come_back(intruder).url == reverse("mfa_authenticate")

    SocialAccount.objects.get().delete()
    answer = intruder.post(
        reverse("mfa_authenticate"), {"code": second_factor.current_code(owner)}, follow=True
    )

    assert "Votre compte a changé pendant cette connexion" in main(answer)
    assert intruder.get(reverse("account_edit")).status_code == 302


def test_an_identity_linked_elsewhere_while_the_form_is_filled_makes_no_account(client):
    come_back(client)
    form = client.get(reverse("socialaccount_signup")).context["form"]
    owner = a_candidate(email="autre@exemple.test").user
    sub = client.session["socialaccount_sociallogin"]["account"]["uid"]
    SocialAccount.objects.create(user=owner, provider="franceconnect", uid=sub)

    answer = client.post(reverse("socialaccount_signup"), posted(form), follow=True)

    assert answer.redirect_chain == [(reverse("account_login"), 302)]
    assert "vient d'être relié à un autre compte" in main(answer)
    assert User.objects.get() == owner
    assert mails("angela@exemple.test") == []


def test_linking_franceconnect_long_after_signing_in_says_what_the_password_is_for(client):
    owner = a_candidate(email="angela@exemple.test").user
    owner.emailaddress_set.create(email=owner.email, primary=True, verified=True)
    known = {"login": owner.email, "password": "phrase de passe d'essai"}
    client.post(reverse("account_login"), known)
    session = client.session
    session["account_authentication_methods"][0]["at"] -= 360
    session.save()

    page = client.get(come_back(client, query="?process=connect").url)
    client.post(page.request["PATH_INFO"], {"password": known["password"]})

    assert "Pour relier ou délier FranceConnect, saisissez votre mot de passe" in main(page)
    assert links(page, "Annuler") == [reverse("account_edit")]
    assert SocialAccount.objects.get().user == owner


def test_an_account_without_a_password_keeps_its_only_way_in_until_it_has_one(client):
    come_back(client)
    form = client.get(reverse("socialaccount_signup")).context["form"]
    client.post(reverse("socialaccount_signup"), posted(form))
    joining.activate(User.objects.get().pk, at=NOW)
    come_back(client)

    page = client.post(
        reverse("socialaccount_connections"), {"account": SocialAccount.objects.get().pk}
    )

    assert "Choisissez d&#39;abord un mot de passe" in page.text
    client.post(reverse("account_set_password"), {"password1": "quatre mots sans rapport"})
    assert User.objects.get().has_usable_password()
    assert mails("angela@exemple.test")[-1] == "password_changed"


def test_signing_out_closes_the_session_of_franceconnect_too(client, provider):
    come_back(client)
    form = client.get(reverse("socialaccount_signup")).context["form"]
    client.post(reverse("socialaccount_signup"), posted(form))
    joining.activate(User.objects.get().pk, at=NOW)
    come_back(client)

    answer = client.post(reverse("account_logout"))

    assert answer.url.startswith(f"{provider}/logout/?")
    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'
    over_there = requests.get(answer.url, allow_redirects=False, timeout=10)
    assert over_there.status_code == 302
    assert over_there.headers["Location"].startswith(SIGNED_OUT)
    assert client.get(reverse("account_edit")).status_code == 302


def test_a_way_back_that_was_not_asked_for_opens_nothing(client):
    _, back = at_the_provider(client)
    client.cookies.clear()
    page = client.get(back)
    assert page.status_code in (200, 401)
    assert "FranceConnect n'a pas confirmé votre identité" in page.text

    _, back = at_the_provider(client)
    session = client.session
    session["franceconnect_nonce"] = "un autre"
    session.save()
    assert client.get(back).url == reverse("socialaccount_login_error")
    assert client.get(reverse("socialaccount_signup")).url == reverse("account_login")


@pytest.mark.parametrize("person", ["unsigned", "by_another", "for_another"])
def test_a_token_that_is_not_signed_over_there_for_us_opens_nothing_and_is_logged(
    client, person, caplog
):
    page = come_back(client, person)

    assert "franceconnect refused: " in caplog.text

    assert "FranceConnect n'a pas confirmé votre identité" in page.text
    assert client.get(reverse("socialaccount_signup")).url == reverse("account_login")
    assert not SocialAccount.objects.exists()


def test_an_address_that_publishes_another_issuer_than_its_own_opens_nothing(client, settings):
    settings.FRANCECONNECT_URL = "https://un-autre.exemple.test/o"

    page = come_back(client)

    assert "FranceConnect n'a pas confirmé votre identité" in page.text
    assert client.get(reverse("socialaccount_signup")).url == reverse("account_login")


def test_franceconnect_is_followed_nowhere_else(provider):
    with SocialAdapter().get_requests_session() as session:
        assert session.get(f"{provider}/.well-known/openid-configuration").status_code == 200
        with pytest.raises(requests.TooManyRedirects):
            session.get(f"{provider}/authorize/")


def test_a_refusal_over_there_is_said_plainly(client):
    away = client.post(reverse("openid_connect_login", args=["franceconnect"]))
    state = parse_qs(urlsplit(away.url).query)["state"][0]

    answer = client.get(
        reverse("openid_connect_callback", args=["franceconnect"]),
        {"error": "access_denied", "state": state},
        follow=True,
    )

    assert re.search("<h1>Connexion abandonnée</h1>", answer.text)


def test_in_silent_mode_coming_back_does_not_say_whose_the_address_was(client, settings):
    settings.HIDE_KNOWN_ADDRESSES = True
    a_candidate(email="maelle@exemple.test")
    answers = []
    for email in ("maelle@exemple.test", "inconnue@exemple.test"):
        browser = Client()
        sign_up_with(browser, email=email)
        answers.append(come_back(browser).url)

    assert answers == [reverse("socialaccount_signup")] * 2


def test_whoever_comes_back_in_silent_mode_signs_up_anew_with_another_address(client, settings):
    settings.HIDE_KNOWN_ADDRESSES = True
    sign_up_with(client, email="angel@exemple.test")

    sign_up_with(client)
    open_with(client, last_link(), "angela")

    assert SocialAccount.objects.get().user.email == "angela@exemple.test"


# --- What is believed ---------------------------------------------------------------------------------


def test_an_identity_below_the_level_asked_for_opens_nothing(client, settings):
    settings.FRANCECONNECT_LEVEL = "eidas2"

    assert come_back(client).url == reverse("socialaccount_login_error")
    assert client.get(reverse("socialaccount_signup")).url == reverse("account_login")


@pytest.mark.parametrize(
    ("level", "token", "userinfo", "is_believed"),
    [
        ("eidas1", {}, {}, True),
        ("eidas1", {"acr": "eidas2"}, {}, True),
        ("eidas2", {"acr": "eidas1"}, {}, False),
        ("eidas1", {"acr": None}, {}, False),
        ("eidas1", {}, {"sub": "autre"}, False),
        ("eidas1", {"sub": None}, {"sub": None}, False),
        ("eidas1", {"nonce": "autre"}, {}, False),
    ],
)
def test_an_answer_is_believed_for_its_question_its_level_and_one_person(
    settings, level, token, userinfo, is_believed
):
    settings.FRANCECONNECT_LEVEL = level
    said = {
        "id_token": {"nonce": "n", "acr": "eidas1", "sub": "personne", **token},
        "userinfo": {"sub": "personne", **userinfo},
    }

    assert is_what_was_asked(said, nonce="n") is is_believed


def test_a_sign_up_waits_ten_minutes_and_nothing_of_the_person_is_left(client, time_machine):
    time_machine.move_to(NOW, tick=False)
    come_back(client)
    time_machine.move_to(NOW + timedelta(minutes=10), tick=False)
    in_time = client.get(reverse("socialaccount_signup"))
    time_machine.move_to(NOW + timedelta(minutes=20, seconds=1), tick=False)

    too_late = client.get(reverse("socialaccount_signup"), follow=True)

    assert in_time.status_code == 200
    assert "identifiez-vous de nouveau avec FranceConnect" in main(too_late)
    assert "Angela" not in repr(dict(client.session))


def test_what_franceconnect_says_is_kept_for_a_sign_up_only_and_goes_with_it(client):
    sign_up_with(client)
    after_sign_up = repr(dict(client.session))
    open_with(client, last_link(), "angela")
    signed_in = repr(dict(client.session))

    assert "DUBOIS" not in after_sign_up + signed_in
    assert not SocialToken.objects.exists()


def test_somebody_elses_sign_in_forgets_the_sign_up_that_was_begun(client):
    come_back(client)
    owner = a_candidate(email="nina@exemple.test").user
    owner.emailaddress_set.create(email=owner.email, primary=True, verified=True)

    client.post(reverse("account_login"), {"login": owner.email, "password": PASSWORD})

    assert "_auth_user_id" in client.session
    assert "DUBOIS" not in repr(dict(client.session))
