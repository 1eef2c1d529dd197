"""Nobody answers a request in time: silence decides, and whoever it concerns is told (CRPA L. 231-1)."""

from datetime import timedelta

import pytest
import time_machine

from sporades.accommodations.operations import OpinionOn
from sporades.accommodations.states import Opinion, State
from sporades.acts import accommodating
from sporades.acts.accommodating.silent import AcceptedBySilence as GrantedBySilence
from sporades.acts.identities import asking
from sporades.acts.registrations import deciding, requesting
from sporades.acts.requests.silence import (
    AcceptedBySilence,
    formally,
    is_accepted_by_silence,
    silence_in_words,
)
from sporades.acts.requests.telling import tell_of_silence
from sporades.candidates.models import Candidate
from sporades.candidates.operations import civil_data
from sporades.core.days import months_after
from sporades.core.french import day_in_words
from sporades.letters.models import Letter
from sporades.mail.models import Message
from sporades.registrations.models import ChangeRequest
from sporades.registrations.states import RESTORE, SET_ASIDE, RequestState
from tests.accommodations import asked as cases
from tests.accommodations.asked import MANAGER, case_of
from tests.documents.summaries import a_pdf
from tests.evidence.given import again
from tests.factories import (
    BY_LETTER,
    NOW,
    OPERATOR,
    a_record,
    a_registration,
    author,
    load_invented,
)
from tests.medical.given import confide
from tests.requests import ask
from tests.web.guide import main, plain, signed_in

REJECTED = 'decision_implicite: {sens: rejet, mois: 2, recours: "Vous pouvez saisir le tribunal."}'
DAY = timedelta(days=1)

pytestmark = pytest.mark.usefixtures("invented_exam")


@pytest.fixture
def registration(invented_exam):
    return a_registration(informations={"has_disability": "oui"})


@pytest.fixture
def late(registration):
    return registration.service.closes_at + 2 * DAY


def told():
    return Message.objects.filter(kind="request_silent").order_by("pk")


def page(registration, address, at):
    with time_machine.travel(at, tick=False):
        browser = signed_in(registration.candidate.user)
        return plain(main(browser.get(address, follow=True)))


def correct(registration, *, at):
    candidate = Candidate.objects.get(pk=registration.candidate_id)
    return asking.send(
        candidate=candidate,
        identity={**civil_data(candidate.identity), "birth_name": "Le Gouff"},
        seen=candidate.identity_id,
        reason="Une lettre manque",
        proof=[a_pdf()],
        by=author(candidate),
        at=at,
    )


def whole(registration, *, confided_at=NOW):
    """Have a request for accommodations wait for a doctor, with what it calls for."""
    made = cases.reach(registration, State.ASKED)
    confide(registration, kind="CERTIFICAT", at=confided_at)
    return made


# --- Modifications and corrections -----------------------------------------------------------


@pytest.mark.parametrize(
    ("send", "address", "what"),
    [
        (ask, "/mes-inscriptions/{0.number}", "Votre demande de modification"),
        (lambda one, at: correct(one, at=at), "/mon-compte", "Votre demande de correction"),
    ],
    ids=["modification", "correction"],
)
def test_the_page_of_its_candidate_says_that_silence_has_accepted_a_request(
    registration, late, send, address, what
):
    send(registration, late)
    last = months_after(late.date(), 2)
    before = page(registration, address.format(registration), late + 40 * DAY)
    assert f"{what} attend une réponse" in before
    assert f"le {day_in_words(last)}, votre demande sera réputée acceptée" in before

    after = page(registration, address.format(registration), late + 90 * DAY)

    assert f"{what} est restée sans réponse" in after
    assert f"le {day_in_words(last)}, votre demande est réputée acceptée depuis ce jour" in after
    assert "l'acceptera ou la refusera" not in after
    assert "Retirer ma demande" in after


def test_its_candidate_is_told_once_on_the_morning_after(registration, late):
    ask(registration, late)
    last = late + (months_after(late.date(), 2) - late.date())

    runs = [tell_of_silence(at=at) for at in (last, last + DAY, last + 2 * DAY)]

    assert runs == [0, 1, 0]
    message = told().get()
    assert message.recipient == registration.candidate.user.email
    assert "est réputée acceptée depuis ce jour" in plain(message.body)
    assert f"/mes-inscriptions/{registration.number}" in message.body


def test_a_correction_is_told_of_and_leads_to_the_account(registration):
    correct(registration, at=NOW)

    assert tell_of_silence(at=NOW + 90 * DAY) == 1
    assert tell_of_silence(at=NOW + 91 * DAY) == 0
    assert told().get().body.count("/mon-compte") == 1


def test_who_has_no_mail_is_told_by_a_letter(late):
    ask(a_registration(a_record()), late)

    assert tell_of_silence(at=late + 90 * DAY) == 1

    body = told().get().body
    assert "est réputée acceptée depuis ce jour" in plain(body)
    assert "http" not in body


