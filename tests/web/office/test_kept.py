"""What a manager has typed waits for them to sign in again, in its form (ADR 0012)."""

from datetime import timedelta
from urllib.parse import quote, urlencode

import pytest
from django.contrib.auth import SESSION_KEY
from django.core.cache import cache
from django.urls import reverse

from sporades.accommodations.operations import OpinionOn
from sporades.accommodations.states import Opinion, State
from sporades.accounts.second_factor import current_code
from sporades.acts.pieces import verifying
from sporades.evidence.models import Verdict
from sporades.registrations.models import Note
from sporades.web.layout.kept import KEPT
from sporades.web.office.pieces.forms import OTHER
from tests.accommodations.asked import opine, reach
from tests.evidence.given import MANAGER, piece
from tests.factories import NOW, PASSWORD
from tests.web.guide import main, seen, sign_in, value_of
from tests.web.office.test_accommodations import page_of
from tests.web.office.test_pieces import clean, decision

LATER = timedelta(minutes=31)
SAID = "Votre session s'était terminée avant l'envoi."
BACK = f"{SAID} Ce que vous aviez saisi est de nouveau dans le formulaire"
WORDS = "Le verso manque : « < 3 » pages."
REASON = "L'épreuve est courte, et dite à l'oral."

pytestmark = pytest.mark.usefixtures("kept")


@pytest.fixture
def later(time_machine):
    """Let half an hour pass without a request."""
    cache.clear()
    return lambda: time_machine.move_to(NOW + LATER)


def form_of(page, act):
    """Return what a form of a page sends: that whose hidden field names this act."""
    [form] = seen(page).xpath(f"//main//form[.//input[@type='hidden'][@value='{act}']]")
    return {name: said.removeprefix("\n") for name, said in form.form_values()}


def with_both_factors(browser, asked):
    """Sign in, with the password then the code; return the page that follows."""
    user = browser.user
    user.emailaddress_set.get_or_create(email=user.email, primary=True, verified=True)
    [form] = seen(browser.get(asked.url)).xpath("//main//form[.//input[@name='password']]")
    known = dict(form.form_values()) | {"login": user.email, "password": PASSWORD}
    code = browser.post(form.action or asked.url, known, follow=True)
    assert "Votre code" in main(code)
    return browser.post(code.request["PATH_INFO"], {"code": current_code(user)}, follow=True)


def test_a_refusal_waits_behind_the_password_and_the_code_in_the_queue_it_was_written_in(
    manager, in_lille, later
):
    clean(in_lille)
    here = f"{decision(in_lille)}?suite=pieces"
    typed = form_of(manager.get(here), "refuse") | {"raison": OTHER, "motif": WORDS}
    later()

    asked = manager.post(here, typed)
    page = with_both_factors(manager, asked)

    assert asked.url == f"/connexion?next={quote(here, safe='/')}"
    assert "suite=pieces" in page.request["QUERY_STRING"]
    assert BACK in main(page)
    assert seen(page).cssselect("main [data-refilled]")
    token = {"csrfmiddlewaretoken": typed["csrfmiddlewaretoken"]}
    assert form_of(page, "refuse") | token == typed
    assert not {"raison", "motif"} & form_of(page, "accept").keys()
    assert not Verdict.objects.exists()


@pytest.fixture
def waiting(manager, in_lille, later):
    """Return a note that was written, and sent after the end of the session."""
    here = reverse("office:notes", args=[in_lille.number])
    [form] = seen(manager.get(here)).cssselect("main form[method=post]")
    typed = dict(form.form_values()) | {"note": WORDS}
    later()
    asked = manager.post(form.action, typed, headers={"referer": f"https://testserver{here}"})
    return here, form.action, typed, asked


def test_it_waits_until_it_is_sent_again(manager, waiting):
    here, there, typed, asked = waiting
    with_both_factors(manager, asked)
    twice = [manager.get(here) for _ in range(2)]

    sent = manager.post(there, typed, follow=True)

    assert [BACK in main(page) for page in twice] == [True, True]
    assert value_of(twice[1], "note") == WORDS
    assert SAID not in main(sent)
    assert Note.objects.get().text == WORDS
    assert KEPT not in manager.session or not manager.session[KEPT]


