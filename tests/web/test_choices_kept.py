"""What is chosen and typed of accommodations outlives the session, another window and « Quitter »."""

import json
from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.core.cache import cache

from sporades.accommodations.models import Case
from sporades.accommodations.rules import Wish
from sporades.accommodations.states import State
from sporades.medical.models import Remark
from sporades.web.layout.readers import mark_of
from tests.accommodations.asked import (
    READER,
    THIRD,
    WITHOUT_ACCOMMODATIONS,
    a_minor,
    case_of,
    reach,
    send,
    sign,
    under,
    write,
)
from tests.factories import a_candidate, a_registration
from tests.medical.given import compartment
from tests.web import guide
from tests.web.guide import a_browser, confirm, main, seen, words

pytestmark = pytest.mark.usefixtures("kept", "confided")

CHOSEN = {"mesures-1": [THIRD], "mesures-2": [READER], "decision": "non", "plan": "aucun"}
SECRET = "J'ai une épilepsie depuis l'enfance."


@pytest.fixture(autouse=True)
def clock(stopped_clock):
    cache.clear()
    return stopped_clock


@pytest.fixture
def registration():
    return a_registration(informations={"has_disability": "oui"})


def at(registration, *, page=""):
    return f"/mes-inscriptions/{registration.number}/amenagement{page}"


def ticked(page):
    return sorted(box.get("value") for box in seen(page).cssselect("main [type=checkbox][checked]"))


def once_ended(clock, registration, where, typed):
    """Post a page once its session has ended; return the browser."""
    browser = a_browser()
    guide.sign_in(browser, registration.candidate.user)
    clock.shift(timedelta(minutes=31))
    asked = browser.post(where, typed, follow=True)
    assert "les réponses que vous venez d'envoyer vous attendent" in main(asked)
    return browser


def posted_once_ended(clock, registration, where, typed):
    """Post a page once its session has ended, then sign in and come back to it."""
    browser = once_ended(clock, registration, where, typed)
    guide.sign_in(browser, registration.candidate.user)
    return browser, browser.get(where)


def test_what_waits_opens_after_signing_in_from_whichever_page(clock, registration):
    where, reader = at(registration, page="/mesures"), mark_of(registration.candidate.user)
    typed = {**CHOSEN, "revision": "1", "reader": reader}
    browser = once_ended(clock, registration, where, typed)
    browser.get("/")

    page = guide.sign_in(browser, registration.candidate.user)

    assert page.redirect_chain[-1][0] == where
    assert ticked(page) == [READER, THIRD]


@pytest.mark.parametrize("is_said", [True, False])
def test_nothing_of_another_opens_after_signing_in(clock, registration, is_said):
    reader = mark_of(registration.candidate.user) if is_said else ""
    where = at(registration, page="/mesures")
    typed = {**CHOSEN, "revision": "1", "reader": reader}
    browser = once_ended(clock, registration, where, typed)

    page = guide.sign_in(browser, a_candidate().user)

    assert page.redirect_chain[-1][0] == "/accueil"


def test_measures_chosen_once_the_session_has_ended_wait_for_their_candidate(clock, registration):
    where = at(registration, page="/mesures")

    browser, page = posted_once_ended(clock, registration, where, {**CHOSEN, "revision": "1"})

    assert page.status_code == 200
    assert "Vos réponses sont là, elles ne sont pas gardées" in main(page)
    assert ticked(page) == [READER, THIRD]
    assert not Case.objects.exists()
    browser.post(where, CHOSEN)
    assert "Votre session s'était terminée" not in main(browser.get(where))


def test_epreuves_ticked_once_the_session_has_ended_wait_for_their_candidate(clock, registration):
    write(registration, Wish(THIRD))
    typed = {"epreuves-tiers": ["E1"], "revision": "2"}

    _, page = posted_once_ended(clock, registration, at(registration, page="/epreuves"), typed)

    assert "Vos réponses sont là" in main(page)
    assert ticked(page) == ["E1"]


def test_what_waits_answers_the_page_that_was_shown_then(clock, registration):
    where = at(registration, page="/mesures")
    write(registration, Wish(THIRD), plan="")
    browser, _ = posted_once_ended(clock, registration, where, {**CHOSEN, "revision": "2"})
    write(registration, Wish(READER))

    page = browser.get(where)

    [revision] = seen(page).cssselect("main [name=revision]")
    assert revision.get("value") == "2"


