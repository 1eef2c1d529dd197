"""« Me connecter »: who is let in, and where one goes on to (B4)."""

import re

import pytest
from django.contrib.sessions.models import Session
from django.urls import reverse

from sporades.cli.demo_people import CANDIDATES, NOTIFIED, STAFF
from sporades.mail.models import Message
from tests.web.account.newcomer import ANSWERS, PASSWORD, link_in, sign_in, without_tokens
from tests.web.guide import seen, words

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("territory", "clock", "_empty_cache")]


def test_the_page_has_the_guides_labels(client):
    page = client.get(reverse("account_login")).text

    assert "<h1>Me connecter</h1>" in page
    assert ">Se connecter</button>" in page
    assert ">Mot de passe oublié, réinitialisation du mot de passe</a>" in page
    assert page.index("Mot de passe oublié, réinit") < page.index(">Se connecter</button>")
    assert ">Je n'ai pas de compte</a>" in page


def test_the_address_is_recognised_however_it_is_typed(client, ines):
    assert sign_in(client, email=" INES@EXEMPLE.TEST ").status_code == 302


def test_a_wrong_password_and_an_unknown_address_get_the_same_answer(client, ines):
    wrong = sign_in(client, password="un autre mot de passe")
    unknown = sign_in(client, email="personne@exemple.test", password="un autre mot de passe")

    assert wrong.status_code == unknown.status_code == 200
    assert without_tokens(wrong.text).replace("ines@", "personne@") == without_tokens(unknown.text)


@pytest.mark.parametrize(
    ("email", "said"), [("a" * 300, "Raccourcissez"), ("ines\0@exemple.test", "Effacez")]
)
def test_an_address_too_long_or_with_an_unseen_sign_has_one_fault(client, ines, email, said):
    page = sign_in(client, email=email)

    [fault] = page.context["form"].errors["login"]
    assert fault.startswith(said)


@pytest.mark.parametrize("email", ["ines@exemple.test", "personne@exemple.test"])
def test_a_wrong_password_is_said_at_its_field_and_linked_to_from_the_summary(client, ines, email):
    page = seen(sign_in(client, email=email, password="un autre mot de passe"))

    said = "Adresse mail ou mot de passe incorrect : vérifiez les deux."
    [link] = page.cssselect(".s-summary li a")
    field = page.cssselect(link.get("href"))[0]
    assert (field.get("name"), field.get("aria-invalid")) == ("password", "true")
    assert words(link) == said
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
    activated = client.post(link_in(Message.objects.get()), {"password": PASSWORD})

    [back] = [one for one in form.cssselect("main a") if words(one) == "J'ai déjà un compte"]
    assert back.get("href") == sent.headers["Location"]
    assert activated.headers["Location"] == asked
    client.post(reverse("account_logout"))
    typed = {"login": ANSWERS["email"], "password": PASSWORD, "next": asked}
    assert client.post(reverse("account_login"), typed).headers["Location"] == asked


def test_whoever_comes_to_sign_in_by_oneself_is_told_nothing_of_going_on(client):
    assert "pour continuer" not in client.get(reverse("account_login")).text


@pytest.mark.parametrize("elsewhere", ["//voleur.test", "https://voleur.test/", "javascript:x"])
def test_a_new_account_never_leads_to_another_site(client, elsewhere):
    client.post(f"{reverse('account_signup')}?next={elsewhere}", ANSWERS)

    activated = client.post(link_in(Message.objects.get()), {"password": PASSWORD})

    assert activated.headers["Location"] == reverse("candidate:home")


def test_signing_in_changes_the_session_and_signing_out_ends_it_on_the_server(client, ines):
    client.get(reverse("account_login"))
    client.session.save()
    before = client.session.session_key
    sign_in(client)
    opened = client.cookies["__Host-session"].value

    assert opened != before
    # 32 signs of 36, drawn by `secrets`: 165 bits.
    assert re.fullmatch(r"[a-z0-9]{32}", opened)
    client.post(reverse("account_logout"))
    client.cookies["__Host-session"] = opened
    assert client.get(reverse("account_edit")).status_code == 302
    assert not Session.objects.filter(session_key=opened).exists()


def test_signing_out_is_said_once_on_the_page_that_follows(client, ines):
    sign_in(client)

    after, again = client.post(reverse("account_logout"), follow=True), client.get("/connexion")

    said = "Vous avez quitté votre espace sur cet appareil."
    assert words(seen(after)).count(said) == 1
    assert said not in words(seen(again))


def test_the_people_of_the_demonstration_are_listed_there_and_nowhere_else(client, settings):
    page = reverse("account_login")

    assert "demo.test" not in client.get(page).text
    settings.DEMO = True
    shown = client.get(page).text
    assert "sporades-demo-2026" in shown
    assert set(re.findall(r"[a-z0-9.]+@demo\.test", shown)) == {*CANDIDATES, NOTIFIED, *STAFF}
