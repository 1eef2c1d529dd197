"""Silence has accepted a request: nothing that is done of it later takes that back unsaid (CRPA L. 242-1)."""

from datetime import date, timedelta

import pytest

from sporades.accommodations.models import Again, AskedMeasure
from sporades.accommodations.operations import DecisionOn
from sporades.accommodations.rules import Wish
from sporades.accommodations.states import Decision, OpinionAgain, State
from sporades.acts import accommodating
from sporades.acts.accommodating.silent import AcceptedBySilence
from sporades.acts.medical import confiding
from sporades.acts.registrations import deciding
from sporades.exams.schema.accommodations import OTHER_REASON
from sporades.mail.models import Message
from sporades.medical.models import Paper
from sporades.registrations.models import Registration
from sporades.registrations.states import RESTORE, SET_ASIDE
from tests.accommodations.asked import (
    MANAGER,
    READER,
    THIRD,
    again,
    case_of,
    decide,
    entrust,
    find_incomplete,
    opine,
    reach,
    send,
    taken_again,
    under,
    write,
)
from tests.factories import NOW, OPERATOR, a_registration, author
from tests.medical.given import confide, found_clean
from tests.web.guide import plain

pytestmark = pytest.mark.usefixtures("kept", "confided", "invented_exam")

AFTER = NOW + timedelta(days=76)
"""Silence has accepted since 25 January 2027 what was sent whole NOW."""
ACCEPTED = "votre demande est réputée acceptée depuis ce jour"
FOR_OFFICE = "Le silence vaut acceptation depuis le 25 janvier 2027"
ADDED_FOR_OFFICE = ", sauf pour ce qui y a été ajouté après ce jour"
ADDED = "Cela ne vaut pas pour ce que vous y avez ajouté après ce jour."


@pytest.fixture
def registration(invented_exam):
    return a_registration(informations={"has_disability": "oui"})


def of(registration):
    case = case_of(registration)
    case.registration = again(registration)
    return case


def told(registration, at=AFTER):
    return plain(" ".join(accommodating.silence_told(of(registration), at=at)))


def whole(registration, state):
    found_clean(confide(registration, kind="CERTIFICAT"))
    reach(registration, state, Wish(THIRD))
    assert (ACCEPTED in told(registration)) is (state != State.NOTIFIED)


def taken_up(registration):
    by = author(registration.candidate)
    accommodating.take_up(case=case_of(registration), by=by, at=AFTER)


def opinion_asked_again(registration):
    why = OpinionAgain.UNCLEAR
    accommodating.reopen(case=case_of(registration), why=why, by=MANAGER, at=AFTER)


def certificate_taken_back(registration):
    by = author(registration.candidate)
    confiding.take_back(paper=Paper.objects.get(), by=by, at=AFTER)


@pytest.mark.parametrize(
    ("state", "act"),
    [
        (State.ASKED, lambda one: find_incomplete(one, at=AFTER)),
        (State.WITH_DOCTOR, lambda one: find_incomplete(one, at=AFTER)),
        (State.ASKED, taken_up),
        (State.ASKED, certificate_taken_back),
        (State.OPINION_GIVEN, opinion_asked_again),
    ],
)
def test_what_it_has_accepted_stays_so_whatever_is_done_of_it(registration, state, act):
    whole(registration, state)

    act(registration)

    assert ACCEPTED in told(registration)
    assert "n'est pas réputée" not in told(registration)
    assert FOR_OFFICE in plain(accommodating.silence_in_words(of(registration), at=AFTER))


@pytest.mark.parametrize(
    "now", ["sens: acceptation, mois: 4", "sens: rejet, mois: 2, recours: Ici."]
)
def test_it_counts_by_the_version_under_which_it_was_sent(registration, now):
    found_clean(confide(registration, kind="CERTIFICAT"))
    reach(registration, State.ASKED, Wish(THIRD))
    under(("sens: acceptation, mois: 2", now))

    assert ACCEPTED in told(registration)
    assert FOR_OFFICE in plain(accommodating.silence_in_words(of(registration), at=AFTER))
    assert accommodating.tell_of_unanswered(at=AFTER) == 1
    assert of(registration).accepted_on == date(2027, 1, 25)


def test_the_mail_that_says_it_keeps_it(registration):
    whole(registration, State.ASKED)
    assert accommodating.tell_of_unanswered(at=AFTER) == 1

    Paper.objects.all().delete()  # whatever becomes of what made it whole

    assert ACCEPTED in told(registration)


def test_sent_again_it_is_accepted_still_and_what_is_added_is_not(registration):
    whole(registration, State.ASKED)
    accommodating.tell_of_unanswered(at=AFTER)
    taken_up(registration)
    assert ADDED not in told(registration)
    send(registration, at=AFTER)

    receipt = plain(Message.objects.filter(kind="request_received").latest("pk").body)
    for said in (told(registration), receipt):
        assert ACCEPTED in said
        assert ADDED in said
        assert "sera réputée" not in said
    assert accommodating.tell_of_unanswered(at=AFTER + timedelta(days=1)) == 0


