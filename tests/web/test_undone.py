"""A file or a request that was sent once the session had ended is said not to be taken."""

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.core.cache import cache

from sporades.accommodations.rules import Wish
from sporades.accommodations.states import State
from sporades.web.layout.undone import BEFORE, FILE
from tests.accommodations.asked import READER, case_of, reach
from tests.evidence.given import a_photo
from tests.factories import a_registration
from tests.web import guide
from tests.web.guide import a_browser, main


@pytest.fixture
def clock(stopped_clock):
    cache.clear()
    return stopped_clock


@pytest.mark.usefixtures("kept", "confided")
def test_a_request_that_was_not_sent_is_said_so_where_it_is_sent(clock):
    registration = a_registration(informations={"has_disability": "oui"})
    case = reach(registration, State.PREPARING, Wish(READER))
    page = f"/mes-inscriptions/{registration.number}/amenagement"
    browser = a_browser()
    guide.sign_in(browser, registration.candidate.user)
    clock.shift(timedelta(minutes=31))

    asked = browser.post(
        f"{page}/envoi", {"vu": case.revision}, headers={"referer": f"https://{guide.HOST}{page}"}
    )
    signing = browser.get(asked.headers["Location"])
    assert "ce que vous venez d'envoyer n'a pas été pris en compte" in main(signing)
    assert "ce que vous aviez saisi est gardé" not in main(signing)
    [back] = parse_qs(urlsplit(asked.headers["Location"]).query)["next"]
    guide.sign_in(browser, registration.candidate.user)
    told = browser.get(back, follow=True)

    assert told.request["PATH_INFO"] == page
    assert f"{BEFORE}votre clic pour envoyer la demande n'a pas été pris en compte" in main(told)
    assert BEFORE not in main(browser.get(page))
    assert case_of(registration).state == State.PREPARING


@pytest.mark.usefixtures("kept", "confided")
def test_a_request_sent_meanwhile_from_another_window_is_not_said_not_to_be_sent(clock):
    registration = a_registration(informations={"has_disability": "oui"})
    case = reach(registration, State.PREPARING, Wish(READER))
    page = f"/mes-inscriptions/{registration.number}/amenagement"
    browser = a_browser()
    guide.sign_in(browser, registration.candidate.user)
    browser.post("/deconnexion")
    asked = browser.post(
        f"{page}/envoi", {"vu": case.revision}, headers={"referer": f"https://{guide.HOST}{page}"}
    )
    signing = asked.headers["Location"]
    guide.sign_in(browser, registration.candidate.user)
    browser.post(f"{page}/envoi", {"vu": case.revision})
    browser.get(page)

    told = main(browser.get(signing, follow=True))

    assert case_of(registration).state == State.ASKED
    assert f"{BEFORE}votre clic pour envoyer la demande n'a pas été pris en compte" in told
    assert "n'est pas envoyée" not in told
    assert "Connectez-vous" not in told


@pytest.mark.usefixtures("kept", "confided")
def test_a_file_that_was_not_given_is_said_so_where_it_is_chosen(clock):
    registration = a_registration(informations={"has_disability": "oui"})
    reach(registration, State.PREPARING, Wish(READER))
    where = f"/mes-inscriptions/{registration.number}/sante/papier-de-sante"
    browser = a_browser()
    guide.sign_in(browser, registration.candidate.user)
    browser.post("/deconnexion")

    asked = browser.post(where, {"fichiers": [a_photo(), a_photo()]})
    [back] = parse_qs(urlsplit(asked.headers["Location"]).query)["next"]
    guide.sign_in(browser, registration.candidate.user)

    assert f"{BEFORE}{FILE}" in main(browser.get(back, follow=True))
