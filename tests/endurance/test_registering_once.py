"""One « Enregistrer », however many times it arrives (R-10, R-11)."""

import contextlib
import http.client
from datetime import timedelta
from functools import partial

import pytest
import time_machine
from django.test import Client

from sporades.registrations.models import Registration
from tests.endurance.arena import PATIENCE, eventually, figure, now, open_now, together
from tests.endurance.outcome import NOTHING, WHOLE, left_by
from tests.endurance.servers import a_browser, a_web
from tests.factories import a_draft
from tests.web.guide import BACKEND, HOST

CLICKS = 50


def browser_of(candidate):
    """Return a browser without script, signed in, whose requests carry a token that is checked."""
    browser = Client(enforce_csrf_checks=True, SERVER_NAME=HOST)
    browser.force_login(candidate.user, backend=BACKEND)
    browser.get("/mes-inscriptions", secure=True)
    return browser


def save(browser, draft):
    """Press « Enregistrer »."""
    token = browser.cookies["__Host-csrf"].value
    answer = browser.post(
        f"/inscription/{draft.pk}/recapitulatif",
        {"csrfmiddlewaretoken": token},
        headers={"origin": f"https://{HOST}"},
        secure=True,
    )
    return answer.status_code, answer["Location"]


def number_page():
    return 302, f"/mes-inscriptions/{Registration.objects.get().number}/numero"


@pytest.mark.parametrize("_round", range(figure(1, 20)))
def test_fifty_identical_clicks_make_one_registration_and_get_one_answer(arena, _round):
    draft = a_draft(at=now())
    first = browser_of(draft.candidate)

    def click():
        browser = Client(enforce_csrf_checks=True, SERVER_NAME=HOST)
        browser.cookies = first.cookies
        return save(browser, draft)

    answers = together(*[click] * CLICKS)

    assert left_by(draft) == WHOLE
    assert answers == [number_page()] * CLICKS


def test_fifty_identical_requests_to_web_servers_make_one_registration(arena, tmp_path):
    draft = a_draft(at=now())
    path = f"/inscription/{draft.pk}/recapitulatif"
    browser = a_browser(draft.candidate)
    with a_web(arena, tmp_path, workers=2, threads=25) as web:
        browser.get(web, path)
        assert left_by(draft) == NOTHING

        answers = together(*[partial(browser.post, web, path)] * CLICKS)

    assert left_by(draft) == WHOLE
    assert [(answer.status, answer.location) for answer in answers] == [number_page()] * CLICKS


def test_two_browsers_that_save_one_draft_make_one_registration(arena):
    draft = a_draft(at=now())
    browsers = [browser_of(draft.candidate) for _ in range(2)]

    answers = together(*[partial(save, browser, draft) for browser in browsers])

    assert answers == [number_page()] * 2
    assert left_by(draft) == WHOLE


def test_the_same_request_a_day_later_finds_the_registration_even_after_the_closing(arena):
    open_now(hours=2)
    draft = a_draft(at=now())
    first = save(browser_of(draft.candidate), draft)

    with time_machine.travel(now() + timedelta(days=1)):
        again = save(browser_of(draft.candidate), draft)

    assert first == again == number_page()
    assert left_by(draft) == WHOLE


def test_a_browser_cut_off_after_the_commit_finds_its_registration_when_it_tries_again(
    arena, tmp_path
):
    with a_web(arena, tmp_path) as web:
        for _ in range(figure(3, 100)):
            draft = a_draft(at=now())
            path = f"/inscription/{draft.pk}/recapitulatif"
            browser = a_browser(draft.candidate)
            browser.get(web, path)
            line = http.client.HTTPConnection("127.0.0.1", web.port, timeout=PATIENCE)
            with contextlib.closing(line):
                line.request("POST", path, browser.body(), browser.headers())
                eventually(lambda draft=draft: left_by(draft) != NOTHING)
            # The line is closed: nobody read the answer.

            again = browser.post(web, path)

            assert left_by(draft) == WHOLE
            made = Registration.objects.get(candidate=draft.candidate)
            assert (again.status, again.location) == (
                302,
                f"/mes-inscriptions/{made.number}/numero",
            )
