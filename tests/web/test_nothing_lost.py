"""Every tab, every field filled, then the session ends in every way: the same answers are there."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.test import Client

from sporades.registrations.models import SectionAnswers
from tests.factories import a_candidate, answers_with
from tests.web.filled import TABS, a_draft_that_asks_all, filled
from tests.web.guide import BACKEND, HOST, a_browser, answer, begin, main, shown, sign_in


@pytest.fixture(autouse=True)
def clock(stopped_clock):
    cache.clear()
    return stopped_clock


@pytest.fixture
def draft():
    return a_draft_that_asks_all()


@pytest.fixture
def window(draft):
    window = a_browser()
    sign_in(window, draft.candidate.user)
    return window


def path_of(draft, tab):
    return f"/inscription/{draft.pk}/{tab}"


def every_field(window, path):
    """Return an answer to each field of a tab."""
    return filled(window.get(path).context["form"].fields)


def assert_shows(page, typed):
    found = shown(page)
    said = {name: value if isinstance(value, list) else [value] for name, value in typed.items()}
    assert {name: found.get(name) for name in said} == said


def revision(window, path):
    [value] = shown(window.get(path))["revision"]
    return value


def idle(window, clock):
    clock.shift(timedelta(minutes=31))
    return window


def working_day(window, clock):
    for _ in range(26):
        clock.shift(timedelta(minutes=28))
        window.get("/mes-inscriptions")
    return window


def signed_out(window, clock):
    window.post("/deconnexion")
    return window


def closed(window, clock):
    return a_browser()


def cookies_gone(window, clock):
    window.cookies.clear()
    return window


ENDS = [idle, working_day, signed_out, closed, cookies_gone]


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("tab", TABS)
def test_what_was_sent_is_there_after_the_session_has_ended(window, draft, clock, tab, end):
    path = path_of(draft, tab)
    typed = every_field(window, path)
    window.post(path, {**typed, "revision": revision(window, path)})

    window = end(window, clock)
    assert window.get(path)["Location"].startswith("/connexion")
    sign_in(window, draft.candidate.user)

    assert_shows(window.get(path), typed)


@pytest.mark.parametrize("end", [idle, working_day, signed_out])
@pytest.mark.parametrize("tab", TABS)
def test_what_is_sent_after_the_session_has_ended_waits_for_the_next_signing_in(
    window, draft, clock, tab, end
):
    path = path_of(draft, tab)
    typed = every_field(window, path)
    seen_revision = revision(window, path)

    window = end(window, clock)
    page = window.post(path, {**typed, "revision": seen_revision}, follow=True)
    assert page.request["PATH_INFO"] == "/connexion"
    sign_in(window, draft.candidate.user)
    page = window.get(path)

    assert_shows(page, typed)
    window.post(path, shown(page))
    other = a_browser()
    sign_in(other, draft.candidate.user)
    assert_shows(other.get(path), typed)


@pytest.mark.parametrize(
    ("choice", "kept"), [("autre", "9 rue Neuve"), ("mien", "3 quai de l'Île")]
)
def test_what_was_chosen_of_two_answers_waits_as_it_was_chosen(window, draft, clock, choice, kept):
    path = path_of(draft, "identification")
    typed = {**every_field(window, path), "revision": revision(window, path)}
    window.post(path, {**typed, "address_1": "9 rue Neuve"})
    page = window.post(path, {**typed, "address_1": "3 quai de l'Île"})
    assert "Quelle réponse voulez-vous garder ?" in main(page)
    chosen = {**shown(page, "form[method=post]"), "garder-address_1": choice}

    idle(window, clock).post(path, chosen)
    sign_in(window, draft.candidate.user)
    page = window.get(path)

    assert shown(page)["address_1"] == [kept]
    window.post(path, shown(page))
    found = SectionAnswers.objects.get(draft=draft, section="identification").answers
    assert found["address_1"] == kept


def left_waiting(window, draft, clock):
    """Send a tab as the session has ended, sign in again, see it, and go elsewhere."""
    path = path_of(draft, "identification")
    sent = answers_with(identification={"address_1": "3 quai de l'Île"})["identification"]
    sent["revision"] = revision(window, path)
    idle(window, clock).post(path, sent)
    sign_in(window, draft.candidate.user)
    page = window.get(path)
    assert "Ces réponses ne sont pas encore dans votre saisie." in main(page)
    assert "Saisie gardée" not in main(page)
    return path, sent


@pytest.mark.parametrize("where", ["", "/recapitulatif"])
def test_answers_that_wait_come_first_whichever_way_one_goes_on(window, draft, clock, where):
    path, sent = left_waiting(window, draft, clock)

    page = window.get(f"/inscription/{draft.pk}{where}", follow=True)

    assert page.redirect_chain[-1][0] == path
    assert shown(page)["address_1"] == [sent["address_1"]]
    window.post(path, {**sent, "suivant": "1"})
    assert "Ces réponses ne sont pas encore" not in main(window.get(path))


def test_answers_that_were_typed_further_are_those_that_stay(window, draft, clock):
    path, sent = left_waiting(window, draft, clock)
    newer = {**sent, "address_1": "4 quai de l'Île"}

    assert window.post(f"{path}/saisie", newer).status_code == 200

    assert shown(window.get(path))["address_1"] == ["4 quai de l'Île"]


def test_two_windows_that_send_after_the_end_both_find_their_answers(window, draft, clock):
    typed = {tab: every_field(window, path_of(draft, tab)) for tab in TABS}
    idle(window, clock)

    for tab in TABS:
        window.post(path_of(draft, tab), {**typed[tab], "revision": "1"})
    sign_in(window, draft.candidate.user)

    for tab in reversed(TABS):
        page = window.get(path_of(draft, tab))
        assert_shows(page, typed[tab])
        window.post(path_of(draft, tab), shown(page))
        assert "Votre session s'était terminée" not in main(window.get(path_of(draft, tab)))


@pytest.mark.parametrize("tab", TABS)
def test_what_is_sent_by_a_page_older_than_the_signing_in_is_refused_and_kept(draft, tab):
    window = Client(enforce_csrf_checks=True, SERVER_NAME=HOST)
    window.force_login(draft.candidate.user, backend=BACKEND)
    path = path_of(draft, tab)
    page = window.get(path, secure=True)
    typed = every_field(window, path)
    sent = {**shown(page), **typed}
    sent["csrfmiddlewaretoken"] = ["x" * 64]

    refused = window.post(path, sent, secure=True, headers={"origin": f"https://{HOST}"})

    assert refused.status_code == 403
    assert "Vos réponses sont gardées." in main(refused)
    assert not SectionAnswers.objects.filter(draft=draft, section=tab, revision__gt=1).exists()
    assert_shows(window.get(path, secure=True), typed)


def test_a_page_from_elsewhere_keeps_nothing(draft):
    window = Client(enforce_csrf_checks=True, SERVER_NAME=HOST)
    path = path_of(draft, "identification")

    # The cookie of the session does not travel with another site's form (SameSite).
    refused = window.post(path, {"address_1": "piège"}, secure=True)

    assert refused.status_code == 403
    assert window.cookies.get("__Host-session") is None


SIGN_UP = {
    "civility": "mme",
    "birth_name": "Marchand <b>",
    "birth_date_day": "14",
    "email": "ines@exemple.test",
    "password": "quatre mots sans rapport",
    "csrfmiddlewaretoken": "x" * 64,
}
OURS = [
    {"origin": f"https://{HOST}"},
    {"origin": f"https://{HOST}", "sec-fetch-site": "same-origin"},
]
NOT_OURS = [
    {},
    {"referer": f"https://{HOST}/creer-mon-compte"},
    {"origin": "null"},
    {"origin": "https://ailleurs.exemple.test"},
    {"origin": "https://ailleurs.exemple.test", "sec-fetch-site": "same-origin"},
    {"origin": f"https://{HOST}", "sec-fetch-site": "same-site"},
    {"origin": f"http://{HOST}"},
]


@pytest.mark.django_db
@pytest.mark.parametrize("secure", [True, False], ids=["encrypted", "behind a proxy"])
@pytest.mark.parametrize("headers", OURS)
def test_what_a_page_too_old_held_is_given_back_but_its_secrets_and_may_be_sent_again(
    headers, secure
):
    window = Client(enforce_csrf_checks=True, SERVER_NAME=HOST)
    window.get("/creer-mon-compte", secure=secure)

    refused = window.post("/creer-mon-compte", SIGN_UP, secure=secure, headers=headers)

    assert refused.status_code == 403
    assert refused["Cache-Control"] == "private, no-store"
    assert "Rechargez" not in main(refused)
    given = shown(refused, "form")
    token = given.pop("csrfmiddlewaretoken")
    secrets = {"password", "csrfmiddlewaretoken"}
    assert given == {name: [value] for name, value in SIGN_UP.items() if name not in secrets}
    assert SIGN_UP["password"] not in refused.text
    page = window.post(
        "/creer-mon-compte",
        {**given, "csrfmiddlewaretoken": token},
        secure=secure,
        headers={"origin": f"https://{HOST}"},
    )
    assert page.status_code == 200
    assert shown(page, "form")["birth_name"] == ["Marchand <b>"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("origin", "is_ours"),
    [
        (f"https://{HOST}:8443", True),
        (f"https://{HOST}:9443", False),
        (f"https://{HOST}", False),
        (f"http://{HOST}", False),
    ],
)
@pytest.mark.parametrize("named", [HOST, f"{HOST}:8443"], ids=["name", "name and port"])
def test_behind_a_proxy_a_site_with_a_port_of_its_own_gives_back_too(
    settings, named, origin, is_ours
):
    settings.SITE_URL = f"https://{HOST}:8443"
    window = Client(enforce_csrf_checks=True, SERVER_NAME=HOST, HTTP_HOST=named)
    window.get("/creer-mon-compte")

    refused = window.post("/creer-mon-compte", SIGN_UP, headers={"origin": origin})

    assert refused.status_code == 403
    assert ("Marchand" in refused.text) is is_ours


@pytest.mark.django_db
@pytest.mark.parametrize("secure", [True, False], ids=["encrypted", "behind a proxy"])
@pytest.mark.parametrize("headers", NOT_OURS, ids=str)
def test_nothing_of_what_another_site_sent_is_shown(headers, secure):
    window = Client(enforce_csrf_checks=True, SERVER_NAME=HOST)
    window.get("/creer-mon-compte", secure=secure)

    refused = window.post("/creer-mon-compte", SIGN_UP, secure=secure, headers=headers)

    assert refused.status_code == 403
    assert "Marchand" not in refused.text
    assert "votre saisie y est encore" in main(refused)


@pytest.mark.parametrize("tab", TABS)
def test_a_second_device_shows_what_the_first_one_sent(window, draft, tab):
    path = path_of(draft, tab)
    typed = every_field(window, path)
    other = a_browser()
    sign_in(other, draft.candidate.user)

    window.post(path, {**typed, "revision": revision(window, path)})

    assert_shows(other.get(path), typed)


@pytest.mark.parametrize("tab", TABS)
def test_what_is_kept_by_itself_while_typing_is_there_in_another_browser(window, draft, tab):
    path = path_of(draft, tab)
    typed = every_field(window, path)

    answer = window.post(f"{path}/saisie", {**typed, "revision": revision(window, path)})
    other = a_browser()
    sign_in(other, draft.candidate.user)

    assert answer.status_code == 200
    assert_shows(other.get(path), typed)


def test_answers_kept_over_the_end_do_not_overwrite_those_of_another_device(window, draft, clock):
    path = path_of(draft, "identification")
    typed = every_field(window, path)
    idle(window, clock)
    window.post(path, {**typed, "revision": "1"})
    other = a_browser()
    sign_in(other, draft.candidate.user)
    other.post(path, {**typed, "address_1": "écrit ailleurs", "revision": "1"})
    sign_in(window, draft.candidate.user)
    page = window.get(path)
    assert_shows(page, typed)

    conflict = window.post(path, shown(page))

    assert conflict.status_code == 409
    assert [one.theirs for one in conflict.context["differences"]] == ["écrit ailleurs"]


def test_every_tab_is_tried_with_fields_of_every_kind(window, draft):
    kinds = {
        type(field).__mro__[1 if type(field).__module__.startswith("sporades") else 0].__name__
        for tab in TABS
        for field in window.get(path_of(draft, tab)).context["form"].fields.values()
    }
    asked = set(window.get(path_of(draft, "identification")).context["form"].fields)

    assert {"BooleanField", "TextField", "ChoiceField", "MultipleChoiceField"} <= kinds
    assert {"guardian_name", "mother_name", "father_name", "phone", "mobile"} <= asked


def test_an_answer_without_end_is_refused_and_what_was_there_stays(clock):
    browser = a_browser()
    sign_in(browser, a_candidate().user)
    page = answer(browser, begin(browser), answers_with()["modalites"])
    tab = page.request["PATH_INFO"]
    browser.post(f"{tab}/saisie", {"address_1": "12 rue des Îles", "revision": "0"})

    endless = {"address_1": "x" * 900_000, "revision": "1"}
    answers = [browser.post(f"{tab}/saisie", endless), browser.post(tab, endless)]

    assert [one.status_code for one in answers] == [400, 400]
    assert "raccourcissez-la" in answers[0].json()["message"]
    assert "Cette ligne a 900000 signes" in main(answers[1])
    assert (
        SectionAnswers.objects.get(section="identification").answers["address_1"].startswith("12")
    )
