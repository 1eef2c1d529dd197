"""I6: a candidate asks to correct frozen civil data, on proof; the office decides."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from sporades import journal
from sporades.accounts.permissions import Reach
from sporades.acts.identities import asking, correcting
from sporades.acts.registrations import deciding, leaving, moving
from sporades.acts.requests import CORRECTION_REFUSED, silence, telling
from sporades.acts.requests.silence import formally
from sporades.candidates.models import Candidate
from sporades.candidates.operations import civil_data
from sporades.core import files
from sporades.core.refusals import Refused
from sporades.intake import cleaning
from sporades.journal.models import Entry
from sporades.mail.models import Message
from sporades.registrations.models import CorrectionRequest, Registration
from sporades.registrations.models.correction_request import reached
from sporades.registrations.queries import last_correction_of
from sporades.registrations.refusals import NothingChanged
from sporades.registrations.states import SET_ASIDE, RequestState
from tests.documents.summaries import a_pdf
from tests.endurance.arena import together
from tests.factories import (
    NOW,
    OPERATOR,
    a_candidate,
    a_registration,
    author,
    registered_in_two_academies,
)
from tests.letters.test_printing import LILLE
from tests.web.registry.world import a_member

pytestmark = pytest.mark.usefixtures("invented_exam")

LATER = NOW + timedelta(hours=1)
NAME = "Zyzomys"
"""A name that nobody else has: it is looked for in mails and in the journal."""


@pytest.fixture
def registration(invented_exam):
    return a_registration()


def send(candidate, *, at=NOW, proof=None, seen=None, **changes):
    candidate = Candidate.objects.get(pk=candidate.pk)
    return asking.send(
        candidate=candidate,
        identity={**civil_data(candidate.identity), **(changes or {"birth_name": NAME})},
        seen=seen or candidate.identity_id,
        reason="Une lettre manque",
        proof=[a_pdf() if proof is None else proof],
        by=author(candidate),
        at=at,
    )


@pytest.fixture
def asked(registration):
    return send(registration.candidate)


@pytest.fixture
def manager(db):
    return a_member("agent@exemple.test", "manager", ["A09"])


def correct(registration, *, at=LATER, **changes):
    registration = Registration.objects.whole().get(pk=registration.pk)
    candidate = registration.candidate
    correcting.correct_identity(
        registration=registration,
        identity={**civil_data(candidate.identity), **changes},
        seen=candidate.identity_id,
        proof="Carte d'identité",
        by=OPERATOR,
        at=at,
    )


# --- Asking ----------------------------------------------------------------------------------


def test_what_is_asked_changes_nothing_until_it_is_decided(asked, registration):
    before = registration.identity.birth_name
    registration.refresh_from_db()

    assert (registration.version, registration.candidate.identity.birth_name) == (1, before)
    assert asked.state == RequestState.SENT
    assert asked.changes == [f"Nom de famille : {before} → {NAME}"]
    assert files.get(asked.proof_key) == cleaning.clean(a_pdf()).content


def test_its_receipt_and_its_refusal_say_what_the_law_wants(asked):
    assert formally(asked, at=LATER)[0].startswith("Autorité compétente : ")
    receipt = " ".join(Message.objects.get(kind="correction_requested").body.split())
    assert "Sans réponse de sa part le " in receipt

    asking.refuse(request=asked, answer="Illisible", by=OPERATOR, at=LATER)

    asked.refresh_from_db()
    refusal = " ".join(Message.objects.get(kind="correction_refused").body.split())
    assert formally(asked, at=LATER)[0].startswith(f"Décision prise par : {OPERATOR.name}, ")
    assert all(sentence in refusal for sentence in formally(asked, at=LATER))


def test_neither_mail_nor_journal_says_what_is_asked(asked):
    asking.refuse(request=asked, answer="Illisible", by=OPERATOR, at=LATER)

    letters = Message.objects.filter(kind__startswith="correction_").order_by("pk")
    assert [one.kind for one in letters] == ["correction_requested", "correction_refused"]
    assert "Illisible" in letters[1].body
    entries = Entry.objects.filter(verb__startswith="correction ").order_by("pk")
    assert [one.verb for one in entries] == ["correction requested", "correction refused"]
    assert entries[0].payload["after"]["fields"] == ["birth_name"]
    said = [*(one.subject + one.body for one in letters), *(str(one.payload) for one in entries)]
    assert [one for one in said if NAME in one or "lettre manque" in one] == []
    assert NAME in str(asked.identity)


def test_nothing_changed_is_nothing_to_ask(registration):
    identity = registration.candidate.identity

    with pytest.raises(NothingChanged):
        send(registration.candidate, birth_name=identity.birth_name)
    assert not CorrectionRequest.objects.exists()


def test_a_proof_is_a_pdf_or_a_photo(registration):
    with pytest.raises(cleaning.Unknown):
        send(registration.candidate, proof=b"MZ")

    assert not CorrectionRequest.objects.exists()


def test_a_proof_whose_request_is_not_sent_is_not_kept(registration, monkeypatch):
    put, keys = files.put, []
    monkeypatch.setattr(
        files, "put", lambda *said, **more: keys.append(put(*said, **more)) or keys[-1]
    )
    identity = registration.candidate.identity

    with pytest.raises(NothingChanged):
        send(registration.candidate, birth_name=identity.birth_name)

    [key] = keys
    with pytest.raises(files.Unreadable):
        files.get(key)


def test_what_was_read_before_a_correction_is_not_sent(registration):
    seen = registration.candidate.identity_id
    correct(registration, first_names="Maëlle Rose")

    with pytest.raises(asking.ReadBefore):
        send(registration.candidate, seen=seen)


def test_who_has_filed_nothing_changes_the_data_without_asking(invented_exam):
    with pytest.raises(asking.NotFrozen):
        send(a_candidate())


def withdraw(registration, at=LATER):
    leaving.withdraw(registration=registration, by=author(registration.candidate), at=at)


def set_aside(registration, at=LATER):
    deciding.decide(
        registration=registration, decision=SET_ASIDE, reason="Doublon", by=OPERATOR, at=at
    )


@pytest.mark.parametrize("ended", [withdraw, set_aside])
def test_once_nothing_stands_the_service_it_was_sent_to_answers_still(ended):
    candidate = a_candidate()
    registered_in_two_academies(candidate)
    here, there = (candidate.registrations.get(academy=code) for code in ("A25", "A09"))
    asked = send(candidate)
    versailles = Reach((replace(LILLE.perimeters[0], academies=frozenset({"A25"})),))
    ended(here)
    assert not CorrectionRequest.objects.waiting().within(versailles).exists()

    ended(there)

    assert not CorrectionRequest.objects.waiting().within(LILLE).exists()
    [mine] = CorrectionRequest.objects.waiting().within(versailles)
    reached([mine], versailles)
    assert (mine.pk, mine.registration.pk, files.get(mine.proof_key)) == (
        asked.pk,
        here.pk,
        cleaning.clean(a_pdf()).content,
    )
    assert "Sans réponse de sa part le" in formally(last_correction_of(candidate), at=LATER)[0]

    assert asking.accept(request=mine, by=OPERATOR, at=LATER) == 0

    candidate.refresh_from_db()
    here.refresh_from_db()
    assert (candidate.identity.birth_name, here.version) == (NAME, 1)
    told = " ".join(Message.objects.get(kind="identity_corrected").body.split())
    assert "est acceptée : il est corrigé comme vous l'avez demandé." in told
    assert "nouvelle version" not in told
    # Filed again, it is under them.
    assert a_registration(candidate, at=LATER).identity.birth_name == NAME


def sent_to_another_service():
    """Send a correction through a registration of Versailles; return it as Lille finds it."""
    candidate = a_candidate()
    registered_in_two_academies(candidate)
    assert send(candidate).registration.academy_id == "A25"
    return found_in_lille()


def found_in_lille():
    [mine] = CorrectionRequest.objects.waiting().within(LILLE)
    reached([mine], LILLE)
    return mine


@pytest.mark.parametrize("ended", [withdraw, set_aside])
def test_what_was_sent_through_a_registration_that_ends_silence_decides_while_another_stands(ended):
    mine = sent_to_another_service()
    ended(mine.received)
    long_after = NOW + timedelta(days=90)
    mine = found_in_lille()

    assert silence.is_accepted_by_silence(mine, at=long_after)
    [said] = formally(last_correction_of(mine.candidate), at=LATER)
    assert "Sans réponse de sa part le" in said
    assert telling.tell_of_silence(at=long_after) == 1

    told = Message.objects.get(kind="request_silent")
    assert told.about_id == str(mine.registration.pk)
    assert (mine.registration.academy_id, mine.registration.number in told.body) == ("A09", True)
    with pytest.raises(silence.AcceptedBySilence):
        asking.refuse(request=mine, answer="Non", by=OPERATOR, at=long_after)


def test_its_page_names_the_service_that_refused_it():
    mine = sent_to_another_service()

    asking.refuse(request=mine, answer="Non", by=OPERATOR, at=LATER)

    [mailed] = [
        line
        for line in Message.objects.get(kind="correction_refused").body.split("\n")
        if "Décision prise par" in line
    ]
    assert "Lille" in mailed
    assert formally(last_correction_of(mine.candidate), at=LATER)[0] == mailed
    # As the journal had it before it said in which registration.
    after, at = {"request": mine.pk}, LATER + timedelta(minutes=1)
    verb, on = CORRECTION_REFUSED, mine.candidate
    journal.record(verb, by=OPERATOR, on=on, at=at, academy="A09", after=after)
    assert "Lille" in formally(last_correction_of(mine.candidate), at=at)[0]


@pytest.mark.parametrize("ended", [withdraw, set_aside])
def test_without_a_registration_that_stands_the_service_of_the_last_one_answers(
    registration, ended
):
    ended(registration, at=NOW + timedelta(minutes=1))

    asked = send(registration.candidate, at=LATER)

    assert asked.registration == registration
    assert [*CorrectionRequest.objects.waiting().within(LILLE)] == [asked]
    asking.refuse(request=asked, answer="Illisible", by=OPERATOR, at=LATER)
    said = formally(last_correction_of(registration.candidate), at=LATER)[0]
    assert said.startswith(f"Décision prise par : {OPERATOR.name}, ")
    # What is asked of this service, and answered, is in the file that it has.
    registration.refresh_from_db()
    verbs = {one.verb for one in asking.requests_on(registration)}
    assert verbs == {"correction requested", "correction refused"}


def test_once_all_are_archived_no_service_has_what_to_answer(registration):
    registration.delete()

    with pytest.raises(asking.NoneKept):
        send(registration.candidate)


def test_another_proof_is_another_request(registration):
    send(registration.candidate)

    with pytest.raises(asking.AwaitsAnswer):
        send(registration.candidate, proof=a_pdf(pages=2))


def test_what_is_asked_after_a_withdrawal_is_not_read_in_what_was_withdrawn(registration):
    leaving.withdraw(
        registration=registration, by=author(registration.candidate), at=NOW + timedelta(minutes=1)
    )
    other = a_registration(
        registration.candidate,
        academy="A25",
        at=NOW + timedelta(minutes=2),
        identification={"postcode": "78000", "town": "Versailles"},
    )
    send(registration.candidate, at=LATER)

    registration.refresh_from_db()
    assert asking.requests_on(other).exists()
    assert not asking.requests_on(registration).exists()


def test_a_registration_that_is_moved_leaves_the_correction_to_anybody_there(
    asked, registration, manager
):
    by = manager.memberships.get().as_actor()
    asking.assign(request=asked, user=manager, by=by, at=NOW)
    whole = Registration.objects.whole().get(pk=registration.pk)
    moving.move_for_good(registration=whole, academy="A25", reason="Ici", by=OPERATOR, at=LATER)

    asked.refresh_from_db()
    assert (asked.assigned_to, asked.assigned_name) == (None, "")
    assert Entry.objects.get(verb="correction assigned").actor_id == by.identifier


def test_the_button_pressed_twice_sends_one_request(registration):
    assert send(registration.candidate) == send(registration.candidate)
    assert Message.objects.filter(kind="correction_requested").count() == 1


def test_taken_back_it_may_be_asked_again_and_its_proof_is_erased(
    asked, registration, django_capture_on_commit_callbacks
):
    key = asked.proof_key
    with django_capture_on_commit_callbacks(execute=True):
        asking.take_back(request=asked, by=author(asked.candidate), at=LATER)

    assert (asked.state, asked.proof_key) == (RequestState.TAKEN_BACK, "")
    assert Entry.objects.get(verb="correction taken back").actor_kind == "candidate"
    with pytest.raises(files.Unreadable):
        files.get(key)
    assert send(registration.candidate, at=LATER).is_waiting


# --- Deciding --------------------------------------------------------------------------------


def test_accepted_it_is_a_correction_whose_proof_was_joined(asked, registration):
    count = asking.accept(request=asked, by=OPERATOR, at=LATER)

    registration.refresh_from_db()
    assert (count, registration.version, registration.identity.birth_name) == (1, 2, NAME)
    assert registration.versions.get(number=2).author_name == OPERATOR.name
    assert asked.is_accepted
    assert Entry.objects.get(verb="correction accepted").actor_id == OPERATOR.identifier
    assert asked.proof_key
    assert Message.objects.filter(kind="identity_corrected").count() == 1
    proof = Entry.objects.get(verb="identity corrected").payload["after"]["proof"]
    assert proof == f"pièce jointe à la demande du {asked.sent_in_words}"


def test_refused_it_changes_nothing_and_may_be_asked_again(asked, registration):
    with pytest.raises(silence.AnswerMissing):
        asking.refuse(request=asked, answer="", by=OPERATOR, at=LATER)
    asking.refuse(request=asked, answer="Illisible", by=OPERATOR, at=LATER)

    registration.refresh_from_db()
    assert registration.version == 1
    assert asked.proof_key
    assert send(registration.candidate, at=LATER).is_waiting


def test_what_was_corrected_meanwhile_is_not_undone(asked, registration):
    correct(registration, first_names="Maëlle Rose")

    with pytest.raises(asking.CorrectedSince, match="a été corrigé depuis cette demande"):
        asking.accept(request=asked, by=OPERATOR, at=LATER)

    kept = CorrectionRequest.objects.for_list().get()
    assert (kept.is_waiting, kept.is_overtaken) == (True, True)
    assert kept.candidate.identity.first_names == "Maëlle Rose"


@pytest.mark.parametrize("first", ["accept", "refuse", "take_back"])
@pytest.mark.parametrize("then", ["accept", "refuse", "take_back", "assign"])
def test_what_is_decided_is_not_decided_again(asked, first, then, manager):
    acts = {
        "accept": lambda one: asking.accept(request=one, by=OPERATOR, at=LATER),
        "refuse": lambda one: asking.refuse(request=one, answer="Non", by=OPERATOR, at=LATER),
        "take_back": lambda one: asking.take_back(request=one, by=OPERATOR, at=LATER),
        "assign": lambda one: asking.assign(request=one, user=manager, by=OPERATOR, at=LATER),
    }
    stale = CorrectionRequest.objects.get(pk=asked.pk)
    acts[first](asked)

    with pytest.raises(Refused):
        acts[then](stale)
    assert CorrectionRequest.objects.get().state == asked.state


# --- At once ---------------------------------------------------------------------------------


def again():
    return CorrectionRequest.objects.for_list().get()


@pytest.mark.django_db(transaction=True)
def test_accepted_by_two_at_once_it_is_corrected_once_and_the_others_are_told(asked, registration):
    outcomes = together(*[lambda: asking.accept(request=again(), by=OPERATOR, at=LATER)] * 4)

    registration.refresh_from_db()
    assert registration.version == 2
    refused = [one for one in outcomes if one != 1]
    assert [type(one) for one in refused] == [Refused] * 3
    assert {"n'est plus possible" in str(one) for one in refused} == {True}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("_round", range(3))
def test_accepted_and_refused_at_once_one_of_the_two_stands(asked, registration, _round):
    accepted, refused = together(
        lambda: asking.accept(request=again(), by=OPERATOR, at=LATER),
        lambda: asking.refuse(request=again(), answer="Non", by=OPERATOR, at=LATER),
    )

    registration.refresh_from_db()
    state = CorrectionRequest.objects.get().state
    was_accepted = state == RequestState.ACCEPTED
    assert registration.version == (2 if was_accepted else 1)
    assert isinstance(refused if was_accepted else accepted, Refused)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("_round", range(3))
def test_accepted_while_a_colleague_corrects_nothing_is_lost(asked, registration, _round):
    accepted, corrected = together(
        lambda: asking.accept(request=again(), by=OPERATOR, at=LATER),
        lambda: correct(registration, first_names="Maëlle Rose"),
    )

    registration.refresh_from_db()
    identity = registration.candidate.identity
    assert registration.identity_id == registration.candidate.identity_id
    if isinstance(accepted, asking.CorrectedSince):
        assert (identity.first_names, corrected) == ("Maëlle Rose", None)
        assert again().is_overtaken
    else:
        assert identity.birth_name == NAME


@pytest.mark.django_db(transaction=True)
def test_sent_by_two_pages_at_once_it_is_one_request(registration):
    outcomes = together(*[lambda: send(registration.candidate)] * 4)

    assert len({one.pk for one in outcomes}) == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("_round", range(3))
def test_sent_while_the_office_corrects_neither_waits_for_ever(registration, _round):
    sent, corrected = together(
        lambda: send(registration.candidate),
        lambda: correct(registration, first_names="Maëlle Rose"),
    )

    assert corrected is None
    assert isinstance(sent, (CorrectionRequest, asking.ReadBefore))


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("_round", range(3))
def test_accepted_while_the_last_registration_ends_the_data_are_corrected(
    asked, registration, _round
):
    accepted, ended = together(
        lambda: asking.accept(request=again(), by=OPERATOR, at=LATER),
        lambda: withdraw(registration),
    )

    registration.refresh_from_db()
    assert ended is None
    assert (accepted, registration.version) in ((1, 2), (0, 1))
    assert again().is_accepted


# --- What the database holds -----------------------------------------------------------------


@pytest.mark.parametrize(
    "change",
    [{"proof_key": ""}, {"state": "refused", "decided_at": NOW}, {"decided_at": NOW}],
    ids=str,
)
def test_the_database_refuses_a_request_that_cannot_be(asked, change):
    with pytest.raises(IntegrityError), transaction.atomic():
        CorrectionRequest.objects.update(**change)


def test_a_candidate_has_one_request_that_waits(asked):
    asked.pk = None

    with pytest.raises(IntegrityError, match="one_correction"), transaction.atomic():
        asked.save(force_insert=True)