def test_what_is_refused_is_shown_by_the_answer_and_waits_no_more(manager, waiting):
    here, there, typed, asked = waiting
    with_both_factors(manager, asked)

    refused = manager.post(there, typed | {"note": " "})

    assert refused.status_code == 422
    assert SAID not in main(manager.get(here))


def test_whoever_signs_in_next_on_the_same_computer_sees_nothing_of_it(manager, member, waiting):
    here, _there, _typed, asked = waiting
    manager.user = member("A09", email="autre@exemple.test").user

    page = with_both_factors(manager, asked)

    assert page.request["PATH_INFO"] == here
    assert page.status_code == 200
    assert SAID not in main(page)
    assert WORDS not in main(page)


def test_signed_out_in_another_tab_it_waits_as_well(manager, in_lille, waiting):
    here, there, typed, asked = waiting
    with_both_factors(manager, asked)
    typed["note"] = "Écrite dans l'autre onglet."
    manager.post(reverse("account_logout"))
    assert SESSION_KEY not in manager.session
    cache.clear()

    asked = manager.post(there, typed)
    said = main(manager.get(asked.url))
    page = with_both_factors(manager, asked)

    assert "Connectez-vous dans l'heure : les réponses que vous venez d'envoyer" in said
    assert page.request["PATH_INFO"] == here
    assert value_of(page, "note") == "Écrite dans l'autre onglet."


def test_a_page_too_old_to_be_trusted_keeps_what_it_sent_and_leads_back_to_its_form(
    manager, in_lille
):
    here = reverse("office:notes", args=[in_lille.number])
    [form] = seen(manager.get(here)).cssselect("main form[method=post]")
    typed = dict(form.form_values()) | {"note": WORDS, "csrfmiddlewaretoken": "0" * 64}
    manager.handler.enforce_csrf_checks = True

    page = manager.post(form.action, typed, headers={"sec-fetch-site": "same-origin"})
    [back] = seen(page).xpath("//main//a[text()='Reprendre mes réponses']/@href")
    again = manager.get(back)

    assert page.status_code == 403
    assert back == here
    assert value_of(again, "note") == WORDS
    assert SAID not in main(again)
    assert "n'est pas enregistré : vérifiez-le, puis envoyez-le." in main(again)


def test_the_correction_of_a_decision_is_open_again_with_what_was_typed(manager, in_lille, later):
    reach(in_lille, State.DECIDED)
    here = f"{page_of(in_lille)}?etape=a-notifier&corriger=1"
    typed = form_of(manager.get(here), "corriger")
    typed |= {"decision-tiers": "refused", "contre-tiers": REASON, "fonction": "rectrice"}
    later()

    asked = manager.post(here, typed)
    [held] = manager.session[KEPT].values()
    page = with_both_factors(manager, asked)

    assert REASON not in str(held)
    assert page.request["QUERY_STRING"] == "etape=a-notifier&corriger=1"
    assert BACK in main(page)
    token = {"csrfmiddlewaretoken": typed["csrfmiddlewaretoken"]}
    assert form_of(page, "corriger") | token == typed


@pytest.mark.parametrize("state", [State.OPINION_GIVEN, State.DECIDED])
def test_a_decision_that_is_put_back_is_said_to_keep_what_was_typed(
    manager, in_lille, later, state
):
    reach(in_lille, state)
    asked, act = {}, "decider"
    if state == State.DECIDED:
        asked, act = {"corriger": "1"}, "corriger"
    page = manager.get(page_of(in_lille), asked)
    typed = form_of(page, act) | {"contre-tiers": REASON}
    later()

    back = with_both_factors(
        manager, manager.post(f"{page.request['PATH_INFO']}?{urlencode(asked)}", typed)
    )

    assert "Le formulaire garde vos réponses." not in main(page)
    assert BACK in main(back)
    assert "Le formulaire garde vos réponses." in main(back)
    assert "Le formulaire propose" not in main(back)
    assert "Le formulaire part de" not in main(back)