def decide(registration, decision, *, at):
    deciding.decide(
        registration=again(registration), decision=decision, reason="Erreur", by=OPERATOR, at=at
    )


def test_it_counts_anew_once_what_was_set_aside_is_restored(registration, late):
    asked = ask(registration, late)
    decide(registration, SET_ASIDE, at=late + DAY)
    back = late + 95 * DAY - timedelta(hours=6)
    decide(registration, RESTORE, at=back)
    last = back + (months_after(back.date(), 2) - back.date())

    runs = [tell_of_silence(at=at) for at in (back + DAY, last, last + DAY)]

    assert runs == [0, 0, 1]
    on = day_in_words(last.date())
    assert f"le {on}, votre demande est réputée acceptée" in plain(told().get().body)
    asked = ChangeRequest.objects.get(pk=asked.pk)
    assert on in plain(formally(asked, at=back)[0])
    said = Message.objects.filter(kind="state_changed").latest("pk").body
    assert (
        "elle est de nouveau étudiée, et le délai pour vous répondre recommence, sauf s'il avait déjà "
        "pris fin."
    ) in plain(said)


def test_what_it_had_accepted_before_stays_so(registration, late):
    ask(registration, late)
    on = day_in_words(months_after(late.date(), 2))
    decide(registration, SET_ASIDE, at=late + 90 * DAY)
    decide(registration, RESTORE, at=late + 95 * DAY)

    asked = ChangeRequest.objects.select_related("registration__service").get()

    assert on in silence_in_words(asked, at=late + 96 * DAY)
    assert is_accepted_by_silence(asked, at=late + 96 * DAY)


@pytest.mark.parametrize("ended", ["decided", "taken back", "set aside"])
def test_nothing_is_told_of_what_waits_no_more(registration, late, ended):
    asked = ask(registration, late)
    if ended == "decided":
        requesting.refuse(request=asked, answer="Non", by=OPERATOR, at=late)
    elif ended == "taken back":
        requesting.take_back(request=asked, by=author(registration.candidate), at=late)
    else:
        decide(registration, SET_ASIDE, at=late)

    assert tell_of_silence(at=late + 90 * DAY) == 0


def test_where_silence_rejects_the_page_and_the_mail_say_how_to_contest_it(late):
    load_invented(("decision_implicite: {sens: acceptation, mois: 2}", REJECTED))
    registration = a_registration()
    ask(registration, late)

    assert tell_of_silence(at=late + 90 * DAY) == 1

    for said in (
        plain(told().get().body),
        page(registration, f"/mes-inscriptions/{registration.number}", late + 90 * DAY),
    ):
        assert "réputée rejetée depuis ce jour. Une réponse reste possible. Vous pouvez" in said


def test_what_silence_has_accepted_is_not_refused_unknowingly(registration, late):
    asked, after = ask(registration, late), late + 90 * DAY

    with pytest.raises(AcceptedBySilence):
        requesting.refuse(request=asked, answer="Trop tard", by=OPERATOR, at=after)
    assert ChangeRequest.objects.get().is_waiting
    requesting.refuse(request=asked, answer="Illégale", by=OPERATOR, at=after, takes_back=True)

    taken_back = "était réputée acceptée depuis le"
    assert taken_back in plain(Message.objects.get(kind="change_refused").body)
    assert taken_back in page(registration, f"/mes-inscriptions/{registration.number}", after)


def test_a_correction_is_not_refused_unknowingly_either(registration):
    asked = correct(registration, at=NOW)

    with pytest.raises(AcceptedBySilence):
        asking.refuse(request=asked, answer="Non", by=OPERATOR, at=NOW + 90 * DAY)


def test_what_silence_has_accepted_is_still_accepted(registration, late):
    asked = ask(registration, late)

    requesting.accept(request=asked, by=OPERATOR, at=late + 90 * DAY)

    asked.refresh_from_db()
    assert asked.state == RequestState.ACCEPTED


# --- Accommodations --------------------------------------------------------------------------


@pytest.mark.usefixtures("kept", "confided")
def test_the_page_of_accommodations_says_that_silence_has_accepted(registration):
    whole(registration)
    address = f"/mes-inscriptions/{registration.number}/amenagement"

    assert "le 25 janvier 2027, votre demande sera réputée" in page(registration, address, NOW)
    after = page(registration, address, NOW + 90 * DAY)

    assert "le 25 janvier 2027, votre demande est réputée acceptée depuis ce jour" in after
    assert "sera réputée" not in after


def test_of_one_that_lacks_a_paper_silence_has_decided_nothing(registration):
    cases.reach(registration, State.ASKED)

    assert accommodating.tell_of_unanswered(at=NOW + 90 * DAY) == 0
    address = f"/mes-inscriptions/{registration.number}/amenagement"
    said = page(registration, address, NOW + 90 * DAY)
    assert "Votre demande n'est pas réputée acceptée" in said
    assert "avant la date limite d'envoi" not in said


