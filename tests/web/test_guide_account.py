"""The guide, « Créer mon compte » and « Modifier mon compte », beside the tests of the pages."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.core.cache import cache

from sporades.exams.held import forget
from sporades.mail.models import Message
from sporades.registrations.models import Registration
from tests.factories import NOW, a_candidate, a_registration, answers_with
from tests.web.guide import (
    COMPETITION,
    COMPETITION_ANSWERS,
    EXAM,
    PASSWORD,
    a_browser,
    buttons,
    load_competition,
    main,
    save,
    seen,
    shown,
    sign_in,
    walk,
    withdraw,
    words,
)


@pytest.fixture(autouse=True)
def _nothing_tried_yet(stopped_clock):
    cache.clear()


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


def assert_greyed(page):
    """Every civil datum is on the page, greyed as on a registration, and none can be typed."""
    [greyed] = seen(page).cssselect("main .s-greyed")
    assert [words(one) for one in greyed.cssselect("dt")] == [
        "Civilité",
        "Nom de famille",
        "Prénoms",
        "Date de naissance",
        "Lieu de naissance",
        "Nationalité",
    ]
    assert seen(page).cssselect("main input, main select") == []


@pytest.mark.parametrize(
    ("start", "answers"),
    [(EXAM, answers_with()), (COMPETITION, COMPETITION_ANSWERS)],
    ids=["exam", "competition"],
)
def test_from_the_first_one_saved_civil_data_are_greyed_and_posting_them_changes_nothing(
    start, answers
):
    load_competition()
    forget()
    candidate = a_candidate()
    browser = a_reader(candidate.user)
    free = browser.get("/mon-compte")
    recap = walk(browser, start=start, answers=answers)
    still_free = browser.get("/mon-compte")
    save(browser, recap)

    page = browser.get("/mon-compte")
    refused = browser.post("/mon-compte", {**shown(free, form="form"), "usage_name": "Kermarrec"})

    assert "Enregistrer mes informations" in buttons(free)
    assert "Enregistrer mes informations" in buttons(still_free)
    assert_greyed(page)
    assert "Enregistrer mes informations" not in buttons(page)
    assert refused.status_code == 409
    candidate.refresh_from_db()
    assert candidate.is_frozen
    assert candidate.identity.usage_name == ""


def test_civil_data_stay_greyed_after_a_withdrawal():
    candidate = a_candidate()
    browser = a_reader(candidate.user)
    save(browser, walk(browser))
    withdraw(browser, Registration.objects.get().number)
    assert not Registration.objects.get().is_active

    page = browser.get("/mon-compte")

    assert_greyed(page)
    assert "même après une désinscription" in main(page)
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
