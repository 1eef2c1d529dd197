"""D11, I3: what was not saved before the closing is asked for; nobody is registered until it is accepted."""

from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db import IntegrityError, transaction

from sporades.acts.consulting import acts_on
from sporades.acts.people import forgetting
from sporades.acts.registrations import late as acts
from sporades.acts.registrations import registering, requesting, standing_in
from sporades.acts.requests import late, proofs
from sporades.acts.requests.silence import AcceptedBySilence, AnswerMissing
from sporades.acts.services import announcing
from sporades.core.days import months_after
from sporades.core.refusals import Refused
from sporades.exams.models import RegistrationService
from sporades.journal.models import Entry
from sporades.mail.models import Message
from sporades.notices import operations as notices
from sporades.notices.models import Banner
from sporades.personal.gathering import files_of, gathered, person_of
from sporades.registrations.models import Draft, LateRequest, Registration
from sporades.registrations.operations import asking_late, drafting
from sporades.registrations.refusals import (
    AlreadyRegistered,
    AnsweredMeanwhile,
    AwaitsDecision,
    EndedAlready,
    Incomplete,
    NotAskedLate,
    RulesChanged,
)
from sporades.registrations.states import RequestState
from sporades.registrations.states import State as RegistrationState
from sporades.retention import categories, erasing
from sporades.web.wizard import recap
from tests.acts.test_coming_back_moved import HOUR, closes
from tests.documents.summaries import a_pdf
from tests.endurance.arena import together
from tests.evidence.test_scanning import INFECTED, an_antivirus
from tests.factories import (
    NOW,
    OPERATOR,
    a_candidate,
    a_draft,
    a_registration,
    answer_all,
    author,
    load_invented,
)
from tests.registrations.test_outcomes import NEW_QUESTION
from tests.requests import ask
from tests.web.guide import plain
from tests.web.registry.world import a_member

WHY = "J'étais à l'hôpital"
DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
YES = ("    pieces:\n", "    inscription_tardive: oui\n    pieces:\n")


@pytest.fixture(autouse=True)
def _offered(invented_exam):
    """The invented exam lets one ask late."""
    load_invented(YES)


@pytest.fixture
def draft(_offered):
    """Answer every tab, and leave it unsaved."""
    return a_draft(a_candidate(email="lea@exemple.test"))


@pytest.fixture
def at(draft):
    """Return an instant after the closing."""
    return draft.service.closes_at + 2 * DAY


def send(draft, at, reason=WHY, proof=None, **more):
    by = author(draft.candidate)
    proof = [] if proof is None else [proof]
    return acts.send(draft=draft, reason=reason, proof=proof, by=by, at=at, **more)


@pytest.fixture
def asked(draft, at):
    return send(draft, at)


def read():
    return LateRequest.objects.for_list().get()


def body(kind):
    return plain(Message.objects.get(kind=kind).body)


# --- Asking ----------------------------------------------------------------------------------


def test_what_is_asked_registers_nobody_and_changes_no_more(asked, draft, at):
    assert not Registration.objects.exists()
    said = body("late_requested")
    assert "Ce n'est pas une inscription : vous n'êtes pas inscrit(e)" in said
    # Their own words may tell of health: they are read in their space alone.
    assert WHY not in said
    with pytest.raises(AwaitsDecision):
        drafting.answer(draft=draft, section="identification", typed={}, seen_revision=None, at=at)
    assert send(draft, at) == asked


def closing(draft, written):
    """Have its service close at an hour of Paris, of an autumn day."""
    closes_at = datetime.fromisoformat(written).replace(tzinfo=ZoneInfo("Europe/Paris"))
    RegistrationService.objects.filter(pk=draft.service_id).update(closes_at=closes_at)
    draft.refresh_from_db(fields=["service"])
    return closes_at


def test_it_is_asked_for_to_the_end_of_the_day_that_is_said(draft):
    # The hour changes on the way: 30 times 24 hours end on the day before.
    closed = closing(draft, "2026-10-16T17:00")
    over = datetime(2026, 11, 15, 23, tzinfo=UTC)
    for when in (closed, over):
        with pytest.raises(NotAskedLate):
            send(draft, when)
    assert asking_late.last_day_in_words(draft) == "15 novembre 2026"
    assert send(draft, over - SECOND).is_waiting


