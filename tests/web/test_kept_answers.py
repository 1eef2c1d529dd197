"""Answers outlive the session, without a script (docs/adr/0012)."""

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.core.cache import cache

from sporades.accounts.sessions import forget_expired
from sporades.acts.registrations import registering
from sporades.registrations.models import SectionAnswers
from tests.factories import NOW, a_candidate, a_draft, answers_with, author
from tests.web.guide import a_browser, answer, begin, buttons, main, seen, sign_in

TYPED = {**answers_with()["identification"], "address_1": "12 rue des Îles", "postcode": "abc"}


@pytest.fixture(autouse=True)
def clock(stopped_clock):
    cache.clear()
    return stopped_clock


@pytest.fixture
def left(clock):
    """A tab shown, then thirty-one minutes of writing, then « Suivant »."""
    candidate, browser = a_candidate(), a_browser()
    sign_in(browser, candidate.user)
    page = answer(browser, begin(browser), answers_with()["modalites"])
    tab = page.request["PATH_INFO"]
    clock.shift(timedelta(minutes=31))
    asked = browser.post(tab, {**TYPED, "revision": "0"}, follow=True)
    assert asked.request["PATH_INFO"] == "/connexion"
    return candidate, browser, tab


def shown(page, name):
    [field] = seen(page).cssselect(f"main [name={name}]")
    return field.get("value")


def test_what_was_typed_waits_for_its_author_to_sign_in_again(left):
    candidate, browser, tab = left

    sign_in(browser, candidate.user)
    page = browser.get(tab)

    assert "Votre session s'était terminée. Vos réponses sont là" in main(page)
    assert shown(page, "address_1") == "12 rue des Îles"
    assert shown(page, "postcode") == "abc"
    assert not SectionAnswers.objects.filter(section="identification").exists()


def test_it_becomes_the_drafts_by_next_and_is_then_shown_no_more_as_kept(left):
    candidate, browser, tab = left
    sign_in(browser, candidate.user)
    page = browser.get(tab)

    page = answer(browser, page, answers_with()["identification"])
    again = browser.get(tab)

    assert page.request["PATH_INFO"].endswith("/informations")
    assert "Votre session s'était terminée" not in main(again)
    assert shown(again, "postcode") == "59000"


def test_a_tab_opened_from_the_summary_still_leads_back_to_it(clock):
    draft, browser = a_draft(), a_browser()
    sign_in(browser, draft.candidate.user)
    tab = f"/inscription/{draft.pk}/identification"
    clock.shift(timedelta(minutes=31))
    browser.post(tab, {**answers_with()["identification"], "revision": "1", "retour": "1"})

    sign_in(browser, draft.candidate.user)
    page = browser.get(tab)

    assert "Votre session s'était terminée" in main(page)
    assert "Garder et revenir au récapitulatif" in buttons(page)


def test_whoever_signs_in_next_on_the_same_computer_finds_nothing_of_it(left):
    _candidate, browser, tab = left

    sign_in(browser, a_candidate().user)

    assert browser.get(tab).status_code == 404
    own = answer(browser, begin(browser), answers_with()["modalites"])
    assert shown(own, "address_1") is None


@pytest.mark.parametrize("is_filed", [True, False])
def test_what_waits_for_a_draft_that_is_open_no_more_is_said_not_to_be_added(clock, is_filed):
    draft, browser = a_draft(), a_browser()
    by, where = author(draft.candidate), f"/inscription/{draft.pk}/identification"
    sign_in(browser, draft.candidate.user)
    clock.shift(timedelta(minutes=31))
    browser.post(where, {**TYPED, "revision": "1"})
    at = NOW + timedelta(minutes=32)
    end = registering.register if is_filed else registering.abandon
    end(draft=draft, by=by, at=at)
    sign_in(browser, draft.candidate.user)

    page, again = browser.get(where, follow=True), browser.get(where, follow=True)

    said = "les réponses que vous venez d'envoyer n'y sont pas ajoutées"
    assert (said in main(page), said in main(again)) == (True, False)


@pytest.fixture
def gone(clock):
    """A tab shown, then a whole day; the session that was open is deleted by then."""
    candidate, browser = a_candidate(), a_browser()
    sign_in(browser, candidate.user)
    page = answer(browser, begin(browser), answers_with()["modalites"])
    clock.shift(timedelta(days=1))
    forget_expired(at=NOW + timedelta(days=1))
    assert not Session.objects.exists()
    return candidate, browser, page.request["PATH_INFO"]


def test_what_was_typed_waits_even_where_nothing_is_left_of_the_session(gone):
    candidate, browser, tab = gone
    asked = browser.post(tab, {**TYPED, "revision": "0"}, follow=True)
    assert (
        "Connectez-vous dans l'heure, et avant la fermeture de votre service : les réponses que vous "
        "venez d'envoyer vous attendent"
    ) in main(asked)

    sign_in(browser, candidate.user)

    assert shown(browser.get(tab), "address_1") == "12 rue des Îles"


def test_a_device_makes_us_keep_twenty_pages_an_hour(gone):
    _, browser, tab = gone
    for _ in range(21):
        browser.post(tab, TYPED)
        browser.cookies.pop("__Host-session", None)

    assert Session.objects.count() == 20


def test_whoever_never_signed_in_makes_us_keep_nothing(clock):
    stranger = a_browser()

    asked = stranger.post("/inscription/241fb729-58dc-4479-8a5a-0c92bb5b88b5/modalites", TYPED)

    assert asked.url.startswith("/connexion")
    assert not Session.objects.exists()


