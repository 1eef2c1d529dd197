"""A request that its doctor has no more, or that is over: why, and what was typed (H3)."""

import json
from datetime import timedelta

import pytest
import time_machine

from sporades.accommodations.models import Case
from sporades.accommodations.states import State
from sporades.acts import accommodating
from sporades.acts.medical import erasing, opining
from sporades.acts.registrations import leaving, moving
from sporades.core.french import day_in_words
from sporades.medical.models import Opening, OpinionDraft, Paper
from sporades.medical.operations import compartment_of
from sporades.registrations.models import Registration
from sporades.retention.categories import confided_until
from tests.accommodations.asked import MANAGER, send
from tests.factories import NOW, author
from tests.medical.given import write as confide_remark
from tests.spaces import whole_numbers
from tests.web.doctor.space import (
    OPINION,
    a_doctor,
    at,
    browser_of,
    comment,
    plain,
    sign,
    take,
    take_again,
    write,
)

TYPED = {**OPINION, "texte": "Un mot qui m'a pris du temps.", "revision": "0"}
CANCELLED = "Le service a annulé la reprise : la décision notifiée reste en vigueur"
PAGES = {
    "case": {**TYPED, "relire": "1"},
    "sign": {**TYPED, "vue": "1"},
    "remarks": {"texte": TYPED["texte"], "lecteur": "candidat"},
    "ask": {"texte": TYPED["texte"]},
}


def cancel(case):
    accommodating.cancel_taking_again(
        case=case, reason="Reprise par erreur.", by=MANAGER, at=NOW + timedelta(days=2)
    )


def withdraw(case):
    accommodating.withdraw(case=case, by=author(case.registration.candidate), at=NOW)


@pytest.fixture
def again(notified, doctor):
    """Return the request that takes that decision again for a new opinion, taken by its doctor."""
    made = take_again(notified)
    take(doctor, made)
    return made


# --- The taking again of a decision that is cancelled ------------------------------------------


def test_that_a_taking_again_is_cancelled_is_said_on_the_open_page_and_on_the_case(again, doctor):
    cancel(again)

    kept = doctor.post(at("keep", again), TYPED)
    page = doctor.get(at("case", again))

    assert kept.status_code == page.status_code == 409
    assert CANCELLED in json.loads(kept.content)["message"].replace("\xa0", " ")
    assert CANCELLED in plain(page)
    assert "retiré" not in plain(page)
    assert "effacé" not in plain(page)
    assert at("case", again.instead_of) in page.text
    assert doctor.get(at("case", again.instead_of)).status_code == 200


def test_that_a_taking_again_is_cancelled_is_said_to_who_would_take_it(notified, doctor):
    made = take_again(notified)
    cancel(made)

    answer = plain(take(doctor, made))

    assert f"{CANCELLED}. Cette demande n'attend plus de médecin." in answer
    assert "a retiré" not in answer


@pytest.mark.parametrize("page", PAGES)
def test_what_was_typed_of_a_taking_again_that_is_cancelled_is_shown(again, doctor, page):
    cancel(again)

    answer = doctor.post(at(page, again), PAGES[page])

    assert answer.status_code == 409
    assert "Ce que vous veniez de taper" in plain(answer)
    assert TYPED["texte"] in plain(answer)
    assert "va avec la demande" not in plain(answer)


def test_the_other_doctor_of_a_taking_again_that_is_cancelled_is_led_to_no_opinion(notified, other):
    made = take_again(notified)
    take(other, made)
    cancel(made)

    page = other.get(at("case", made))

    assert CANCELLED in plain(page)
    assert at("case", notified) not in page.text


# --- What its candidate takes back, or leaves --------------------------------------------------


@pytest.mark.parametrize("page", PAGES)
def test_what_was_typed_of_a_request_that_is_taken_back_is_shown(case, doctor, page):
    withdraw(case)

    answer = doctor.post(at(page, case), PAGES[page])

    assert answer.status_code == 409
    assert "Le candidat a retiré sa demande. Il n'y a plus d'avis à rendre." in plain(answer)
    assert TYPED["texte"] in plain(answer)