@pytest.mark.usefixtures("kept", "confided")
def test_silence_counts_from_the_last_paper_that_was_due(registration):
    whole(registration, confided_at=NOW + 10 * DAY)
    case = case_of(registration)
    case.registration = registration

    assert accommodating.silence_in_words(case, at=NOW) == (
        "Sans réponse, le silence vaudra acceptation le 5 février 2027"
    )


@pytest.mark.usefixtures("kept", "confided")
def test_of_accommodations_too_it_counts_anew_once_what_was_set_aside_is_restored(registration):
    whole(registration)
    decide(registration, SET_ASIDE, at=NOW + DAY)
    decide(registration, RESTORE, at=NOW + 95 * DAY)

    assert accommodating.tell_of_unanswered(at=NOW + 96 * DAY) == 0
    case = case_of(registration)
    case.registration = again(registration)
    given = accommodating.given_for([case])
    for known in (None, given):
        assert accommodating.silence_in_words(case, known, at=NOW + 96 * DAY) == (
            "Sans réponse, le silence vaudra acceptation le 28 avril 2027"
        )


@pytest.mark.usefixtures("kept", "confided")
@pytest.mark.parametrize("state", [State.ASKED, State.WITH_DOCTOR, State.OPINION_GIVEN])
def test_whoever_waits_for_a_decision_is_told_once_and_not_of_what(registration, state):
    confide(registration, kind="CERTIFICAT")
    cases.reach(registration, state)

    runs = [accommodating.tell_of_unanswered(at=NOW + n * DAY) for n in (61, 62, 63)]

    assert runs == [0, 1, 0]
    body = plain(told().get().body)
    assert "Votre demande reçue le mercredi 25 novembre 2026" in body
    assert "est réputée acceptée depuis ce jour" in body
    for word in ("aménagement", "handicap", "santé", "certificat", "médecin"):
        assert word not in body.lower()


@pytest.mark.usefixtures("kept", "confided")
@pytest.mark.parametrize(
    "state", [State.INCOMPLETE, State.DECIDED, State.NOTIFIED, State.WITHDRAWN]
)
def test_whoever_waits_for_none_is_not(registration, state):
    confide(registration, kind="CERTIFICAT")
    cases.reach(registration, state)

    assert accommodating.tell_of_unanswered(at=NOW + 90 * DAY) == 0


@pytest.mark.usefixtures("kept", "confided")
def test_nor_is_one_whose_decision_is_taken_again(registration):
    confide(registration, kind="CERTIFICAT")
    cases.taken_again(cases.reach(registration, State.NOTIFIED), has_opinion=True)

    assert accommodating.tell_of_unanswered(at=NOW + 90 * DAY) == 0


@pytest.mark.usefixtures("kept", "confided")
def test_the_guardian_of_a_minor_is_told_that_something_awaits():
    minor = cases.a_minor()
    confide(minor, kind="CERTIFICAT")
    cases.write(minor)
    cases.sign(minor)
    cases.send(minor)
    before = Message.objects.filter(kind="guardian_awaited").count()

    assert accommodating.tell_of_unanswered(at=NOW + 90 * DAY) == 1

    assert Message.objects.filter(kind="guardian_awaited").count() == before + 1


@pytest.mark.usefixtures("kept", "confided")
def test_where_only_letters_reach_both_are_written_to():
    minor = cases.a_minor(guardian="")
    confide(minor, kind="CERTIFICAT")
    cases.write(minor)
    cases.sign(minor)
    cases.send(minor)
    # Its account is closed since: letters alone reach.
    Candidate.objects.filter(pk=minor.candidate_id).update(user=None, **BY_LETTER)
    before = Letter.objects.count()

    assert accommodating.tell_of_unanswered(at=NOW + 90 * DAY) == 1

    sent = Letter.objects.order_by("pk")[before:]
    assert sorted(one.message.kind for one in sent) == ["guardian_awaited", told().get().kind]


@pytest.mark.usefixtures("kept", "confided")
def test_an_opinion_against_what_silence_has_granted_is_not_followed_with_many(registration):
    confide(registration, kind="CERTIFICAT")
    cases.write(registration)
    cases.send(registration)
    cases.entrust(registration)
    cases.opine(registration, TIERS=OpinionOn(Opinion.UNFAVOURABLE, text="Non."))
    cases.has_decided()

    with pytest.raises(GrantedBySilence):
        accommodating.follow_opinion(registration=registration, by=MANAGER, at=NOW + 90 * DAY)
    accommodating.follow_opinion(registration=registration, by=MANAGER, at=NOW + DAY)
    assert case_of(registration).state == State.DECIDED


@pytest.mark.usefixtures("kept", "confided")
def test_one_that_favours_everything_is_followed(registration):
    confide(registration, kind="CERTIFICAT")
    cases.reach(registration, State.OPINION_GIVEN)
    cases.has_decided()

    accommodating.follow_opinion(registration=registration, by=MANAGER, at=NOW + 90 * DAY)

    assert case_of(registration).state == State.DECIDED