def test_a_signature_that_was_not_taken_is_typed_already_and_agreed_to_anew(clock):
    filed = a_minor(guardian="")
    case = write(filed, Wish(READER, ("E2",)))
    typed = {
        "nom": "Paul Le Goff",
        "qualite": "père",
        "adresse": "pere@exemple.test",
        "accord": "on",
        "vu": case.revision,
    }

    _, page = posted_once_ended(clock, filed, at(filed, page="/signature"), typed)

    form = page.context["form"]
    assert "Rien n'est signé" in main(page)
    assert [form[name].value() for name in ("nom", "qualite", "adresse")] == [
        "Paul Le Goff",
        "père",
        "pere@exemple.test",
    ]
    assert ticked(page) == []
    assert case_of(filed).signature is None


def test_a_comment_of_health_waits_sealed_and_is_confided_once(clock, registration):
    where = f"/mes-inscriptions/{registration.number}/sante"

    browser, page = posted_once_ended(
        clock, registration, where, {"texte": SECRET, "envoi": "une-pression"}
    )

    held = json.dumps([one.get_decoded() for one in Session.objects.all()], ensure_ascii=False)
    assert where in held
    assert "épilepsie" not in held
    assert "pilepsie" not in "".join(Session.objects.values_list("session_data", flat=True))
    assert "Votre commentaire est là, il n'est pas envoyé" in main(page)
    assert page.context["form"]["texte"].value() == SECRET
    assert not Remark.objects.exists()

    browser.post(where, {"texte": SECRET, "envoi": "une-pression"})
    assert [one.text for one in compartment(registration).remarks.all()] == [SECRET]
    assert "il n'est pas envoyé" not in main(browser.get(where))


def test_a_comment_that_waited_for_what_takes_it_no_more_is_shown_to_be_copied(clock, registration):
    where = f"/mes-inscriptions/{registration.number}/sante"
    typed = {"texte": SECRET, "envoi": "une-pression"}
    browser = once_ended(clock, registration, where, typed)
    reach(registration, State.OPINION_GIVEN)
    guide.sign_in(browser, registration.candidate.user)

    page = browser.get(where)

    assert SECRET in words(seen(page).get_element_by_id("non-confie"))
    assert "vérifiez-le, puis envoyez-le" not in main(page)


def test_a_comment_that_no_key_opens_any_more_does_not_keep_the_page_away(
    clock, registration, settings
):
    where = f"/mes-inscriptions/{registration.number}/sante"
    browser, _ = posted_once_ended(clock, registration, where, {"texte": SECRET})

    settings.MEDICAL_KEYS = {"autre": b"k" * 32}
    page = browser.get(where)

    assert page.status_code == 200
    assert page.context["form"]["texte"].value() is None


def test_whoever_signs_in_next_does_not_find_a_comment_of_health(clock, registration):
    where = f"/mes-inscriptions/{registration.number}/sante"
    browser = once_ended(clock, registration, where, {"texte": SECRET})

    guide.sign_in(browser, a_candidate().user)

    assert browser.get(where).status_code == 404


# --- Two windows ------------------------------------------------------------------------------


def test_a_second_window_does_not_erase_what_the_first_has_kept(sign_in, registration):
    client, where = sign_in(registration.candidate), at(registration, page="/mesures")
    first = {**CHOSEN, "revision": "1"}
    client.post(where, first)

    page = client.post(
        where, {"mesures-2": [READER], "decision": "oui", "plan": "aucun", "revision": "1"}
    )

    assert page.status_code == 409
    assert "Quelle réponse voulez-vous garder ?" in words(seen(page))
    shown = main(page)
    assert "Envoyée à l'instant : Non renseigné" in shown
    assert "Dans votre demande : Temps majoré d'un tiers" in shown
    assert [one.name for one in page.context["differences"]] == ["mesures-1", "decision"]
    assert {one.code for one in case_of(registration).measures.all()} == {THIRD, READER}

    kept = {
        **page.context["mine"],
        "revision": page.context["revision"],
        "garder-mesures-1": "autre",
        "garder-decision": "mien",
    }
    client.post(where, kept)
    case = case_of(registration)
    assert {one.code for one in case.measures.all()} == {THIRD, READER}
    assert case.has_former_decision