def test_the_page_that_is_read_over_sends_what_was_typed_once_more(case, doctor):
    write(doctor, case, texte="Un mot.", note="À surveiller.")

    page = doctor.get(at("sign", case)).text

    for name, value in {**OPINION, "texte": "Un mot.", "note": "À surveiller."}.items():
        assert f'<input type="hidden" name="{name}" value="{value}">' in page


@pytest.mark.parametrize("page", ["case", "sign"])
def test_what_is_taken_back_at_the_very_instant_keeps_what_was_typed(
    case, doctor, monkeypatch, page
):
    def over(**_):
        raise opining.Withdrawn.of(case)

    write(doctor, case)
    monkeypatch.setattr(opining, "keep", over)
    monkeypatch.setattr(opining, "sign", over)

    answer = doctor.post(at(page, case), PAGES[page])

    assert answer.status_code == 409
    assert TYPED["texte"] in plain(answer)


def test_a_registration_that_ended_is_not_said_to_be_a_request_that_was_taken_back(case, doctor):
    leaving.withdraw(registration=case.registration, by=author(case.registration.candidate), at=NOW)

    page = plain(doctor.get(at("case", case)))

    assert "L'inscription a pris fin, et la demande avec elle." in page
    assert "retiré" not in page


def test_papers_of_health_are_said_to_go_on_the_day_of_their_compartment_and_gone_once_they_are(
    case, doctor, registration
):
    withdraw(case)
    found = compartment_of(registration)
    before = plain(doctor.get(at("case", case)))
    kept_until = day_in_words(confided_until(found.erase_after, case.registration))
    assert Paper.objects.exists()
    erasing.erase(found, at=NOW + timedelta(days=2))
    after = plain(doctor.get(at("case", case)))

    assert f"Ses papiers de santé seront effacés à partir du {kept_until}." in before
    assert "Ses papiers de santé sont effacés." in after
    assert not Paper.objects.exists()


def test_of_papers_that_another_request_has_taken_nothing_is_said(case, doctor, registration):
    withdraw(case)
    accommodating.prepare(
        registration=registration, by=author(registration.candidate), at=NOW + timedelta(hours=1)
    )

    assert "effacé" not in plain(doctor.get(at("case", case)))


def test_the_number_of_a_request_that_left_stands_in_one_line(case, doctor):
    withdraw(case)

    page = whole_numbers(doctor.get(at("case", case)).text)

    number = case.registration.number
    assert f'<h1>Demande n° <span class="s-nowrap">{number}</span></h1>' in page


# --- Its registration is given to another academy ----------------------------------------------

GIVEN = "Cette demande n'est plus chez vous : l'inscription a été donnée à une autre académie, le "


def give_away(case, academy="A25"):
    moving.move_for_good(
        registration=Registration.objects.whole().get(pk=case.registration_id),
        academy=academy,
        reason="Elle a déménagé",
        by=MANAGER,
        at=NOW,
    )


def shows_nothing_of(page, registration):
    said = (registration.number, registration.identity.birth_name, "Versailles", "Elle a déménagé")
    return not any(one in page.text for one in said)


@pytest.mark.parametrize("page", PAGES)
def test_what_was_typed_of_a_request_that_another_academy_has_is_shown_and_nothing_of_it(
    case, doctor, page
):
    write(doctor, case)
    give_away(case)

    answer = doctor.post(at(page, case), PAGES[page])
    read = doctor.get(at(page, case))

    assert answer.status_code == read.status_code == 409
    for one in (answer, read):
        assert GIVEN in plain(one)
        assert shows_nothing_of(one, case.registration)
    assert TYPED["texte"] in plain(answer)
    assert TYPED["texte"] not in plain(read)


def test_what_is_kept_and_what_is_pressed_there_say_it_too(case, doctor):
    give_away(case)

    kept = doctor.post(at("keep", case), TYPED)

    assert kept.status_code == 409
    assert GIVEN in json.loads(kept.content)["message"].replace("\xa0", " ")
    assert OpinionDraft.objects.count() == 0


@pytest.mark.parametrize("page", ["attest", "give_back"])
def test_what_asks_for_nothing_typed_says_why_too(case, doctor, page):
    give_away(case)

    for answer in (doctor.get(at(page, case)), doctor.post(at(page, case), {"vue": "1"})):
        assert answer.status_code == 409
        assert GIVEN in plain(answer)
        assert shows_nothing_of(answer, case.registration)


