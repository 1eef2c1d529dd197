"""What was sent, and decided, stays on its candidate's pages whatever a new version says (H1, H4)."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from sporades.accommodations.rules import Wish
from sporades.accommodations.states import State
from tests.accommodations.asked import (
    READER,
    THIRD,
    WITHOUT_ACCOMMODATIONS,
    WITHOUT_READER,
    find_incomplete,
    reach,
    send,
    under,
    write,
)
from tests.factories import NOW, a_registration
from tests.medical.given import confide, found_clean
from tests.web.guide import links, main

pytestmark = pytest.mark.usefixtures("stopped_clock", "kept", "confided")
ELSEWHERE = "demandez le formulaire"


@pytest.fixture
def registration(invented_exam):
    return a_registration(informations={"has_disability": "oui"})


def at(registration, *, page=""):
    return f"/mes-inscriptions/{registration.number}/amenagement{page}"


@pytest.mark.parametrize("state", [State.INCOMPLETE, State.WITH_DOCTOR, State.DECIDED])
def test_a_request_goes_on_where_nothing_more_is_asked_here(sign_in, registration, state):
    found_clean(confide(registration, kind="BILAN"))
    reach(registration, state)
    browser = sign_in(registration.candidate)
    before = main(browser.get(at(registration)))
    under(WITHOUT_ACCOMMODATIONS)

    after = browser.get(at(registration))
    with CaptureQueriesContext(connection) as asked:
        browser.get(at(registration))

    assert main(after) == before
    assert len(asked) <= 8
    for page in ("", "/suis-je-inscrit"):
        shown = browser.get(f"/mes-inscriptions/{registration.number}{page}")
        assert f'href="{at(registration)}' in shown.text, page
    health = main(browser.get(f"/mes-inscriptions/{registration.number}/sante"))
    assert "Autre bilan" in health
    assert "n'envoyez rien de médical par ce site" not in health


def test_a_request_to_complete_awaits_its_candidate_there_too(sign_in, registration):
    reach(registration, State.INCOMPLETE)
    browser = sign_in(registration.candidate)
    under(WITHOUT_ACCOMMODATIONS)

    assert "Votre demande d'aménagement est incomplète" in main(browser.get("/accueil"))
    assert browser.get(at(registration, page="/mesures")).status_code == 200
    browser.post(f"{at(registration)}/envoi", {"vu": "2"})
    assert "Envoyée" in main(browser.get(at(registration)))


def test_a_decision_is_contested_where_nothing_more_is_asked_here(sign_in, registration):
    reach(registration, State.NOTIFIED)
    browser = sign_in(registration.candidate)
    browser.get(f"/mes-documents/{registration.number}/decision-amenagement")
    under(WITHOUT_ACCOMMODATIONS)

    page = browser.get(at(registration))

    assert ELSEWHERE not in main(page)
    assert "tribunal administratif des essais" in main(page)
    assert not links(page, "Faire une autre demande")
    [contest] = links(page, "Contester la décision")
    assert browser.get(contest).status_code == 200
    assert browser.get(at(registration, page="/mesures")).status_code == 404


def test_a_decision_stays_where_another_request_was_begun_and_is_taken_no_more(
    sign_in, registration
):
    found_clean(confide(registration, kind="BILAN"))
    reach(registration, State.NOTIFIED)
    browser = sign_in(registration.candidate)
    write(registration, Wish(THIRD))
    under(WITHOUT_ACCOMMODATIONS)

    for page in ("", "/suis-je-inscrit"):
        shown = browser.get(f"/mes-inscriptions/{registration.number}{page}")
        assert "/decision-amenagement" in str(shown.content), page
    told = main(browser.get(f"/mes-inscriptions/{registration.number}/numero"))
    assert "Décision notifiée le" in told
    assert "n'est pas envoyée" not in told
    health = main(browser.get(f"/mes-inscriptions/{registration.number}/sante"))
    assert "Autre bilan" in health
    assert "n'envoyez rien de médical par ce site" not in health


def test_a_measure_that_is_proposed_no_more_is_read_as_it_was_asked(sign_in, registration):
    reach(registration, State.WITH_DOCTOR, Wish(READER))
    under(WITHOUT_READER)

    page = main(sign_in(registration.candidate).get(at(registration)))

    assert "Secrétaire lecteur Toutes les épreuves" in " ".join(page.split())


def test_what_was_granted_and_may_not_be_asked_again_is_named_before_it_is_lost(
    sign_in, registration
):
    reach(registration, State.NOTIFIED, Wish(THIRD), Wish(READER))
    browser = sign_in(registration.candidate)
    browser.get(f"/mes-documents/{registration.number}/decision-amenagement")
    under(WITHOUT_READER)

    choosing = main(browser.get(at(registration, page="/mesures")))
    write(registration, Wish(THIRD))
    page = browser.get(at(registration))

    assert "À ne plus demander : « Secrétaire lecteur »." in choosing.replace("\xa0", " ")
    assert "est coché" not in choosing
    assert page.context["lost"] == ["Secrétaire lecteur (Toutes les épreuves)"]


def test_what_is_changed_is_said_to_leave_what_is_proposed_no_more(sign_in, registration):
    reach(registration, State.ASKED, Wish(THIRD), Wish(READER))
    find_incomplete(registration)
    under(WITHOUT_READER)
    browser = sign_in(registration.candidate)

    page = browser.get(at(registration, page="/mesures"))
    send(registration, at=NOW)

    assert page.context["form"].gone == ["Secrétaire lecteur"]
    assert "n'est plus proposé pour les épreuves que vous passez" in main(page)