def test_what_was_chosen_of_two_answers_waits_as_it_was_chosen(clock, sign_in, registration):
    client, where = sign_in(registration.candidate), at(registration, page="/mesures")
    client.post(where, {**CHOSEN, "revision": "1"})
    typed = {"mesures-2": [READER], "decision": "oui", "plan": "aucun", "revision": "1"}
    page = client.post(where, typed)
    chosen = {
        **page.context["mine"],
        "revision": page.context["revision"],
        "garder-mesures-1": "autre",
        "garder-decision": "mien",
    }

    _, page = posted_once_ended(clock, registration, where, chosen)

    assert ticked(page) == [READER, THIRD]


def test_pressing_twice_asks_nothing(sign_in, registration):
    client, where = sign_in(registration.candidate), at(registration, page="/mesures")

    pages = [client.post(where, {**CHOSEN, "revision": "1"}) for _ in range(2)]

    assert [page.status_code for page in pages] == [302, 302]


def test_epreuves_ticked_in_two_windows_are_chosen_between(sign_in, registration):
    case = write(registration, Wish(THIRD))
    client, where = sign_in(registration.candidate), at(registration, page="/epreuves")
    [revision] = seen(client.get(where)).cssselect("main [name=revision]")
    assert revision.get("value") == str(case.revision)
    client.post(where, {"epreuves-tiers": ["E1"], "revision": case.revision})

    page = client.post(where, {"epreuves-tiers": ["E2"], "revision": case.revision})

    assert page.status_code == 409
    [difference] = page.context["differences"]
    assert difference.name == "epreuves-tiers"
    assert case_of(registration).measures.get().papers == ["E1"]


def test_measures_of_a_request_that_was_sent_meanwhile_are_shown_and_wait(sign_in, registration):
    reach(registration, State.ASKED, Wish(THIRD, ("E1",)))
    client, where = sign_in(registration.candidate), at(registration, page="/mesures")

    page = client.post(where, {**CHOSEN, "revision": "2"})

    assert page.status_code == 409
    assert "Votre demande a été envoyée d'une autre fenêtre" in main(page)
    assert ("Aide humaine", "Secrétaire lecteur") in page.context["chosen"]
    assert at(registration, page="/reprise") in page.content.decode()
    assert [one.code for one in case_of(registration).measures.all()] == [THIRD]

    client.post(at(registration, page="/reprise"))
    page = client.get(where)
    assert "Vos réponses sont là, elles ne sont pas gardées" in main(page)
    assert ticked(page) == [READER, THIRD]


def test_epreuves_of_a_request_that_was_kept_as_sent_meanwhile_are_shown(sign_in, registration):
    reach(registration, State.ASKED, Wish(THIRD, ("E1",)))
    client, where = sign_in(registration.candidate), at(registration, page="/epreuves")

    page = client.post(where, {"epreuves-tiers": ["E2"], "revision": "2"})

    assert page.status_code == 409
    [(label, chosen)] = page.context["chosen"]
    [(_, asked)] = page.context["asked"]
    assert label == "Temps majoré d'un tiers"
    assert chosen != asked
    assert case_of(registration).measures.get().papers == ["E1"]


@pytest.mark.parametrize("is_complete", [True, False])
def test_measures_of_a_request_that_was_withdrawn_meanwhile_begin_another_one_knowingly(
    sign_in, registration, is_complete
):
    write(registration, Wish(THIRD), plan="")
    client, where = sign_in(registration.candidate), at(registration, page="/mesures")
    confirm(client, at(registration, page="/retrait"))
    typed = {**CHOSEN, "revision": "2"} if is_complete else {"mesures-2": [READER], "revision": "2"}

    page = client.post(where, typed)

    assert page.status_code == 409
    assert "Votre demande a été retirée d'une autre fenêtre" in main(page)
    assert "Faire une autre demande" in main(page)
    assert "Secrétaire lecteur" in main(page)
    assert "Quelle réponse voulez-vous garder" not in main(page)
    assert not Case.objects.filter(withdrawn_at=None).exists()

    page = client.get(where)
    assert "Votre demande est retirée : si vous continuez, elles en commencent une autre" in main(
        page
    )
    assert READER in ticked(page)
    [revision] = seen(page).cssselect("main [name=revision]")
    taken = client.post(where, {**CHOSEN, "revision": revision.get("value")})
    assert taken.status_code == 302
    assert {one.code for one in case_of(registration).measures.all()} == {READER, THIRD}