def test_given_further_and_taken_there_by_another_doctor_it_is_said_still(case, doctor):
    give_away(case)
    there = browser_of(a_doctor("autre@exemple.test", "Dr Paul Petit", ["A25"]))
    take(there, case)

    answer = doctor.post(at("remarks", case), PAGES["remarks"])

    assert GIVEN in plain(answer)
    assert "Petit" not in answer.text
    assert there.get(at("case", case)).status_code == 200


def test_an_opinion_that_was_signed_goes_with_its_registration(case, doctor):
    write(doctor, case, button="relire")
    sign(doctor, case)
    give_away(case)

    page = doctor.get(at("case", case))

    assert GIVEN in plain(page)
    assert shows_nothing_of(page, case.registration)


def test_a_request_that_was_never_the_reader_s_and_left_is_nowhere(case, doctor, other):
    give_away(case)

    assert other.get(at("case", case)).status_code == 404
    assert other.post(at("remarks", case), PAGES["remarks"]).status_code == 404


def test_who_went_to_another_academy_is_told_of_no_gift(case, doctor):
    give_away(case, "A25")
    doctor.user.memberships.update(academies=["A28"])

    assert doctor.get(at("case", case)).status_code == 404


# --- Signed elsewhere --------------------------------------------------------------------------


def test_what_was_typed_in_a_window_of_an_opinion_that_another_has_signed_is_shown(case, doctor):
    write(doctor, case, button="relire")
    sign(doctor, case)

    opinion = doctor.post(at("case", case), PAGES["case"])
    remark = doctor.post(at("remarks", case), PAGES["remarks"])

    assert "L'avis est signé." in plain(opinion)
    assert TYPED["texte"] in plain(opinion)
    assert TYPED["texte"] in plain(remark)
    assert Case.objects.get(pk=case.pk).state == State.OPINION_GIVEN
    assert not OpinionDraft.objects.exists()


# --- It waits for what was asked of its candidate ----------------------------------------------

ASKED = "L'audiogramme de juin, s'il vous plaît."
HOME = "/medecin/"


def ask(browser, case):
    return browser.post(at("ask", case), {"texte": ASKED, "envoi": "une"})


def test_what_was_asked_of_a_candidate_is_reread_from_the_list(case, doctor):
    comment(doctor, case, "Bonjour.")
    with time_machine.travel(NOW + timedelta(minutes=5), tick=False):
        ask(doctor, case)

    listed = doctor.get(HOME)
    page = doctor.get(at("case", case))

    assert f'href="{at("case", case)}"' in listed.text
    assert page.status_code == 200
    assert "Ce que vous avez demandé" in plain(page)
    assert ASKED in plain(page)
    assert "Bonjour." not in plain(page)


def test_who_goes_back_and_asks_once_more_reads_what_was_asked_and_what_was_typed(case, doctor):
    ask(doctor, case)

    back = doctor.get(at("ask", case))
    twice = doctor.post(at("ask", case), {"texte": "Et celui de mai.", "envoi": "deux"})

    assert ASKED in plain(back)
    assert twice.status_code == 409
    assert all(one in plain(twice) for one in (ASKED, "Et celui de mai."))


def test_rereading_it_is_no_opening_and_opens_nothing_else(case, doctor):
    confide_remark(case.registration, "Mon mot.")
    ask(doctor, case)
    Opening.objects.all().delete()

    page = plain(doctor.get(at("case", case)))

    assert "Mon mot." not in page
    assert not Opening.objects.exists()


def test_another_doctor_does_not_read_what_was_asked(case, doctor, other):
    doctor.post(at("give_back", case), {"medecin": str(other.user.pk)})
    ask(other, case)

    page = doctor.get(at("case", case))

    assert page.status_code in {404, 409}
    assert ASKED not in page.text


def test_once_the_candidate_has_answered_it_is_not_reread_there(case, doctor):
    ask(doctor, case)
    send(case.registration)

    page = doctor.get(at("case", case))

    assert page.status_code == 409
    assert ASKED not in page.text


def test_what_the_office_finds_incomplete_leads_nowhere(case, doctor):
    accommodating.declare_incomplete(case=case, missing="Une page.", by=MANAGER, at=NOW)

    listed = doctor.get(HOME)

    assert "Attend le candidat" in plain(listed)
    assert at("case", case) not in listed.text