def test_what_is_proposed_out_of_sight_is_still_proposed_where_the_rest_is_put_back(
    manager, in_lille, later
):
    reach(in_lille, State.WITH_DOCTOR)
    opine(in_lille, TIERS=OpinionOn(Opinion.UNFAVOURABLE, text="Elle ne convient pas."))
    here = page_of(in_lille)
    before = form_of(manager.get(here), "decider")
    typed = before | {"decision-tiers": "granted", "contre-tiers": REASON, "motif-tiers": ""}
    later()

    page = with_both_factors(manager, manager.post(here, typed))

    assert before["motif-tiers"].endswith("Elle ne convient pas.")
    put_back = form_of(page, "decider")
    assert put_back["motif-tiers"] == before["motif-tiers"]
    assert (put_back["decision-tiers"], put_back["contre-tiers"]) == ("granted", REASON)


def test_what_was_emptied_in_sight_is_put_back_empty(manager, in_lille, later):
    reach(in_lille, State.WITH_DOCTOR)
    opine(in_lille, TIERS=OpinionOn(Opinion.UNFAVOURABLE, text="Elle ne convient pas."))
    here = page_of(in_lille)
    typed = form_of(manager.get(here), "decider") | {"motif-tiers": ""}
    later()

    page = with_both_factors(manager, manager.post(here, typed))

    assert form_of(page, "decider")["motif-tiers"] == ""


def test_what_is_folded_is_open_where_something_was_typed(manager, in_lille, later):
    clean(in_lille)
    typed = form_of(manager.get(decision(in_lille)), "waive") | {"pourquoi": WORDS}
    later()

    page = with_both_factors(manager, manager.post(decision(in_lille), typed))

    folds = {
        fold.findtext("summary"): "open" in fold.attrib
        for fold in seen(page).cssselect("main details")
    }
    assert folds.pop("Dispenser de cette pièce")
    assert not any(folds.values())


def test_where_a_colleague_has_decided_since_the_words_are_shown_once_to_be_copied(
    manager, in_lille, later
):
    given = clean(in_lille)
    typed = form_of(manager.get(decision(in_lille)), "refuse")
    typed |= {"raison": OTHER, "motif": WORDS}
    later()
    asked = manager.post(decision(in_lille), typed)
    verifying.waive(row=piece(in_lille), reason="Elle est au dossier.", by=MANAGER, at=NOW)

    page = with_both_factors(manager, asked)

    assert given.pk
    assert f"{SAID} Rien n'est enregistré. La page a changé depuis" in main(page)
    assert WORDS in main(page)
    assert SAID not in main(manager.get(decision(in_lille)))


def test_what_a_page_showed_goes_back_with_what_was_typed(manager, in_lille, later):
    reach(in_lille, State.OPINION_GIVEN)
    here = page_of(in_lille)
    typed = form_of(manager.get(here), "decider") | {"vue": "1", "contre-tiers": REASON}
    later()

    page = with_both_factors(manager, manager.post(here, typed))

    assert form_of(page, "decider")["vue"] == "1"


def test_what_is_not_kept_is_said_not_to_be(manager, in_lille, later):
    there = reverse("office:settle_messages", args=[in_lille.number])
    manager.get(reverse("office:thread", args=[in_lille.number]))
    later()

    asked = manager.post(there, {"vu": "1"})

    said = "Votre session s'est terminée, faute d'activité. Connectez-vous de nouveau pour"
    assert f"{said} recommencer : ce que vous venez d'envoyer n'a pas été pris en compte." in main(
        manager.get(asked.url)
    )


def test_what_names_no_reader_is_kept_for_nobody(manager, in_lille, later):
    here = reverse("office:notes", args=[in_lille.number])
    manager.get(here)
    later()

    manager.post(reverse("office:write_note", args=[in_lille.number]), {"note": WORDS})

    assert not manager.session.get(KEPT)


def test_whoever_never_signed_in_makes_us_keep_nothing(client, in_lille):
    there = reverse("office:write_note", args=[in_lille.number])

    asked = client.post(there, {"note": WORDS, "reader": "0" * 32})

    assert asked.url.startswith("/connexion")
    assert not client.session.get(KEPT)


def test_a_candidate_reads_nothing_of_what_waits_there(manager, in_lille, waiting):
    here, *_ = waiting

    sign_in(manager, in_lille.candidate.user)

    assert manager.get(here).status_code == 404
    assert WORDS not in manager.get("/accueil", follow=True).text