def test_answers_wait_for_an_hour_and_the_session_that_takes_them_up_lasts_as_any_other(left):
    candidate, browser, _ = left
    waiting = Session.objects.get(pk=browser.session.session_key).expire_date

    sign_in(browser, candidate.user)

    open_until = Session.objects.get(pk=browser.session.session_key).expire_date
    begun = NOW + timedelta(minutes=31)
    assert timedelta(0) <= waiting - begun - timedelta(hours=1) < timedelta(minutes=1)
    assert timedelta(0) <= open_until - begun - timedelta(hours=12) < timedelta(minutes=1)


def test_what_is_too_long_to_be_an_answer_is_not_kept(clock):
    candidate, browser = a_candidate(), a_browser()
    sign_in(browser, candidate.user)
    page = answer(browser, begin(browser), answers_with()["modalites"])
    tab = page.request["PATH_INFO"]
    clock.shift(timedelta(minutes=31))
    browser.post(tab, {**TYPED, "address_2": "x" * 100_001})

    sign_in(browser, candidate.user)

    assert shown(browser.get(tab), "address_1") is None


def test_a_stranger_makes_us_keep_little(left):
    _, browser, tab = left
    before = len(str(dict(browser.session)))

    browser.post(tab.replace("identification", "modalites"), {"autre": "x" * 40_000})

    assert len(str(dict(browser.session))) == before


@pytest.mark.parametrize(
    ("story", "owed"),
    [
        pytest.param("x" * 7_000, "1000", id="longer than any question takes"),
        pytest.param("Une lettre e" + "\u0301" * 12, "accents ou signes se suivent", id="marks"),
    ],
)
def test_a_long_answer_is_refused_at_its_field_with_the_rest_of_its_page_as_typed(story, owed):
    draft, browser = a_draft(), a_browser()
    sign_in(browser, draft.candidate.user)
    typed = {**answers_with()["supplementaires"], "q-taille": "172", "q-projet": story}
    page = browser.get(f"/inscription/{draft.pk}/supplementaires")

    page = answer(browser, page, typed)

    [error] = seen(page).cssselect("#id_q-projet_error")
    assert owed in error.text_content().replace("\xa0", "").replace("\u202f", "")
    assert shown(page, "q-taille") == "172"
    [field] = seen(page).cssselect("main textarea[name=q-projet]")
    assert field.text.strip() == story


ALL_BUT_ADDRESS = ("informations", "modalites", "supplementaires")


@pytest.mark.parametrize("sent", [{"statut-E1": "inscrit"}, {"autre": "1", "revision": "1"}, {}])
def test_a_page_that_sends_nothing_of_its_tab_takes_nothing_from_it(sent):
    draft, browser = a_draft(), a_browser()
    sign_in(browser, draft.candidate.user)
    before = draft.answers.get(section="identification").answers

    for tab in ("identification", "informations", "modalites", "supplementaires"):
        browser.post(f"/inscription/{draft.pk}/{tab}", sent)
        browser.post(f"/inscription/{draft.pk}/{tab}/saisie", sent)

    after = {row.section: row.answers for row in draft.answers.all()}
    assert after["identification"] == before
    tabs = ("informations", "supplementaires") if "revision" in sent else ALL_BUT_ADDRESS
    for tab in tabs:
        assert answers_with()[tab].items() <= after[tab].items()


def test_the_only_box_of_a_tab_unticked_is_unticked():
    draft, browser = a_draft(), a_browser()
    sign_in(browser, draft.candidate.user)

    browser.post(f"/inscription/{draft.pk}/modalites", {"revision": "1"})

    assert "accepted" not in draft.answers.get(section="modalites").answers


def test_a_box_unticked_on_its_page_is_unticked():
    draft, browser = a_draft(supplementaires={"q-sports": ["VOILE"]}), a_browser()
    sign_in(browser, draft.candidate.user)
    typed = dict(answers_with()["supplementaires"])
    typed.pop("q-sports", None)

    browser.post(f"/inscription/{draft.pk}/supplementaires", {**typed, "revision": "1"})

    assert "q-sports" not in draft.answers.get(section="supplementaires").answers


def test_what_a_page_did_not_ask_calls_for_its_own_answers_again():
    draft, browser = a_draft(qualification={"diploma": "CAP", "experience": "4"}), a_browser()
    sign_in(browser, draft.candidate.user)

    browser.post(f"/inscription/{draft.pk}/qualification", {"revision": "1"})

    kept = draft.answers.get(section="qualification").answers
    assert (kept["diploma"], kept["experience"]) == ("CAP", "4")


def test_an_answer_left_out_on_purpose_when_two_differ_is_left_out():
    draft, browser = a_draft(), a_browser()
    sign_in(browser, draft.candidate.user)
    typed = {k: v for k, v in answers_with()["supplementaires"].items() if k != "q-equipe"}

    browser.post(
        f"/inscription/{draft.pk}/supplementaires",
        {**typed, "revision": "1", "garder-q-equipe": "mien"},
    )

    assert "q-equipe" not in draft.answers.get(section="supplementaires").answers


def test_what_is_too_long_to_be_kept_by_itself_does_not_end_the_keeping():
    draft, browser = a_draft(), a_browser()
    sign_in(browser, draft.candidate.user)
    where = f"/inscription/{draft.pk}/supplementaires/saisie"
    typed = {**answers_with()["supplementaires"], "revision": "1"}

    refused = browser.post(where, {**typed, "q-projet": "x" * 7_000})
    shortened = browser.post(where, {**typed, "q-projet": "x" * 700})

    assert (refused.status_code, shortened.status_code) == (400, 200)
