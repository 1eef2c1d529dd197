"""What a request lacks is asked of its candidate, and comes; the delays stand still meanwhile (CRPA L. 114-5)."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.db import IntegrityError, transaction

from sporades.acts.identities import asking
from sporades.acts.registrations import leaving, moving, requesting
from sporades.acts.requests import completing
from sporades.acts.requests.completing import (
    Came,
    CameBeforeAsked,
    CameToCome,
    CompletedAlready,
    CorrectedMeanwhile,
    DecidedByThatDay,
    MissingUnsaid,
    NoDayNoted,
    NothingAdded,
    SetAsideMeanwhile,
    SilenceHasDecided,
    remind_incomplete,
)
from sporades.acts.requests.silence import (
    SET_ASIDE_MEANWHILE,
    formally,
    is_decided_by_silence,
    silence_in_words,
)
from sporades.acts.requests.telling import tell_of_silence
from sporades.core import files
from sporades.core.days import months_after
from sporades.core.french import day_in_words, local_day
from sporades.exams.models import RegistrationService
from sporades.intake import cleaning
from sporades.journal.models import Entry
from sporades.letters.models import Letter
from sporades.mail.models import Message
from sporades.registrations.came import CameBy
from sporades.registrations.models import ChangeRequest, CorrectionRequest
from sporades.registrations.models.request import DAYS_TO_COMPLETE
from sporades.registrations.refusals import MovedMeanwhile
from sporades.registrations.states import RESTORE, SET_ASIDE, RequestState
from tests.documents.summaries import a_pdf
from tests.evidence.given import a_photo, again
from tests.factories import OPERATOR, a_registration, author, load_invented
from tests.registrations.test_asking_a_correction import send as correct
from tests.registrations.test_silence import REJECTED, decide
from tests.requests import ask
from tests.web.guide import plain

pytestmark = pytest.mark.usefixtures("invented_exam", "kept")

DAY = timedelta(days=1)
VERSO = "Le verso de la carte d'identité"
ACTS = {ChangeRequest: requesting, CorrectionRequest: asking}


@pytest.fixture
def registration(invented_exam):
    return a_registration()


@pytest.fixture
def late(registration):
    return registration.service.closes_at + 2 * DAY


@pytest.fixture(params=["modification", "correction"])
def asked(request, registration, late):
    """Return a request of either kind, with its proof."""
    if request.param == "modification":
        return ask(registration, late, a_pdf())
    return correct(registration.candidate, at=late)


def acts_of(request):
    return ACTS[type(request)]


def read(request):
    return type(request).objects.for_list().get(pk=request.pk)


def lack(request, *, at, missing=VERSO):
    acts_of(request).ask_more(request=read(request), missing=missing, by=OPERATOR, at=at)
    return read(request)


def complete(request, *, at, words="Voici", proof=()):
    by = author(request.registration.candidate)
    acts_of(request).complete(request=read(request), words=words, proof=proof, by=by, at=at)
    return read(request)


def told(kind):
    return Message.objects.filter(kind=kind).order_by("pk")


# --- What is asked for, and comes --------------------------------------------------------------


def test_what_is_missing_is_told_and_it_waits_for_its_candidate(asked, late):
    found = lack(asked, at=late + DAY)

    assert (found.is_waiting, found.is_incomplete, found.state) == (True, True, RequestState.SENT)
    assert found.is_with_candidate(late + DAY)
    kind = type(asked).objects
    assert (kind.to_answer(late + DAY).count(), kind.with_candidate(late + DAY).count()) == (0, 1)
    body = plain(told("request_incomplete").get().body)
    assert f"À envoyer au plus tard le {found.complete_until}" in body
    assert "L. 114-5" in body
    is_correction = isinstance(asked, CorrectionRequest)
    assert (VERSO in body) is is_correction  # a mail repeats no words that may be of health
    verb = f"{'correction' if is_correction else 'change request'} incomplete"
    assert Entry.objects.get(verb=verb).payload["after"]["reason"] == VERSO


def test_what_comes_goes_after_what_was_sent_and_the_office_has_it_again(asked, late):
    before = asked.proof_key
    lack(asked, at=late + DAY)

    found = complete(asked, at=late + 2 * DAY, words="Le voici", proof=[a_photo()])

    assert (found.is_incomplete, found.complement) == (False, "Le voici")
    assert type(asked).objects.to_answer(late + 2 * DAY).get().pk == asked.pk
    assert found.proof_key != before
    first = cleaning.clean(a_pdf()).content
    assert files.get(found.proof_key) == cleaning.join([a_photo()], own=[first]).content
    assert found.proof_is_clean is None
    assert found.sent_at == asked.sent_at
    body = plain(told("request_completed").get().body)
    assert found.completed_in_words in body
    assert "Sans réponse de sa part le " in body


def test_words_alone_complete_it_too_and_leave_its_proof(asked, late):
    lack(asked, at=late)

    assert complete(asked, at=late + DAY).proof_key == asked.proof_key


@pytest.mark.django_db(transaction=True)
def test_its_proof_is_kept_beside_words_and_goes_once_another_has_all_of_it(kept, asked, late):
    lack(asked, at=late)
    complete(asked, at=late)
    assert kept() == [Path(asked.proof_key).name]
    lack(asked, at=late + DAY)

    found = complete(asked, at=late + DAY, proof=[a_photo()])

    assert kept() == [Path(found.proof_key).name]
    assert found.proof_key != asked.proof_key


def test_what_one_lacks_and_adds_is_said_of_no_other(asked, late):
    neighbour = a_registration()
    is_correction = isinstance(asked, CorrectionRequest)
    other = correct(neighbour.candidate, at=late) if is_correction else ask(neighbour, late)

    lack(asked, at=late + DAY)
    assert (read(asked).is_incomplete, read(other).is_incomplete) == (True, False)
    lack(other, at=late + DAY)
    complete(asked, at=late + 2 * DAY)

    assert (read(asked).is_incomplete, read(other).is_incomplete) == (False, True)
    assert read(other).complement == ""


def test_nothing_is_no_complement(asked, late):
    lack(asked, at=late)

    with pytest.raises(NothingAdded):
        complete(asked, at=late, words="")


def test_a_proof_in_which_a_virus_was_found_is_replaced(asked, late):
    type(asked).objects.filter(pk=asked.pk).update(proof_scanned_at=late, proof_is_clean=False)
    lack(asked, at=late)

    found = complete(asked, at=late, proof=[a_photo()])

    assert files.get(found.proof_key) == cleaning.clean(a_photo()).content
    assert (found.proof_scanned_at, found.proof_is_clean) == (None, None)


def test_what_was_found_clean_is_looked_at_again_once_something_is_added_to_it(asked, late):
    seen = {"proof_scanned_at": late, "proof_is_clean": True}
    type(asked).objects.filter(pk=asked.pk).update(**seen)
    lack(asked, at=late)
    said = complete(asked, at=late, words="Je l'ai perdue")
    assert (said.proof_scanned_at, said.proof_is_clean) == (late, True)
    lack(asked, at=late + DAY)

    found = complete(asked, at=late + DAY, proof=[a_photo()])

    assert (found.proof_scanned_at, found.proof_is_clean) == (None, None)


def test_pressed_twice_it_is_completed_once(asked, late):
    theirs = lack(asked, at=late)
    by = author(asked.registration.candidate)
    for _ in range(2):
        acts_of(asked).complete(request=theirs, words="Voici", proof=[a_photo()], by=by, at=late)

    assert told("request_completed").count() == 1
    with pytest.raises(CompletedAlready):
        acts_of(asked).complete(request=theirs, words="Autre chose", proof=[], by=by, at=late)


def test_it_is_asked_for_once_until_it_has_come_and_may_be_again(asked, late):
    lack(asked, at=late)
    with pytest.raises(MovedMeanwhile):
        lack(asked, at=late)
    complete(asked, at=late + DAY, words="Illisible")

    again = lack(asked, at=late + 2 * DAY, missing="Une photo nette")

    assert (again.missing, again.complement, again.completed_at) == ("Une photo nette", "", None)
    assert [(one["missing"], one["complement"]) for one in again.exchanges] == [
        (VERSO, "Illisible")
    ]
    assert told("request_incomplete").count() == 2


@pytest.mark.parametrize("end", ["accept", "refuse", "take_back"])
def test_it_is_decided_or_taken_back_at_any_time(asked, late, end):
    lack(asked, at=late)
    said = {"answer": "Trop tard"} if end == "refuse" else {}
    by = author(asked.registration.candidate) if end == "take_back" else OPERATOR

    getattr(acts_of(asked), end)(request=read(asked), by=by, at=late + DAY, **said)

    found = read(asked)
    assert (found.is_waiting, found.is_incomplete) == (False, False)
    with pytest.raises(CompletedAlready):
        complete(asked, at=late + DAY)
    with pytest.raises(MovedMeanwhile):
        lack(asked, at=late + DAY)


def test_taken_back_by_a_page_that_read_it_before_what_it_lacked_came_its_last_file_is_erased(
    asked, late, django_capture_on_commit_callbacks
):
    lack(asked, at=late)
    before = read(asked)
    key = complete(asked, at=late, proof=[a_photo()]).proof_key

    with django_capture_on_commit_callbacks(execute=True):
        acts_of(asked).take_back(
            request=before, by=author(asked.registration.candidate), at=late + DAY
        )

    assert read(asked).proof_key == ""
    with pytest.raises(files.Unreadable):
        files.get(key)


@pytest.mark.parametrize(
    ("act", "said"),
    [("accept", {}), ("refuse", {"answer": "Rien n'est venu"}), ("ask_more", {"missing": VERSO})],
)
def test_who_has_not_read_what_has_come_reads_it_before_they_decide(asked, late, act, said):
    shown = lack(asked, at=late).exchange_mark
    found = complete(asked, at=late + DAY)
    decide_of = getattr(acts_of(asked), act)

    with pytest.raises(MovedMeanwhile):
        decide_of(request=read(asked), seen=shown, by=OPERATOR, at=late + DAY, **said)

    assert (read(asked).state, read(asked).is_incomplete) == (RequestState.SENT, False)
    decide_of(request=read(asked), seen=found.exchange_mark, by=OPERATOR, at=late + DAY, **said)
    assert (read(asked).is_waiting, read(asked).is_incomplete) == (act == "ask_more",) * 2


def test_who_has_not_read_that_a_colleague_asked_for_more_reads_it_before_they_refuse(asked, late):
    shown = read(asked).exchange_mark
    lack(asked, at=late)

    with pytest.raises(MovedMeanwhile):
        acts_of(asked).refuse(
            request=read(asked), answer="Illisible", seen=shown, by=OPERATOR, at=late
        )

    assert read(asked).is_incomplete


def test_nothing_is_asked_for_without_a_word(asked, late):
    with pytest.raises(MissingUnsaid):
        lack(asked, at=late, missing="")


@pytest.mark.parametrize(
    "wrong",
    [
        {"missing": ""},
        {"complete_before": None},
        {"asked_at": None},
        {"completed_at": "before"},
        {"complement": "Voici"},
    ],
    ids=lambda one: next(iter(one)),
)
def test_the_database_keeps_what_is_missing_with_its_instants(asked, late, wrong):
    lack(asked, at=late)
    said = {name: late - DAY if value == "before" else value for name, value in wrong.items()}

    with pytest.raises(IntegrityError), transaction.atomic():
        type(asked).objects.filter(pk=asked.pk).update(**said)


# --- Time --------------------------------------------------------------------------------------


def test_past_its_days_it_is_to_be_answered_again_and_may_still_be_completed(asked, late):
    found = lack(asked, at=late)
    over = late + (DAYS_TO_COMPLETE + 1) * DAY

    assert not found.is_with_candidate(over)
    assert type(asked).objects.to_answer(over).count() == 1
    assert not complete(asked, at=over).is_incomplete


def test_it_is_reminded_of_once_half_way(asked, late):
    lack(asked, at=late)

    done = [remind_incomplete(at=late + days * DAY) for days in (6, 7, 8, 20)]

    assert done == [0, 1, 0, 0]
    assert told("request_incomplete").last().subject.startswith("Rappel : demande de ")


def test_who_is_not_reminded_keeps_nobody_else_from_it(registration, late, monkeypatch):
    monkeypatch.setattr(completing, "REMINDED_AT_ONCE", 1)
    lack(ask(registration, late), at=late)
    lack(ask(a_registration(), late), at=late)
    decide(registration, SET_ASIDE, at=late + DAY)

    done = [remind_incomplete(at=late + days * DAY) for days in (7, 8)]

    assert done == [1, 0]


def test_completed_or_taken_back_it_is_not_reminded_of(asked, late):
    lack(asked, at=late)
    complete(asked, at=late + DAY)

    assert remind_incomplete(at=late + 8 * DAY) == 0


def test_the_month_of_its_answer_stands_still_meanwhile(asked, late):
    due = read(asked).answer_due_on
    lack(asked, at=late + DAY)
    assert complete(asked, at=late + 5 * DAY).answer_due_on == due + 4 * DAY
    found = read(asked)

    last = late + (found.answer_due_on - local_day(late, "Europe/Paris")).days * DAY
    assert (found.is_late(last), found.is_late(last + DAY)) == (False, True)


def test_silence_that_accepts_counts_anew_from_what_has_come(asked, late):
    lack(asked, at=late + DAY)

    assert not is_decided_by_silence(read(asked), at=late + 90 * DAY)
    assert "ne court que du jour" in " ".join(formally(read(asked), at=late + 2 * DAY))
    assert "ne court que du jour" in silence_in_words(read(asked), at=late + 2 * DAY)
    assert tell_of_silence(at=late + 90 * DAY) == 0

    found = complete(asked, at=late + 10 * DAY)

    last = months_after(local_day(late + 10 * DAY, "Europe/Paris"), 2)
    assert day_in_words(last) in silence_in_words(found, at=late + 11 * DAY)
    assert day_in_words(last) in " ".join(formally(found, at=late + 11 * DAY))


def test_silence_that_rejects_is_put_off_by_the_days_it_waited(late):
    load_invented(("decision_implicite: {sens: acceptation, mois: 2}", REJECTED))
    asked = ask(a_registration(), late)
    last = months_after(local_day(late, "Europe/Paris"), 2)
    lack(asked, at=late + DAY)
    stopped = " ".join(formally(read(asked), at=late + 2 * DAY))
    assert "s'arrête tant que le service attend" in stopped
    assert "au plus tard à la date limite d'envoi" in stopped
    assert "s'arrête jusqu'à la réponse" in silence_in_words(read(asked), at=late + DAY)

    # Unanswered, it runs again once its candidate has had all their time.
    over = silence_in_words(read(asked), at=late + 20 * DAY)
    assert day_in_words(last + DAYS_TO_COMPLETE * DAY) in over

    found = complete(asked, at=late + 5 * DAY)

    assert day_in_words(last + 4 * DAY) in silence_in_words(found, at=late + 6 * DAY)
    assert day_in_words(last + 4 * DAY) in " ".join(formally(found, at=late + 6 * DAY))
    lack(asked, at=late + 10 * DAY)
    found = complete(asked, at=late + 12 * DAY)
    assert day_in_words(last + 6 * DAY) in silence_in_words(found, at=late + 13 * DAY)


@pytest.mark.parametrize(
    ("restored", "came", "awaited"),
    [(4, 10, 6), (4, 4, 0), (6, 5, 0), (4, None, DAYS_TO_COMPLETE - 4), (40, None, 0)],
    ids=["after", "the same day", "meanwhile", "never", "never, and its time has passed"],
)
def test_restored_while_it_waits_for_its_candidate_the_days_since_put_silence_off(
    late, restored, came, awaited
):
    load_invented(("decision_implicite: {sens: acceptation, mois: 2}", REJECTED))
    registration = a_registration()
    asked = ask(registration, late)
    lack(asked, at=late)
    decide(registration, SET_ASIDE, at=late + 2 * DAY)
    if came is not None and came < restored:
        complete(asked, at=late + came * DAY)
    decide(registration, RESTORE, at=late + restored * DAY)
    if came is not None and came >= restored:
        complete(asked, at=late + came * DAY)

    said = silence_in_words(read(asked), at=late + 41 * DAY)

    last = months_after(local_day(late + restored * DAY, "Europe/Paris"), 2)
    assert day_in_words(last + awaited * DAY) in said


def test_what_silence_had_rejected_between_two_times_set_aside_stays_so(late):
    """It was awaited for ten days before the first time: they put nothing off once it counts anew."""
    load_invented(("decision_implicite: {sens: acceptation, mois: 2}", REJECTED))
    registration = a_registration()
    asked = ask(registration, late)
    lack(asked, at=late)
    complete(asked, at=late + 10 * DAY)
    decide(registration, SET_ASIDE, at=late + 11 * DAY)
    back = late + 12 * DAY
    decide(registration, RESTORE, at=back)
    last = months_after(local_day(back, "Europe/Paris"), 2)
    since = back + (last - local_day(back, "Europe/Paris")) + 2 * DAY
    decide(registration, SET_ASIDE, at=since)
    decide(registration, RESTORE, at=since + DAY)

    assert day_in_words(last) in silence_in_words(read(asked), at=since + 2 * DAY)


def test_once_silence_has_decided_nothing_is_asked_for(asked, late):
    with pytest.raises(SilenceHasDecided):
        lack(asked, at=late + 90 * DAY)


# --- What becomes of its registration ----------------------------------------------------------


def test_set_aside_nothing_is_asked_for_nor_reminded_of_and_what_comes_is_kept(registration, late):
    asked = ask(registration, late)
    lack(asked, at=late)
    decide(registration, SET_ASIDE, at=late)

    assert remind_incomplete(at=late + 8 * DAY) == 0
    assert complete(asked, at=late + 9 * DAY).complement == "Voici"
    body = plain(told("request_completed").get().body)
    assert SET_ASIDE_MEANWHILE in body
    assert "réputée" not in body
    assert "l'acceptera ou la refusera" not in body
    with pytest.raises(SetAsideMeanwhile):
        lack(asked, at=late + 9 * DAY)
    assert silence_in_words(read(asked), at=late + 9 * DAY) == ""

    decide(registration, RESTORE, at=late + 12 * DAY)
    last = months_after(local_day(late + 12 * DAY, "Europe/Paris"), 2)
    said = silence_in_words(read(asked), at=late + 13 * DAY)
    assert day_in_words(last) in said


def test_withdrawn_a_modification_is_taken_back_and_a_correction_waits_on(registration, late):
    change, correction = ask(registration, late), correct(registration.candidate, at=late)
    lack(change, at=late)
    lack(correction, at=late)

    mine = again(registration)
    leaving.withdraw_as_asked(
        registration=mine,
        asked_on=late.date(),
        paper="lettre signée",
        seen=mine.version,
        mark=mine.decided_mark,
        by=OPERATOR,
        at=late + DAY,
    )

    assert read(change).state == RequestState.TAKEN_BACK
    assert complete(correction, at=late + 2 * DAY).is_waiting


def test_given_to_another_academy_it_waits_for_its_candidate_there(registration, late):
    asked = ask(registration, late)
    lack(asked, at=late)
    moving.move_for_good(
        registration=again(registration),
        academy="A25",
        reason="Déménagement",
        by=OPERATOR,
        at=late + DAY,
    )

    found = complete(asked, at=late + 2 * DAY)

    assert (found.missing, found.complement) == (VERSO, "Voici")
    assert found.registration.academy_id == "A25"


@pytest.mark.parametrize(
    ("left", "there"),
    [
        ("Europe/Paris", "America/Guadeloupe"),
        ("America/Guadeloupe", "Europe/Paris"),
        ("Indian/Reunion", "Europe/Paris"),
        ("Europe/Paris", "Pacific/Noumea"),
    ],
)
def test_given_away_across_clocks_its_last_day_is_the_one_that_was_told(
    registration, late, left, there
):
    services = RegistrationService.objects.filter(pk=registration.service_id)
    services.update(zone=left)
    told_first = lack(ask(registration, late), at=late).complete_until
    services.update(zone=there)

    found = read(ChangeRequest.objects.get())

    last = local_day(late, left) + DAYS_TO_COMPLETE * DAY
    assert told_first == found.complete_until == day_in_words(last)


def leave_account(candidate):
    candidate.user = None
    candidate.channel, candidate.email = "letter", ""
    candidate.save()


# --- What comes on paper -----------------------------------------------------------------------


def note(request, *, on, at, words="Le verso", proof=(), by=CameBy.DESK):
    acts_of(request).complete(
        request=read(request),
        words=words,
        proof=proof,
        came=Came(on, by),
        by=OPERATOR,
        at=at,
    )
    return read(request)


def test_who_has_no_account_is_asked_by_letter_and_what_comes_is_noted(asked, registration, late):
    leave_account(registration.candidate)
    lack(asked, at=late)
    assert Letter.objects.filter(message__kind="request_incomplete").exists()
    came_on = local_day(late + 3 * DAY, "Europe/Paris")

    found = note(asked, on=came_on, at=late + 5 * DAY, proof=[a_photo()], by=CameBy.POST)

    assert (found.is_incomplete, found.complement, found.proof_is_clean) == (
        False,
        "Le verso",
        None,
    )
    assert type(asked).objects.to_answer(late + 5 * DAY).get().pk == asked.pk
    said = f"{day_in_words(came_on)}, par la poste"
    assert found.completed_in_words == said
    assert f"est reçu, le {said}" in plain(told("request_completed").get().body)
    [act] = Entry.objects.filter(verb__endswith=" complement noted")
    assert (act.actor_name, act.payload["after"]["received_on"]) == (
        OPERATOR.name,
        came_on.isoformat(),
    )
    assert said in act.in_words
    assert (act.payload["after"]["reason"] == "") is isinstance(asked, CorrectionRequest)


def test_its_delays_run_again_from_the_day_on_which_it_came(asked, late):
    due = read(asked).answer_due_on
    lack(asked, at=late)
    came_on = local_day(late + 3 * DAY, "Europe/Paris")

    found = note(asked, on=came_on, at=late + 10 * DAY)

    assert found.answer_due_on == due + 3 * DAY
    last = day_in_words(months_after(came_on, 2))
    assert last in silence_in_words(found, at=late + 11 * DAY)
    assert last in " ".join(formally(found, at=late + 11 * DAY))


@pytest.mark.parametrize("day", [0, 1])
def test_noted_on_the_day_it_was_asked_for_or_that_it_is_it_has_an_instant_between(
    asked, late, day
):
    lack(asked, at=late)
    on = local_day(late + day * DAY, "Europe/Paris")

    found = note(asked, on=on, at=late + day * DAY)

    assert late <= found.completed_at <= late + day * DAY
    assert found.completed_in_words == f"{day_in_words(on)}, au guichet"


@pytest.mark.parametrize(("days", "refusal"), [(-1, CameBeforeAsked), (3, CameToCome)])
def test_it_came_neither_before_it_was_asked_for_nor_tomorrow(asked, late, days, refusal):
    lack(asked, at=late)

    with pytest.raises(refusal):
        note(asked, on=local_day(late + days * DAY, "Europe/Paris"), at=late + 2 * DAY)

    assert read(asked).is_incomplete


def test_noted_twice_it_is_noted_once_and_what_its_candidate_sends_then_is_too_late(asked, late):
    theirs = lack(asked, at=late)
    on = local_day(late, "Europe/Paris")
    for _ in range(2):
        acts_of(asked).complete(
            request=theirs,
            words="Le verso",
            proof=[a_photo()],
            came=Came(on, CameBy.DESK),
            by=OPERATOR,
            at=late,
        )

    assert told("request_completed").count() == 1
    with pytest.raises(CompletedAlready):
        complete(asked, at=late, words="Le verso")


def test_asked_for_more_again_it_stays_said_how_the_first_came(asked, late):
    lack(asked, at=late)
    on = local_day(late, "Europe/Paris")
    note(asked, on=on, at=late, by=CameBy.MAIL)

    found = lack(asked, at=late + DAY, missing="Une photo nette")

    assert found.exchanges[0]["completed"] == f"{day_in_words(on)}, par mail"
    assert found.complement_came_by == ""
    assert complete(asked, at=late + 2 * DAY).completed_in_words == found._in_words(late + 2 * DAY)


@pytest.mark.parametrize("wrong", [{"complement_came_by": "fax"}, {"complement_came_by": "desk"}])
def test_the_database_keeps_a_way_that_exists_with_what_has_come(asked, late, wrong):
    lack(asked, at=late)
    if wrong["complement_came_by"] == "fax":
        complete(asked, at=late)

    with pytest.raises(IntegrityError), transaction.atomic():
        type(asked).objects.filter(pk=asked.pk).update(**wrong)


def test_who_has_no_account_any_more_reads_in_a_letter_where_to_send_it(registration, late):
    asked = ask(registration, late)
    lack(asked, at=late)
    leave_account(registration.candidate)

    remind_incomplete(at=late + 7 * DAY)

    letter = Letter.objects.get(message__kind="request_incomplete")
    said = plain(letter.message.body)
    assert VERSO in said
    assert "Envoyez-le à l'adresse ci-dessous" in said


# --- « Rectifier le jour reçu » ----------------------------------------------------------------


def redate(request, *, on, seen, at):
    acts = acts_of(request)
    return acts.correct_day(request=read(request), on=on, seen=seen, by=OPERATOR, at=at)


def test_the_day_on_which_it_came_is_corrected_and_its_delays_are_counted_from_it(asked, late):
    due = read(asked).answer_due_on
    lack(asked, at=late)
    first = local_day(late + DAY, "Europe/Paris")
    note(asked, on=first, at=late + 10 * DAY)
    day = first + 3 * DAY

    assert redate(asked, on=day, seen=first, at=late + 11 * DAY)

    found = read(asked)
    assert (found.came_on, found.complement) == (day, "Le verso")
    assert (found.paused_days, found.answer_due_on) == (4, due + 4 * DAY)
    last = day_in_words(months_after(day, 2))
    assert last in silence_in_words(found, at=late + 11 * DAY)
    [act] = Entry.objects.filter(verb__endswith=" complement redated")
    assert f"{day_in_words(day)}, au guichet, et non le {day_in_words(first)}" in act.in_words
    assert (act.actor_name, act.payload["after"]["reason"]) == (OPERATOR.name, "")
    body = plain(told("request_completed").last().body)
    assert f"est rectifié : c'est le {day_in_words(day)}, au guichet." in body
    assert last in body


def test_the_same_day_is_no_correction_and_one_that_was_noted_before_is_told_again(asked, late):
    lack(asked, at=late)
    one = local_day(late, "Europe/Paris")
    other = one + DAY
    note(asked, on=one, at=late + 5 * DAY)

    assert not redate(asked, on=one, seen=one, at=late + 5 * DAY)
    for hour, (on, seen) in enumerate(((other, one), (one, other), (other, one)), start=1):
        assert redate(asked, on=on, seen=seen, at=late + 5 * DAY + timedelta(hours=hour))

    assert told("request_completed").count() == 4


@pytest.mark.parametrize(("days", "refusal"), [(-1, CameBeforeAsked), (3, CameToCome)])
def test_it_is_corrected_neither_to_before_it_was_asked_for_nor_to_tomorrow(
    asked, late, days, refusal
):
    lack(asked, at=late)
    noted = local_day(late, "Europe/Paris")
    note(asked, on=noted, at=late)

    with pytest.raises(refusal):
        redate(asked, on=noted + days * DAY, seen=noted, at=late + 2 * DAY)

    assert read(asked).came_on == noted


def test_a_day_that_somebody_has_corrected_meanwhile_is_read_before(asked, late):
    lack(asked, at=late)
    noted = local_day(late, "Europe/Paris")
    note(asked, on=noted, at=late)
    redate(asked, on=noted + DAY, seen=noted, at=late + 2 * DAY)

    with pytest.raises(CorrectedMeanwhile):
        redate(asked, on=noted + 2 * DAY, seen=noted, at=late + 2 * DAY)


@pytest.mark.parametrize("ended", ["sent on line", "asked again", "refused"])
def test_what_its_office_has_not_noted_or_waits_for_no_more_has_no_day_to_correct(
    asked, late, ended
):
    lack(asked, at=late)
    noted = local_day(late, "Europe/Paris")
    if ended == "sent on line":
        complete(asked, at=late)
    else:
        note(asked, on=noted, at=late)
    if ended == "asked again":
        lack(asked, at=late + DAY)
    if ended == "refused":
        acts_of(asked).refuse(request=read(asked), answer="Non", by=OPERATOR, at=late + DAY)

    with pytest.raises(NoDayNoted):
        redate(asked, on=noted + DAY, seen=noted, at=late + 2 * DAY)


def test_what_silence_has_decided_by_that_day_is_not_undone(asked, late):
    lack(asked, at=late)
    noted = local_day(late, "Europe/Paris")
    note(asked, on=noted, at=late)
    later = late + 80 * DAY
    assert is_decided_by_silence(read(asked), at=later)

    with pytest.raises(DecidedByThatDay):
        redate(asked, on=noted + 20 * DAY, seen=noted, at=later)


def test_the_letter_that_says_the_former_day_and_waits_is_not_printed(asked, registration, late):
    leave_account(registration.candidate)
    lack(asked, at=late)
    noted = local_day(late, "Europe/Paris")
    note(asked, on=noted, at=late)

    for day in (1, 2):
        on, seen = noted + day * DAY, noted + (day - 1) * DAY
        redate(asked, on=on, seen=seen, at=late + 3 * DAY + timedelta(hours=day))

    [waiting] = Letter.objects.waiting().filter(message__kind="request_completed")
    assert f"c'est le {day_in_words(noted + 2 * DAY)}" in plain(waiting.message.body)
    assert Letter.objects.filter(message__kind="request_completed").count() == 3
