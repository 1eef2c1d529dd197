"""The guide, « Créer mon compte » and « Modifier mon compte », beside the tests of the pages."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.core.cache import cache

from sporades.mail.models import Message
from sporades.registrations.models import Registration
from tests.factories import NOW, a_candidate, a_registration
from tests.web.guide import PASSWORD, a_browser, main, save, seen, sign_in, walk, withdraw


@pytest.fixture(autouse=True)
def _clock():
    cache.clear()
    with time_machine.travel(NOW, tick=False):
        yield


def a_reader(user):
    """Return a browser that has signed in with the address and the password."""
    browser = a_browser()
    page = sign_in(browser, user)
    assert page.request["PATH_INFO"] == "/accueil"
    return browser


def test_one_signs_in_before_registering(client):
    answer = client.get("/m-inscrire")

    assert answer.url == "/connexion?next=/m-inscrire"


def test_the_same_password_opens_the_same_space_for_the_whole_session():
    registration = a_registration()

    with time_machine.travel(NOW + timedelta(days=300), tick=False):
        browser = a_reader(registration.candidate.user)
        page = browser.get(f"/mes-documents/{registration.number}")

    assert "Récapitulatif d'inscription" in main(page)


def test_messages_follow_the_address_of_the_account():
    candidate = a_candidate(email="avant@exemple.test")
    browser = a_reader(candidate.user)
    browser.post("/mon-compte/adresse", {"email": "apres@exemple.test"})
    link = re.search(r"test(/mon-compte/adresse/\S+)", Message.objects.get().body)[1]
    browser.post(link)

    save(browser, walk(browser))

    receipt = Message.objects.get(kind="registered")
    assert receipt.recipient == "apres@exemple.test"


def test_civil_data_stay_greyed_after_a_withdrawal():
    candidate = a_candidate()
    browser = a_reader(candidate.user)
    save(browser, walk(browser))
    withdraw(browser, Registration.objects.get().number)
    assert not Registration.objects.get().is_active

    page = browser.get("/mon-compte")

    fields = seen(page).cssselect(".s-frozen input, .s-frozen select")
    assert fields
    assert all(
        field.get("disabled") is not None or field.get("readonly") is not None for field in fields
    )
    assert "même si vous vous êtes désinscrit depuis" in main(page)
    assert "Bureau des essais de Lille" in main(page)


def test_address_and_password_stay_the_candidates_own_once_the_rest_is_greyed():
    registration = a_registration()
    browser = a_reader(registration.candidate.user)
    new = "cinq mots tout à fait neufs"

    browser.post("/mon-compte/mot-de-passe", {"oldpassword": PASSWORD, "password1": new})
    browser.post("/mon-compte/adresse", {"email": "nouvelle@exemple.test"})
    message = Message.objects.get(kind="address_change")
    browser.post(re.search(r"test(/mon-compte/adresse/\S+)", message.body)[1])

    answer = a_browser().post("/connexion", {"login": "nouvelle@exemple.test", "password": new})
    assert answer.url == "/accueil"