def test_it_is_asked_for_where_the_reglementation_lets_it(draft, at):
    load_invented()
    with pytest.raises(NotAskedLate, match="ne se demande"):
        send(draft, at)


def test_its_last_day_is_never_after_those_of_the_exam(draft):
    exam_is_soon = ("du: 2027-05-17, au: 2027-05-21", "du: 2027-01-04, au: 2027-01-05")
    load_invented(YES, exam_is_soon)
    assert asking_late.last_day_in_words(draft) == "5 janvier 2027"
    with pytest.raises(NotAskedLate, match="jusqu'au 5 janvier 2027"):
        send(draft, datetime(2027, 1, 5, 23, tzinfo=UTC))


def test_nobody_could_ask_in_read_only_mode(draft):
    """R-05: it is taken until the evening of the day that follows."""
    closing(draft, "2026-10-16T17:00")
    over = datetime(2026, 11, 15, 23, tzinfo=UTC)
    stopped = {"at": over - DAY, "until": over + timedelta(hours=9), "stops_writing": True}
    notices.show(kind=Banner.Kind.ALERT, message="Panne.", **stopped)

    with time_machine.travel(over + DAY, tick=False):
        assert asking_late.last_day_in_words(draft) == "17 novembre 2026"
        assert send(draft, over + 2 * DAY - SECOND).is_waiting


@pytest.mark.parametrize("is_refused", [True, False])
def test_what_was_asked_in_time_may_be_asked_again_for_fifteen_days(draft, is_refused):
    closed = draft.service.closes_at
    send(draft, closed + 20 * DAY)
    ended = closed + 45 * DAY
    assert asking_late.again(read(), at=ended).until == "13 février 2027"
    if is_refused:
        acts.refuse(request=read(), answer="Illisible", by=OPERATOR, at=ended)
        assert "peut être envoyée de nouveau en ligne jusqu'au 13 février" in body("late_refused")
    else:
        acts.take_back(request=read(), by=author(draft.candidate), at=ended)

    again = Draft.objects.whole().get(pk=draft.pk)
    assert asking_late.last_day_in_words(again) == "13 février 2027"
    with pytest.raises(NotAskedLate):
        send(again, ended + 15 * DAY + MINUTE)
    assert send(again, ended + 15 * DAY).is_waiting


def test_what_was_answered_soon_may_be_asked_again_until_the_thirtieth_day(asked, at):
    assert asking_late.again(read(), at=at + DAY).until == "14 janvier 2027"


def test_nothing_is_asked_again_after_the_exam(asked):
    over = datetime(2027, 5, 21, 12, tzinfo=UTC)
    assert asking_late.again(read(), at=over).until == "21 mai 2027"
    assert asking_late.again(read(), at=over + DAY) == ("", True)
    acts.refuse(request=read(), answer="Non", takes_back=True, by=OPERATOR, at=over + DAY)
    assert "ne peut plus être envoyée de nouveau en ligne" in body("late_refused")


def test_an_incomplete_one_an_amended_one_and_an_excluded_one_are_not_asked_for(draft, at):
    answer_all(draft, {"epreuves": {}})
    with pytest.raises(Incomplete):
        send(draft, at)
    registration = a_registration(a_candidate(email="autre@exemple.test"))
    begun = registering.amend(registration=registration, by=author(registration.candidate), at=NOW)
    with pytest.raises(NotAskedLate):
        send(begun, at)
    other = a_draft(registration.candidate, speciality="FOREST")
    with pytest.raises((AlreadyRegistered, Incomplete)):
        send(other, at)


def test_what_was_not_shown_is_not_sent(draft, at):
    with pytest.raises(AnsweredMeanwhile):
        send(draft, at, shown="autre chose")


@pytest.mark.django_db(transaction=True)
def test_taken_back_it_may_be_changed_and_sent_again(draft, at, kept):
    asked = send(draft, at, proof=a_pdf())
    assert kept() == [Path(asked.proof_key).name]

    acts.take_back(request=read(), by=author(draft.candidate), at=at)

    assert kept() == []
    assert LateRequest.objects.get().state == RequestState.TAKEN_BACK
    assert send(Draft.objects.whole().get(pk=draft.pk), at).is_waiting


# --- Deciding --------------------------------------------------------------------------------


