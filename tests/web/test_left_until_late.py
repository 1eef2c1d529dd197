"""A request that is written in time and left until after its deadline, or until nothing may come of it (H1)."""

from datetime import timedelta

import pytest

from sporades.accommodations.rules import Wish
from sporades.accommodations.states import State
from sporades.acts.accommodating import UNSENT
from sporades.acts.registrations import deciding
from sporades.journal.models import Entry
from sporades.registrations.states import SET_ASIDE
from tests.accommodations.asked import (
    ACCESS,
    LATE,
    MANAGER,
    READER,
    THIRD,
    WISHES,
    a_minor,
    again,
    case_of,
    reach,
    sign,
    write,
)
from tests.accommodations.test_following import DECLARED
from tests.accommodations.test_late import NOTHING_LATE, take_up, with_rules
from tests.factories import NOW, a_registration
from tests.medical.given import confide
from tests.web.guide import main, shown

pytestmark = pytest.mark.usefixtures("kept", "confided", "invented_exam")


def at(registration, page=""):
    return f"/mes-inscriptions/{registration.number}/amenagement{page}"


def read(client, registration, page=""):
    return main(client.get(at(registration, page))).replace("\xa0", " ").replace("\u202f", " ")


def test_what_was_written_in_time_is_led_to_why_it_is_late_and_not_to_a_refusal(
    sign_in, stopped_clock
):
    registration = a_registration(informations=DECLARED)
    write(registration)
    confide(registration, kind="CERTIFICAT")
    client = sign_in(registration.candidate)
    assert "À faire Relire et envoyer la demande" in read(client, registration)

    stopped_clock.move_to(LATE)
    client = sign_in(registration.candidate)
    page = client.get(at(registration))
    assert (page.context["next"], page.context["may_send"]) == ("late", False)
    said = "À faire Dire pourquoi votre demande est tardive Relire et envoyer la demande"
    assert said in main(page).replace("\xa0", " ")
    assert "Dire pourquoi elle est tardive" in main(page)
    assert "Envoyer ma demande" not in main(page)

    write(registration, late_reason="APPARUE", at=LATE)
    assert client.get(at(registration)).context["next"] == "send"
    client.post(at(registration, "/envoi"), {"vu": case_of(registration).revision})
    assert case_of(registration).state == State.ASKED


def test_a_guardian_signs_once_it_is_said_why_a_request_is_late(sign_in, stopped_clock):
    registration = a_minor()
    write(registration)
    sign(registration)
    confide(registration, kind="CERTIFICAT")
    stopped_clock.move_to(LATE)
    client = sign_in(registration.candidate)

    # Saying it changes what was signed.
    assert client.get(at(registration)).context["next"] == "late"
    write(registration, late_reason="APPARUE", at=LATE)
    assert client.get(at(registration)).context["next"] == "sign"


def test_what_was_added_in_time_and_left_says_why_it_is_late(sign_in, stopped_clock):
    registration = a_registration(informations=DECLARED)
    reach(registration, State.ASKED, Wish(THIRD, ("E1",)), Wish(ACCESS))
    take_up(registration, at=NOW)
    write(registration, Wish(THIRD, ("E1",)), Wish(READER, ("E1",)), Wish(ACCESS))
    confide(registration, kind="CERTIFICAT")
    stopped_clock.move_to(LATE)

    page = sign_in(registration.candidate).get(at(registration))

    assert (page.context["next"], page.context["may_send"]) == ("late", False)
    assert "Dire pourquoi ce que vous y ajoutez est tardif" in main(page).replace("\xa0", " ")
    assert "Dire pourquoi cet ajout est tardif" in main(page)


def test_what_was_added_in_time_and_left_is_taken_out_where_nothing_late_is_taken(
    sign_in, stopped_clock
):
    registration = with_rules(NOTHING_LATE)
    reach(registration, State.ASKED, Wish(THIRD, ("E1",)), Wish(ACCESS))
    take_up(registration, at=NOW)
    write(registration, Wish(THIRD, ("E1",)), Wish(READER, ("E1",)), Wish(ACCESS))
    confide(registration, kind="CERTIFICAT")
    stopped_clock.move_to(LATE)
    client = sign_in(registration.candidate)

    page = client.get(at(registration))
    assert (page.context["next"], page.context["may_send"]) == ("late", False)
    said = "Retirer de votre demande ce que vous y ajoutez trop tard"
    assert said in main(page).replace("\xa0", " ")

    write(registration, *WISHES, at=LATE)
    page = client.get(at(registration))
    assert (page.context["next"], page.context["may_send"]) == ("send", True)