def test_a_page_of_a_request_that_was_withdrawn_writes_over_no_other(sign_in, registration):
    write(registration, Wish(THIRD))
    client, where = sign_in(registration.candidate), at(registration, page="/mesures")
    [revision] = seen(client.get(where)).cssselect("main [name=revision]")
    confirm(client, at(registration, page="/retrait"))
    write(registration, Wish(THIRD, ("E1",)))

    page = client.post(where, {**CHOSEN, "mesures-1": [], "revision": revision.get("value")})

    assert page.status_code == 409
    assert "Quelle réponse voulez-vous garder" in main(page)
    assert [one.code for one in case_of(registration).measures.all()] == [THIRD]


def test_nor_is_what_was_of_it_signed_or_sent(sign_in):
    registration = a_minor()
    former = write(registration, Wish(THIRD))
    client = sign_in(registration.candidate)
    confirm(client, at(registration, page="/retrait"))
    case = write(registration, Wish(THIRD))
    assert case.revision > former.revision

    client.post(at(registration, page="/envoi"), {"vu": former.revision})

    assert case_of(registration).state == State.PREPARING


def test_a_page_that_was_opened_before_a_request_that_was_withdrawn_begins_none_unsaid(
    sign_in, registration
):
    client, where = sign_in(registration.candidate), at(registration, page="/mesures")
    [revision] = seen(client.get(where)).cssselect("main [name=revision]")
    write(registration, Wish(THIRD))
    confirm(client, at(registration, page="/retrait"))

    page = client.post(where, {**CHOSEN, "revision": revision.get("value")})

    assert page.status_code == 409
    assert "Votre demande a été retirée d'une autre fenêtre" in main(page)


def test_epreuves_of_a_request_that_was_withdrawn_meanwhile_say_so(sign_in, registration):
    write(registration, Wish(THIRD))
    client = sign_in(registration.candidate)
    confirm(client, at(registration, page="/retrait"))

    page = client.post(
        at(registration, page="/epreuves"), {"epreuves-tiers": ["E1"], "revision": "2"}, follow=True
    )

    assert "Votre demande a été retirée d'une autre fenêtre" in main(page)
    assert "épreuves que vous veniez de cocher ne sont pas gardées" in main(page)


@pytest.mark.parametrize("is_asked_here", [True, False])
def test_what_a_request_kept_as_sent_asks_no_more_is_named_and_not_said_to_be_sent(
    sign_in, registration, is_asked_here
):
    reach(registration, State.ASKED, Wish(THIRD, ("E1",)))
    client = sign_in(registration.candidate)
    client.post(at(registration, page="/reprise"))
    case = write(registration, Wish(THIRD, ("E1",)), Wish(READER))
    client.post(at(registration, page="/telle-qu-envoyee"), {"vu": case.revision})
    assert case_of(registration).state == State.ASKED
    if not is_asked_here:
        under(WITHOUT_ACCOMMODATIONS)

    page = client.post(
        at(registration, page="/epreuves"),
        {"epreuves-tiers": ["E1"], "epreuves-lecteur": ["E2"], "revision": str(case.revision)},
    )

    assert page.status_code == 409
    assert "Votre demande a été envoyée d'une autre fenêtre" not in main(page)
    assert "gardée telle qu'elle était envoyée" in main(page)
    [(label, papers)] = page.context["chosen"]
    assert label == "Secrétaire lecteur"
    assert papers
    assert page.context["asked"] == [(label, "Pas demandée")]
    assert "vous l'y retrouverez" not in main(page)


def test_what_is_chosen_as_it_was_sent_meanwhile_is_not_said_to_be_lost(sign_in, registration):
    reach(registration, State.ASKED, Wish(THIRD, ("E1",)))
    client = sign_in(registration.candidate)

    page = client.post(at(registration, page="/epreuves"), {"epreuves-tiers": ["E1"]})

    assert page.headers["Location"] == at(registration)