def test_accepted_its_candidate_is_registered_in_the_name_of_the_office(asked, at):
    version = acts.accept(request=read(), by=OPERATOR, at=at + DAY)

    registration = Registration.objects.get()
    assert registration.is_active
    assert (version.number, version.author_name) == (1, OPERATOR.name)
    found = LateRequest.objects.get()
    assert (found.state, found.version) == (RequestState.ACCEPTED, version)
    said = body("registered_for")
    assert "a accepté votre demande : vous êtes inscrit(e)" in said
    assert "sans les accepter à votre place" not in said
    assert "Votre demande d'inscription tardive du" in said
    verbs = set(Entry.objects.values_list("verb", flat=True))
    assert {"late registration requested", "late request accepted"} <= verbs
    assert "registration filed on behalf" in verbs
    assert Draft.objects.get(pk=asked.draft_id).filed_as == version


def test_refused_it_says_why_and_how_to_contest_and_may_be_asked_again(asked, draft, at):
    with pytest.raises(AnswerMissing):
        acts.refuse(request=read(), answer="", by=OPERATOR, at=at)

    acts.refuse(request=read(), answer="Sans justificatif", by=OPERATOR, at=at)

    said = body("late_refused")
    assert "vous n'êtes pas inscrit(e)" in said
    assert f"Décision prise par : {OPERATOR.name}" in said
    assert "Sans justificatif" not in said
    assert any(OPERATOR.name in one for one in late.formally(read(), at=at + DAY))
    assert send(Draft.objects.whole().get(pk=draft.pk), at + DAY).is_waiting


def test_rules_that_moved_keep_it_from_being_accepted_and_it_waits_on(asked, at):
    load_invented(YES, NEW_QUESTION)

    with pytest.raises(RulesChanged):
        acts.accept(request=read(), by=OPERATOR, at=at)

    assert read().is_waiting


AGE = "exige: {age: {minimum: 18, au: 2027-12-31}}"


def test_a_birthday_between_the_request_and_its_answer_refuses_nothing(at):
    load_invented(YES, (AGE, "exige: {age: {maximum: 28}}"))
    birthday = (at + 2 * DAY).date()
    born = {"birth_month": birthday.month, "birth_day": birthday.day}
    late_one = a_draft(a_candidate(birth_year=birthday.year - 29, **born))
    send(late_one, at)

    shown, mark = recap.as_sent(Draft.objects.whole().get(pk=late_one.pk), at=at + 5 * DAY)
    assert shown["troubles"] == []
    version = acts.accept(request=read(), shown=mark, by=OPERATOR, at=at + 5 * DAY)

    registration = version.registration
    assert registration.registered_on == at.date()
    # Nor does it, afterwards, what changes something else.
    changed = ask(registration, at + 6 * DAY)
    requesting.accept(request=changed, by=OPERATOR, at=at + 6 * DAY)
    registration.refresh_from_db()
    assert registration.version == 2


def test_who_comes_of_an_age_meanwhile_is_asked_nothing_more(at):
    born = at + 2 * DAY
    young = {"birth_year": born.year - 16, "birth_month": born.month, "birth_day": born.day}
    load_invented(YES, (AGE, "exige: {age: {maximum: 28}}"))
    guardian = {"guardian_name": "Yann Le Goff", "guardian_phone": "06 39 98 12 35"}
    late_one = a_draft(a_candidate(**young), identification=guardian)
    send(late_one, at)

    acts.accept(request=read(), by=OPERATOR, at=at + 5 * DAY)

    assert Registration.objects.get().is_active


def test_who_is_registered_meanwhile_is_not_registered_twice(asked, draft, at):
    user = a_member("agent@exemple.test", "manager", ["A09"])
    made = drafting.begin_from(draft=Draft.objects.get(pk=draft.pk), author=user, at=at)
    answer_all(made, {"modalites": {"accepted": "on"}}, at=at)
    registered = standing_in.register(draft=made, reason="Au téléphone", by=OPERATOR, at=at)

    with pytest.raises(EndedAlready):
        acts.accept(request=read(), by=OPERATOR, at=at)

    found = read()
    assert (found.is_waiting, found.is_fulfilled, found.decided_at) == (False, True, at)
    ended = Entry.objects.get(verb="late request fulfilled")
    assert ended.payload["after"]["number"] == registered.registration.number
    assert ended in acts_on(registered.registration)
    assert late.tell_of_silence(at=at + 70 * DAY) == 0
    assert not Message.objects.filter(kind="late_refused").exists()


