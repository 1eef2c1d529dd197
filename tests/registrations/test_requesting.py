"""E7: once the service has closed, a modification is asked for, frozen, and decided."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.db import IntegrityError, transaction

from sporades.acts.registrations import deciding, registering, requesting
from sporades.acts.requests.silence import SET_ASIDE_MEANWHILE, AnswerMissing, formally
from sporades.core.days import months_after
from sporades.core.french import day_in_words
from sporades.core.refusals import Refused
from sporades.exams.models import RegistrationService
from sporades.intake import cleaning
from sporades.journal.models import Entry
from sporades.mail.models import Message
from sporades.registrations.models import ChangeRequest, Draft
from sporades.registrations.operations import drafting
from sporades.registrations.refusals import (
    AwaitsDecision,
    Closed,
    EndedAlready,
    ExamOver,
    Incomplete,
    NothingToAsk,
    RulesChanged,
    StillOpen,
)
from sporades.registrations.states import SET_ASIDE, VALIDATE, RequestState, State
from tests.documents.summaries import a_pdf
from tests.endurance.arena import together
from tests.factories import (
    NOW,
    OPERATOR,
    a_candidate,
    a_draft,
    a_registration,
    author,
    load_invented,
)
from tests.registrations.test_outcomes import NEW_QUESTION
from tests.requests import ask
from tests.web.registry.world import a_member

pytestmark = pytest.mark.usefixtures("invented_exam")

WHY = "J'ai déménagé"


@pytest.fixture
def registration(invented_exam):
    return a_registration()


@pytest.fixture
def late(registration):
    """Return an instant after the closing."""
    return registration.service.closes_at + timedelta(days=2)


def answered(draft, at, address="3 quai du Wault", **more):
    typed = draft.answers.get(section="identification").answers
    drafting.answer(
        draft=draft,
        section="identification",
        typed={**typed, "address_1": address, **more},
        seen_revision=None,
        at=at,
    )
    return draft


@pytest.fixture
def draft(registration, late):
    """Begin a modification after the closing, and change an address."""
    begun = requesting.begin(registration=registration, by=author(registration.candidate), at=late)
    return answered(begun, late)


def send(draft, at, reason=WHY, proof=None):
    return requesting.send(
        draft=draft,
        reason=reason,
        proof=[] if proof is None else [proof],
        by=author(draft.candidate),
        at=at,
    )


@pytest.fixture
def asked(draft, late):
    return send(draft, late)


def mails(kind):
    return Message.objects.filter(kind=kind).count()


# --- Asking ----------------------------------------------------------------------------------


def test_what_is_asked_changes_nothing_until_it_is_decided(asked, registration):
    registration.refresh_from_db()

    assert (registration.version, registration.address_1) == (1, "12 rue des Îles")
    assert asked.state == RequestState.SENT
    assert any("3 quai du Wault" in change for change in asked.changes)
    assert mails("change_requested") == 1
    # Their own words may tell of health: they are read in their space alone.
    assert WHY not in Message.objects.get(kind="change_requested").body


def test_while_the_service_is_open_nothing_is_asked(registration):
    with pytest.raises(StillOpen):
        requesting.begin(registration=registration, by=author(registration.candidate), at=NOW)


def test_a_modification_left_open_at_the_closing_may_be_asked_for(registration, late):
    begun = registering.amend(registration=registration, by=author(registration.candidate), at=NOW)
    draft = answered(begun, NOW)
    with pytest.raises(Closed):
        registering.register(draft=draft, by=author(draft.candidate), at=late)

    assert send(draft, late).state == RequestState.SENT


def test_nothing_changed_is_nothing_to_ask(registration, late):
    begun = requesting.begin(registration=registration, by=author(registration.candidate), at=late)

    with pytest.raises(NothingToAsk):
        send(begun, late)


def test_what_is_incomplete_is_not_sent(draft, late):
    answered(draft, late, address="")

    with pytest.raises(Incomplete):
        send(draft, late)
    assert not ChangeRequest.objects.exists()


def test_the_button_pressed_twice_sends_one_request(draft, late):
    assert send(draft, late) == send(draft, late)
    assert mails("change_requested") == 1


def test_a_proof_is_a_pdf_or_a_photo(draft, late):
    with pytest.raises(cleaning.Unknown):
        send(draft, late, proof=b"MZ")
    draft.refresh_from_db()
    assert draft.is_open

    assert send(draft, late, proof=a_pdf()).proof_key.endswith(".pdf")


def test_what_is_sent_is_frozen(asked, draft, late):
    with pytest.raises(AwaitsDecision):
        answered(draft, late, "1 rue Neuve")
    assert draft.answers.get(section="identification").answers["address_1"] == "3 quai du Wault"


def test_what_is_sent_is_not_filed_by_its_candidate_when_the_service_opens_again(asked, draft):
    at = draft.service.closes_at
    RegistrationService.objects.update(closes_at=at + timedelta(days=9))

    with pytest.raises(AwaitsDecision):
        registering.register(draft=draft, by=author(draft.candidate), at=at + timedelta(days=3))


def test_taken_back_it_may_be_changed_and_sent_again(asked, draft, late):
    requesting.take_back(request=asked, by=author(draft.candidate), at=late)

    assert asked.state == RequestState.TAKEN_BACK
    again = send(answered(Draft.objects.whole().get(pk=draft.pk), late, "1 rue Neuve"), late)
    assert any("1 rue Neuve" in change for change in again.changes)
    assert ChangeRequest.objects.waiting().get() == again


# --- Deciding --------------------------------------------------------------------------------


def test_accepted_it_is_the_next_version_in_the_name_of_who_accepts(asked, registration, late):
    version = requesting.accept(request=asked, by=OPERATOR, at=late)

    registration.refresh_from_db()
    assert (registration.version, registration.address_1) == (2, "3 quai du Wault")
    assert (version.number, version.author_name) == (2, OPERATOR.name)
    assert (asked.state, asked.version) == (RequestState.ACCEPTED, version)
    assert mails("change_accepted") == 1
    assert mails("amended") == 0
    verbs = set(Entry.objects.values_list("verb", flat=True))
    assert {"change requested", "change request accepted", "registration amended"} <= verbs


LAST_DATE = datetime(2027, 5, 21, 21, 59, 59, tzinfo=UTC)
"""The last second of the last of the dates of the invented exam."""


def test_once_the_exam_is_over_nothing_is_asked_any_more(registration):
    by, after = author(registration.candidate), LAST_DATE + timedelta(seconds=1)
    draft = answered(requesting.begin(registration=registration, by=by, at=LAST_DATE), LAST_DATE)

    with pytest.raises(ExamOver):
        send(draft, after)
    with pytest.raises(ExamOver):
        requesting.begin(registration=registration, by=by, at=after)
    assert send(draft, LAST_DATE).state == RequestState.SENT


def test_what_was_asked_before_is_decided_all_the_same(asked):
    requesting.accept(request=asked, by=OPERATOR, at=LAST_DATE + timedelta(days=1))

    asked.refresh_from_db()
    assert asked.state == RequestState.ACCEPTED


def test_a_validated_one_is_to_be_validated_again(draft, registration, late):
    asked = send(answered(draft, late, ine="0801234567A"), late)
    deciding.decide(registration=registration, decision=VALIDATE, reason="", by=OPERATOR, at=late)

    requesting.accept(request=asked, by=OPERATOR, at=late + timedelta(hours=1))

    registration.refresh_from_db()
    assert registration.awaits_new_validation


def test_refused_it_changes_nothing_and_may_be_asked_again(asked, registration, draft, late):
    with pytest.raises(AnswerMissing):
        requesting.refuse(request=asked, answer="", by=OPERATOR, at=late)
    requesting.refuse(request=asked, answer="Trop tard", by=OPERATOR, at=late)

    registration.refresh_from_db()
    assert registration.version == 1
    body = Message.objects.get(kind="change_refused").body
    assert "Trop tard" not in body
    assert "lisez-le à la page de votre inscription" in body
    assert send(Draft.objects.whole().get(pk=draft.pk), late).state == RequestState.SENT


def test_its_receipt_and_its_refusal_say_what_the_law_wants(asked, late):
    receipt = " ".join(Message.objects.get(kind="change_requested").body.split())
    silent_on = day_in_words(months_after(late.date(), 2))
    assert "Autorité compétente : " in receipt
    assert f"Sans réponse de sa part le {silent_on}, votre demande sera réputée " in receipt

    requesting.refuse(request=asked, answer="Trop tard", by=OPERATOR, at=late)

    asked.refresh_from_db()
    refusal = " ".join(Message.objects.get(kind="change_refused").body.split())
    assert f"Décision prise par : {OPERATOR.name}, " in refusal
    assert all(sentence in refusal for sentence in formally(asked, at=late))
    assert "saisir le tribunal administratif" in refusal


@pytest.mark.parametrize("first", ["accept", "refuse", "take_back"])
@pytest.mark.parametrize("then", ["accept", "refuse", "take_back", "assign"])
def test_what_is_decided_is_not_decided_again(asked, late, first, then, manager):
    acts = {
        "accept": lambda one: requesting.accept(request=one, by=OPERATOR, at=late),
        "refuse": lambda one: requesting.refuse(request=one, answer="Non", by=OPERATOR, at=late),
        "take_back": lambda one: requesting.take_back(
            request=one, by=author(one.draft.candidate), at=late
        ),
        "assign": lambda one: requesting.assign(request=one, user=manager, by=OPERATOR, at=late),
    }
    stale = ChangeRequest.objects.get(pk=asked.pk)
    acts[first](asked)

    with pytest.raises(Refused):
        acts[then](stale)


@pytest.fixture
def manager(db):
    return a_member("agent@exemple.test", "manager", ["A09"])


def test_what_is_done_of_one_request_is_done_of_no_other(asked, late, manager):
    other = ask(a_registration(), late)

    requesting.assign(request=other, user=manager, by=OPERATOR, at=late)
    requesting.take_back(request=other, by=author(other.registration.candidate), at=late)

    kept = ChangeRequest.objects.get(pk=asked.pk)
    assert kept.is_waiting
    assert (kept.assigned_to, kept.draft.sent_at) == (None, asked.sent_at)
    entries = Entry.objects.filter(verb__startswith="change request ").order_by("pk")
    assert [(one.verb.removeprefix("change request "), one.actor_kind) for one in entries] == [
        ("assigned", OPERATOR.kind),
        ("taken back", "candidate"),
    ]


def test_under_rules_that_have_moved_what_no_longer_fits_is_said(asked, late):
    load_invented(NEW_QUESTION)

    with pytest.raises(RulesChanged) as refused:
        requesting.accept(request=asked, by=OPERATOR, at=late)
    assert refused.value.troubles
    asked.refresh_from_db()
    assert asked.state == RequestState.SENT


def test_of_a_registration_that_was_set_aside_nothing_is_accepted(asked, registration, late):
    deciding.decide(
        registration=registration, decision=SET_ASIDE, reason="Doublon", by=OPERATOR, at=late
    )

    with pytest.raises(Refused, match="plus en cours"):
        requesting.accept(request=asked, by=OPERATOR, at=late)
    registration.refresh_from_db()
    assert registration.state == State.SET_ASIDE
    asked.refresh_from_db()
    assert formally(asked, at=late) == [SET_ASIDE_MEANWHILE]


def test_a_modification_that_is_abandoned_asks_nothing_any_more(asked, draft, late):
    drafting.abandon(draft=draft, at=late)

    asked.refresh_from_db()
    assert asked.state == RequestState.TAKEN_BACK


# --- At once ---------------------------------------------------------------------------------


def test_what_another_asks_stays_when_a_draft_is_abandoned(asked, late):
    typed = list(asked.draft.answers.values("section", "answers"))

    drafting.abandon(draft=a_draft(), at=late)

    kept = ChangeRequest.objects.get()
    assert kept.is_waiting
    assert (kept.draft.sent_at, kept.draft.abandoned_at) == (asked.sent_at, None)
    assert list(kept.draft.answers.values("section", "answers")) == typed


@pytest.mark.django_db(transaction=True)
def test_accepted_by_two_at_once_it_is_filed_once(asked, registration, late):
    def accept():
        return requesting.accept(
            request=ChangeRequest.objects.select_related("draft", "registration").get(),
            by=OPERATOR,
            at=late,
        )

    outcomes = together(*[accept] * 4)

    registration.refresh_from_db()
    assert registration.version == 2
    assert sum(isinstance(one, EndedAlready) for one in outcomes) == 3


def test_what_a_colleague_has_decided_is_not_said_to_have_other_answers(asked, late):
    stale = ChangeRequest.objects.get(pk=asked.pk)
    requesting.accept(request=asked, by=OPERATOR, at=late)

    with pytest.raises(EndedAlready):
        requesting.accept(request=stale, by=OPERATOR, at=late)


def test_what_was_refused_and_asked_again_otherwise_is_decided_of_the_last_one(asked, draft, late):
    stale = ChangeRequest.objects.get(pk=asked.pk)
    requesting.refuse(request=asked, answer="Non", by=OPERATOR, at=late)
    send(answered(draft, late, address="5 rue Royale"), late + timedelta(hours=1))

    with pytest.raises(EndedAlready):
        requesting.accept(request=stale, by=OPERATOR, at=late + timedelta(hours=2))


@pytest.mark.django_db(transaction=True)
def test_of_a_proof_sent_twice_or_refused_no_file_stays(draft, late, kept):
    with pytest.raises(StillOpen):
        send(draft, NOW, proof=a_pdf())
    assert kept() == []

    outcomes = together(*[lambda: send(draft, late, proof=a_pdf())] * 3)

    assert len({one.pk for one in outcomes}) == 1
    assert kept() == [Path(outcomes[0].proof_key).name]


@pytest.mark.django_db(transaction=True)
def test_sent_by_two_pages_at_once_it_is_one_request(draft, late):
    outcomes = together(*[lambda: send(draft, late)] * 4)

    assert len({one.pk for one in outcomes}) == 1


# --- What the database holds -----------------------------------------------------------------


@pytest.mark.parametrize(
    "change",
    [{"reason": ""}, {"state": "refused"}, {"state": "accepted"}, {"decided_at": NOW}],
    ids=str,
)
def test_the_database_refuses_a_request_that_cannot_be(asked, change):
    with pytest.raises(IntegrityError), transaction.atomic():
        ChangeRequest.objects.update(**change)


def test_only_what_its_candidate_fills_is_sent(invented_exam):
    draft = a_draft(a_candidate(email="autre@exemple.test"))
    agent = a_member("agent@exemple.test", "manager", ["A09"])
    with pytest.raises(IntegrityError, match="only_what_a_candidate"), transaction.atomic():
        Draft.objects.filter(pk=draft.pk).update(sent_at=NOW, author=agent)


def test_a_birthday_between_the_filing_and_the_request_refuses_nothing():
    load_invented(("exige: {age: {minimum: 18, au: 2027-12-31}}", "exige: {age: {maximum: 28}}"))
    registration = a_registration(a_candidate(birth_year=1997, birth_month=12, birth_day=1))
    late = registration.service.closes_at + timedelta(days=2)

    asked = ask(registration, late)
    requesting.accept(request=asked, by=OPERATOR, at=late + timedelta(days=1))

    registration.refresh_from_db()
    assert registration.version == 2