def test_choices_are_not_said_to_wait_once_the_request_is_with_its_doctor(sign_in, registration):
    reach(registration, State.WITH_DOCTOR, Wish(THIRD, ("E1",)))
    client, where = sign_in(registration.candidate), at(registration, page="/mesures")

    page = client.post(where, {**CHOSEN, "revision": "2"})

    assert page.status_code == 409
    assert "elle ne se change plus" in main(page)
    assert "Modifier ma demande" not in main(page)
    assert "Secrétaire lecteur" in main(page)


def test_choices_posted_once_the_session_had_ended_are_shown_when_it_was_sent_meanwhile(
    clock, registration
):
    write(registration, Wish(THIRD, ("E1",)), plan="")
    where = at(registration, page="/mesures")
    browser = once_ended(clock, registration, where, {**CHOSEN, "revision": "2"})
    send(registration)
    guide.sign_in(browser, registration.candidate.user)

    page = browser.get(where)

    assert page.status_code == 200
    assert "Secrétaire lecteur" in main(page)


def test_a_signature_of_a_request_that_was_sent_meanwhile_is_said_not_to_be_taken(sign_in):
    filed = a_minor()
    case = write(filed, Wish(READER, ("E2",)))
    sign(filed)
    send(filed)
    client = sign_in(filed.candidate)

    page = client.post(
        at(filed, page="/signature"),
        {"nom": "Paul Le Goff", "qualite": "père", "accord": "on", "vu": case.revision},
        follow=True,
    )

    assert "Rien n'est signé" in main(page)


def test_a_signature_that_waits_for_a_request_sent_meanwhile_is_said_not_to_be_taken(clock):
    filed, at_page = a_minor(), "/signature"
    case = write(filed, Wish(READER, ("E2",)))
    typed = {"nom": "Paul Le Goff", "qualite": "père", "accord": "on", "vu": case.revision}
    browser = once_ended(clock, filed, at(filed, page=at_page), typed)
    sign(filed)
    send(filed)
    guide.sign_in(browser, filed.candidate.user)

    page = browser.get(at(filed, page=at_page), follow=True)
    again = browser.get(at(filed, page=at_page), follow=True)

    assert ("Rien n'est signé" in main(page), "Rien n'est signé" in main(again)) == (True, False)


# --- Leaving a page ---------------------------------------------------------------------------


def test_leaving_the_measures_keeps_what_was_ticked(sign_in, registration):
    client, where = sign_in(registration.candidate), at(registration, page="/mesures")

    page = client.post(where, {**CHOSEN, "revision": "1", "quitter": "1"}, follow=True)

    assert page.request["PATH_INFO"] == at(registration)
    assert "Vos choix sont gardés." in main(page)
    assert {one.code for one in case_of(registration).measures.all()} == {THIRD, READER}


def test_leaving_the_measures_untouched_begins_nothing(sign_in, registration):
    client, where = sign_in(registration.candidate), at(registration, page="/mesures")

    page = client.post(where, {"revision": "1", "quitter": "1"})

    assert page.headers["Location"] == at(registration)
    assert not Case.objects.exists()


def test_what_cannot_be_kept_is_shown_with_the_way_out(sign_in, registration):
    client, where = sign_in(registration.candidate), at(registration, page="/mesures")

    page = client.post(where, {"mesures-1": [THIRD], "revision": "1", "quitter": "1"})

    assert page.status_code == 422
    assert ticked(page) == [THIRD]
    assert "Quitter sans garder mes choix" in main(page)


def test_going_back_to_the_measures_keeps_the_epreuves_that_were_ticked(sign_in, registration):
    write(registration, Wish(THIRD), Wish(READER, ("E1",)))
    client, where = sign_in(registration.candidate), at(registration, page="/epreuves")

    page = client.post(where, {"epreuves-tiers": ["E2"], "mesures": "1"}, follow=True)

    assert page.request["PATH_INFO"] == at(registration, page="/mesures")
    assert "Aucune épreuve n'était cochée pour « Secrétaire lecteur »" in main(page)
    papers = {one.code: one.papers for one in case_of(registration).measures.all()}
    assert papers == {THIRD: ["E2"], READER: ["E1"]}


def test_going_back_to_the_measures_untouched_changes_nothing(sign_in, registration):
    case = write(registration, Wish(THIRD, ("E1",)))
    client, where = sign_in(registration.candidate), at(registration, page="/epreuves")

    client.post(where, {"epreuves-tiers": ["E1"], "mesures": "1"})

    assert case_of(registration).revision == case.revision