def test_a_service_that_opens_again_files_it_once_it_is_taken_back(asked, draft, at):
    RegistrationService.objects.filter(pk=draft.service_id).update(closes_at=at + 9 * DAY)
    by = author(draft.candidate)
    with pytest.raises(AwaitsDecision):
        registering.register(draft=draft, by=by, at=at)

    acts.take_back(request=read(), by=by, at=at)

    assert registering.register(draft=draft, by=by, at=at).number == 1


def test_a_service_that_opens_again_tells_and_reminds_who_waits_and_the_refusal_says_it(asked, at):
    closing = at + 9 * DAY

    closes(closing, at=at + HOUR)

    assert "retirez-la, puis enregistrez votre inscription" in body("service_moved")
    assert announcing.remind_drafts(at=closing - DAY) == 1
    assert "retirez-la d'abord ; sinon, elle attend sa réponse" in body("draft_closing")
    acts.refuse(request=read(), answer="Non", by=OPERATOR, at=closing - HOUR)
    assert "vous pouvez enregistrer votre inscription vous-même" in body("late_refused")


def test_begun_again_it_is_the_one_that_waits(asked, draft, at):
    RegistrationService.objects.update(closes_at=at + 9 * DAY)
    elsewhere = RegistrationService.objects.get(domain=draft.service.domain, academy="A25")

    begun = registering.begin(
        candidate=draft.candidate,
        exam=draft.exam,
        speciality=draft.speciality,
        service=elsewhere,
        by=author(draft.candidate),
        at=at,
    )

    assert (begun.pk, begun.service_id) == (draft.pk, draft.service_id)


def test_registering_again_with_the_answers_of_before_changes_nothing_of_what_waits():
    before = a_registration(a_candidate(email="lea@exemple.test"))
    closed = before.service.closes_at
    left = {"withdrawn_at": closed - DAY, "waived": {"AGE": {"exam": "BE"}}}
    Registration.objects.filter(pk=before.pk).update(state=RegistrationState.WITHDRAWN, **left)
    draft = a_draft(before.candidate, at=closed - DAY)
    send(draft, closed + DAY / 2)
    RegistrationService.objects.update(closes_at=closed + DAY)

    again = drafting.begin_again(
        registration=Registration.objects.get(pk=before.pk), at=closed + DAY / 2
    )

    assert (again, again.waived) == (draft, {})
    assert not again.answers.exclude(answered_at=closed - DAY).exists()


# --- Silence ---------------------------------------------------------------------------------


def test_silence_is_told_once_and_what_it_accepted_is_refused_knowingly(asked, at):
    last = at + (months_after(at.date(), 2) - at.date())
    over = last + DAY

    runs = [late.tell_of_silence(at=one) for one in (last, over, over + DAY)]

    assert runs == [0, 1, 0]
    said = body("late_request_silent")
    assert "est restée sans réponse. Vous n'êtes pas inscrit(e)" in said
    assert "réputée acceptée" in said
    with pytest.raises(AcceptedBySilence):
        acts.refuse(request=read(), answer="Non", by=OPERATOR, at=over)
    acts.refuse(request=read(), answer="Non", takes_back=True, by=OPERATOR, at=over)
    assert "retire cette acceptation" in body("late_refused")


# --- Files -----------------------------------------------------------------------------------


def test_a_virus_in_its_proof_is_told(draft, at, settings):
    asked = send(draft, at, proof=a_pdf())

    with an_antivirus(settings, INFECTED):
        proofs.scan_proof("laterequest", asked.pk, at=at + 44 * DAY)

    assert read().is_proof_infected
    assert "à envoyer de nouveau" in Message.objects.get(kind="late_file_refused").subject
    said = body("late_file_refused")
    assert "Jusqu'au 14 février 2027, vous pouvez retirer cette demande, puis l'envoyer" in said


def test_its_file_goes_with_a_draft_that_is_erased(draft, at, kept):
    send(draft, at, proof=a_pdf())
    long_after = at + 2000 * DAY
    assert categories.drafts(long_after).exists()

    erasing.erase_draft(draft.pk, at=long_after)
    for key in categories.leaving(long_after).values_list("pk", flat=True):
        erasing.forget_file(key, at=long_after)

    assert not LateRequest.objects.exists()
    assert kept() == []