@pytest.mark.parametrize(
    ("state", "step"),
    [
        (State.PREPARING, "Demande envoyée"),
        (State.ASKED, "Confiée au médecin"),
        (State.INCOMPLETE, "Confiée au médecin"),
        (State.WITH_DOCTOR, "Avis du médecin rendu"),
        (State.DECIDED, "Décision notifiée"),
    ],
)
def test_of_who_is_set_aside_nobody_is_awaited_and_nothing_is_to_be_done(
    sign_in, stopped_clock, state, step
):
    registration = a_registration(informations=DECLARED)
    confide(registration, kind="CERTIFICAT")
    reach(registration, state)
    deciding.decide(
        registration=again(registration), decision=SET_ASIDE, reason="Doublon", by=MANAGER, at=NOW
    )

    page = sign_in(registration.candidate).get(at(registration))

    steps = [one for one in page.context["steps"] if one["state"] != "done"]
    assert [(one["label"], one["state"], one["note"]) for one in steps[:1]] == [
        (step, "waiting", "")
    ]
    assert page.context["next"] == ""
    said = "Votre inscription est écartée : Doublon. Votre demande n'avance plus."
    assert said in main(page).replace("\xa0", " ")
    assert "À vous" not in main(page)
    assert "à envoyer" not in main(page).replace("\xa0", " ")
    assert "Déposer" not in main(page)
    # What was confided is still read there, or taken back.
    assert f"/mes-inscriptions/{registration.number}/sante" in page.text


# --- In time, as the session had just ended --------------------------------------------------


SEND = "form[action$='/envoi']"


@pytest.fixture
def ended(sign_in, stopped_clock):
    """Give whoever sends a request in the last minute, thirty-one after reading it over."""
    registration = a_registration(informations=DECLARED)
    write(registration)
    until = again(registration).accommodation_until
    stopped_clock.move_to(until - timedelta(minutes=31))
    browser = sign_in(registration.candidate)
    read_over = shown(browser.get(at(registration)), SEND)
    stopped_clock.move_to(until + timedelta(seconds=30))
    assert browser.post(at(registration, "/envoi"), read_over).url.startswith("/connexion")
    stopped_clock.move_to(until + timedelta(minutes=3))
    return registration, until


def test_what_was_sent_in_time_as_the_session_ended_counts_sent_again(ended, sign_in):
    registration, until = ended
    browser = sign_in(registration.candidate)

    page = browser.get(at(registration))
    assert "Votre clic sur « Envoyer ma demande » est arrivé le" in main(page).replace("\xa0", " ")
    assert "Cliquez de nouveau avant le" in main(page)
    browser.post(at(registration, "/envoi"), shown(page, SEND))

    case = case_of(registration)
    assert (case.state, case.late_reason) == (State.ASKED, "")
    assert case.asked_at == until + timedelta(seconds=30)
    [kept] = Entry.objects.filter(verb=UNSENT)
    assert (kept.at, kept.object_id) == (case.asked_at, str(registration.pk))


def test_it_does_not_count_once_it_was_changed_or_after_ten_minutes(ended, sign_in, stopped_clock):
    registration, _ = ended
    page = sign_in(registration.candidate).get(at(registration))
    stopped_clock.shift(timedelta(minutes=10))

    later = sign_in(registration.candidate).get(at(registration))
    sign_in(registration.candidate).post(at(registration, "/envoi"), shown(page, SEND))

    assert "Cette heure est gardée, mais rien n'est envoyé : contactez" in main(later).replace(
        "\xa0", " "
    )
    assert later.context["may_send"] is False
    assert case_of(registration).state == State.PREPARING


def test_while_requests_are_in_time_nothing_is_said_of_it(sign_in, stopped_clock):
    registration = a_registration(informations=DECLARED)
    write(registration)
    browser = sign_in(registration.candidate)
    read_over = shown(browser.get(at(registration)), SEND)
    stopped_clock.shift(timedelta(minutes=31))
    browser.post(at(registration, "/envoi"), read_over)

    page = sign_in(registration.candidate).get(at(registration))

    assert "Votre clic" not in main(page)