def test_who_decides_reads_that_what_is_added_is_not_accepted(registration):
    whole(registration, State.ASKED)
    accommodating.tell_of_unanswered(at=AFTER)
    taken_up(registration)
    why = {"late_reason": OTHER_REASON, "late_words": "Une opération."}
    write(registration, Wish(THIRD), Wish(READER), at=AFTER, **why)
    assert ADDED_FOR_OFFICE not in accommodating.silence_in_words(of(registration), at=AFTER)
    for step in (send, entrust, opine):
        step(registration, at=AFTER)
    assert plain(accommodating.silence_in_words(of(registration), at=AFTER)) == (
        f"{FOR_OFFICE}{ADDED_FOR_OFFICE}"
    )
    assert "Refuser ce qui a été ajouté après le 25 janvier 2027 n'en retire rien." in plain(
        accommodating.to_refuse_in_words(of(registration), at=AFTER)
    )

    decide(registration, at=AFTER, LECTEUR=DecisionOn(Decision.REFUSED, reason="Non."))
    accommodating.notify_decision(registration=again(registration), by=MANAGER, at=AFTER)

    said = plain(case_of(registration).notification.content["replaces"])
    assert said.startswith(
        "Faute de réponse, cette demande était réputée acceptée depuis le 25 janvier 2027"
        f"{ADDED_FOR_OFFICE}. La présente décision retire"
    )


def test_a_refusal_that_comes_after_says_what_it_takes_back(registration):
    whole(registration, State.ASKED)
    find_incomplete(registration, at=AFTER)
    send(registration, at=AFTER)
    entrust(registration, at=AFTER)
    opine(registration, at=AFTER)
    assert "retire cette acceptation" in accommodating.to_refuse_in_words(
        of(registration), at=AFTER
    )
    AskedMeasure.objects.update(opinion="unfavourable")
    with pytest.raises(AcceptedBySilence):
        accommodating.check_silence(of(registration), at=AFTER)

    decide(registration, at=AFTER, TIERS=DecisionOn(Decision.REFUSED, reason="Non."))
    accommodating.notify_decision(registration=again(registration), by=MANAGER, at=AFTER)

    said = plain(case_of(registration).notification.content["replaces"])
    assert said.startswith(
        "Faute de réponse, cette demande était réputée acceptée depuis le 25 janvier 2027"
    )


def test_what_it_has_accepted_stays_so_whatever_another_category_asks_for():
    registration = a_registration(
        informations={"has_disability": "oui", "category": "FORM"},
        qualification={"experience": "3"},
    )
    found_clean(confide(registration, kind="PLAN"))
    reach(registration, State.ASKED, Wish(THIRD), plan="PAP")
    assert ACCEPTED in told(registration)

    Registration.objects.filter(pk=registration.pk).update(category="INDIV")
    accommodating.follow(again(registration), by=MANAGER, at=AFTER)

    assert case_of(registration).state == State.INCOMPLETE
    assert ACCEPTED in told(registration)


def test_a_refusal_that_comes_in_time_takes_nothing_back(registration):
    whole(registration, State.OPINION_GIVEN)

    decide(registration, TIERS=DecisionOn(Decision.REFUSED, reason="Non."))
    accommodating.notify_decision(registration=again(registration), by=MANAGER, at=NOW)

    assert case_of(registration).notification.content["replaces"] == ""


def test_of_a_registration_that_is_set_aside_it_accepts_nothing_until_it_is_restored(registration):
    whole(registration, State.ASKED)
    said = {"registration": registration, "by": OPERATOR}
    deciding.decide(decision=SET_ASIDE, reason="Une erreur.", at=NOW, **said)
    restored = NOW + timedelta(days=7)

    assert told(registration) == ""
    assert accommodating.tell_of_unanswered(at=AFTER) == 0

    deciding.decide(decision=RESTORE, reason="", at=restored, **said)
    assert "Sans réponse de sa part le 2 février 2027" in told(registration, at=restored)


@pytest.mark.parametrize("has_opinion", [False, True])
def test_of_a_decision_that_is_taken_again_it_says_nothing(registration, has_opinion):
    whole(registration, State.NOTIFIED)

    taken_again(case_of(registration), why=Again.ERROR, has_opinion=has_opinion)

    assert told(registration) == ""
    assert accommodating.silence_in_words(of(registration), at=AFTER) == ""
    assert accommodating.tell_of_unanswered(at=AFTER) == 0


def test_what_lacks_a_paper_counts_from_the_opinion_that_did_without(registration):
    reach(registration, State.WITH_DOCTOR, Wish(THIRD))
    assert "n'est pas réputée acceptée" in told(registration)

    opine(registration, at=AFTER)

    assert ACCEPTED not in told(registration)
    assert "Sans réponse de sa part le 9 avril 2027" in told(registration)
    assert accommodating.tell_of_unanswered(at=AFTER) == 0