@pytest.mark.django_db(transaction=True)
def test_its_file_goes_with_its_account(draft, at, kept):
    asked = send(draft, at, proof=a_pdf())
    assert kept() == [Path(asked.proof_key).name]

    forgetting.erase_as_asked(draft.candidate.user, reason="Par écrit", by=OPERATOR, at=at)

    assert not LateRequest.objects.exists()
    assert kept() == []


def taken_back(asked, at):
    found = LateRequest.objects.for_list().get(pk=asked.pk)
    acts.take_back(request=found, by=author(asked.draft.candidate), at=at)


def erased_with_its_account(asked, at):
    forgetting.erase_as_asked(asked.draft.candidate.user, reason="Par écrit", by=OPERATOR, at=at)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("go", [taken_back, erased_with_its_account])
def test_the_file_of_another_who_has_asked_stays(draft, at, kept, go):
    theirs = send(a_draft(), at, proof=a_pdf())
    asked = send(draft, at, proof=a_pdf())

    go(asked, at)

    assert kept() == [Path(theirs.proof_key).name]
    assert LateRequest.objects.waiting().get() == theirs
    assert Draft.objects.get(pk=theirs.draft_id).sent_at == at


def test_a_copy_of_ones_data_has_it_with_its_file(draft, at):
    asked = send(draft, at, proof=a_pdf())
    person = person_of(draft.candidate, at=at)

    [row] = gathered(person, is_health=False)["registrations.LateRequest"]

    assert row["reason"] == WHY
    assert "decided_name" not in row
    assert f"demandes/inscription-tardive-{asked.pk}.pdf" in {one.path for one in files_of(person)}


# --- At once ---------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_accepted_while_it_is_taken_back_it_is_one_of_the_two(asked, draft, at):
    by = author(draft.candidate)
    outcomes = together(
        lambda: acts.accept(request=read(), by=OPERATOR, at=at),
        lambda: acts.take_back(request=read(), by=by, at=at),
        lambda: acts.accept(request=read(), by=OPERATOR, at=at),
    )

    state = LateRequest.objects.get().state
    assert sum(isinstance(one, Refused) for one in outcomes) == 2
    assert Registration.objects.count() == (state == RequestState.ACCEPTED)


@pytest.mark.django_db(transaction=True)
def test_accepted_while_its_candidate_registers_otherwise_they_are_registered_once(
    asked, draft, at
):
    """The service has opened again: another draft of theirs is filed in the same second."""
    RegistrationService.objects.filter(pk=draft.service_id).update(closes_at=at + 9 * DAY)
    user = a_member("agent@exemple.test", "manager", ["A09"])
    made = drafting.begin_from(draft=Draft.objects.get(pk=draft.pk), author=user, at=at)
    answer_all(made, {"modalites": {"accepted": "on"}}, at=at)

    outcomes = together(
        partial(acts.accept, request=read(), by=OPERATOR, at=at),
        partial(standing_in.register, draft=made, reason="x", by=OPERATOR, at=at),
    )

    assert sum(isinstance(one, AlreadyRegistered | EndedAlready) for one in outcomes) == 1
    assert Registration.objects.active().count() == 1
    assert not LateRequest.objects.waiting().exists()


@pytest.mark.django_db(transaction=True)
def test_sent_by_two_pages_at_once_it_is_one_request(draft, at):
    outcomes = together(*[lambda: send(draft, at)] * 3)

    assert len({one.pk for one in outcomes}) == 1


# --- What the database holds -----------------------------------------------------------------


@pytest.mark.parametrize(
    "change",
    [{"reason": ""}, {"state": "refused"}, {"state": "accepted"}, {"decided_at": NOW}],
    ids=str,
)
def test_the_database_refuses_a_request_that_cannot_be(asked, change):
    with pytest.raises(IntegrityError), transaction.atomic():
        LateRequest.objects.update(**change)


def test_the_database_holds_it_of_a_new_registration_once(asked, draft, at):
    said = {"reason": WHY, "sent_at": at}
    registration = a_registration(a_candidate(email="autre@exemple.test"))
    begun = registering.amend(registration=registration, by=author(registration.candidate), at=NOW)
    for one in (draft, begun):
        with pytest.raises(IntegrityError), transaction.atomic():
            LateRequest.objects.create(draft=one, **said)
