"""A decision is contested: when it is in time, what silence means, what becomes of it (H2, CRPA L. 411-2)."""

from datetime import date, timedelta

import pytest
import time_machine
from django.db import IntegrityError, transaction

from sporades.accommodations import operations
from sporades.accommodations.answering import ANSWER
from sporades.accommodations.appeals import followed_in_words, silence_in_words
from sporades.accommodations.contesting import court_until, is_in_time, silent_on
from sporades.accommodations.models import Again, Appeal, Came, Case
from sporades.accommodations.operations import Author
from sporades.accommodations.queries import appeal_against, appeal_of, contested_among, last_case_of
from sporades.accommodations.states import State
from sporades.accommodations.tracker import check_of
from sporades.accounts import operations as accounts
from sporades.acts import accommodating, consulting
from sporades.acts.registrations import deciding, leaving
from sporades.core import apart
from sporades.core.days import midnight
from sporades.core.refusals import ReasonMissing, Refused
from sporades.documents.queries import replacement_of
from sporades.journal.models import Entry
from sporades.mail.models import Message
from sporades.medical.models import Paper
from sporades.medical.queries import compartment
from sporades.notices import operations as notices
from sporades.notices.models import Banner
from sporades.registrations.states import SET_ASIDE
from sporades.retention import operations as retention
from tests.accommodations.asked import (
    CONTESTED,
    MANAGER,
    RECTOR,
    a_minor,
    again,
    case_of,
    contest,
    decide,
    reach,
    send,
    taken_again,
    write,
)
from tests.accommodations.test_notifying import notified
from tests.acts.people import in_threads
from tests.factories import NOW, a_record, a_registration, author
from tests.medical.given import confide, found_clean
from tests.spaces import plain

PARIS = "Europe/Paris"
LAST = date(2027, 2, 11)
"""The last day to contest a decision notified NOW and not opened: presumed received on 10 December."""
SILENT = date(2027, 1, 25)
COURT = date(2027, 3, 26)
"""What comes of an appeal received NOW: rejected by silence, then the last day for the court."""
LATER = NOW + timedelta(days=10)
REASON = "Un secrétaire n'est pas nécessaire pour une épreuve à l'ordinateur."


@pytest.fixture
def registration(invented_exam):
    return a_registration(informations={"has_disability": "oui"})


@pytest.fixture
def decided(registration):
    return reach(registration, State.NOTIFIED)


def refuse(found, *, reason=REASON, by=RECTOR, at=LATER):
    accommodating.refuse_appeal(found=found, reason=reason, author=by, by=MANAGER, at=at)
    return appeal_against(found.case)


def by_letter(case, *, sent_on, received_on=None, at):
    return contest(
        case,
        came=Came.LETTER,
        sent_on=sent_on,
        received_on=received_on,
        entered_name="Claude Martin",
        by=MANAGER,
        at=at,
    )


def set_aside(registration):
    why = "Une erreur."
    deciding.decide(
        registration=again(registration), decision=SET_ASIDE, reason=why, by=MANAGER, at=NOW
    )


def erased_after(registration):
    return compartment(registration).erase_after


def told(kind):
    message = Message.objects.filter(kind=kind).latest("pk")
    return plain(f"{message.subject}\n{message.body}")


def test_an_appeal_has_an_acknowledgement_that_says_when_and_what_silence_means(decided):
    made = contest(decided)

    assert (made.sent_on, made.received_on, made.is_waiting) == (date(2026, 11, 25),) * 2 + (True,)
    said = told("appeal_received")
    assert "a été reçu le 25 novembre 2026. La décision reste en vigueur" in said
    assert "L'autorité a jusqu'au 25 janvier 2027 pour y répondre." in said
    assert "saisir le tribunal jusqu'au 26 mars 2027 inclus" in said
    assert "Le tribunal compétent est celui du lieu où siège l'autorité" in said
    assert "aménagement" not in said
    assert CONTESTED not in said
    act = Entry.objects.get(verb="accommodation appealed")
    assert act.payload["after"] == {"case": decided.pk, "appeal": made.pk, "came": "space"}


def test_an_appeal_that_is_sent_twice_is_one(decided):
    assert contest(decided) == contest(decided)
    assert Message.objects.filter(kind="appeal_received").count() == 1


def test_an_account_given_back_takes_no_appeal_back_for_72_hours(registration, decided):
    found = contest(decided)
    accounts.hold(registration.candidate.user, at=NOW)

    with pytest.raises(accounts.Held, match="ou un recours jusqu'au"):
        accommodating.withdraw_appeal(found=found, by=author(registration.candidate), at=NOW)

    assert Appeal.objects.get().withdrawn_at is None
    accommodating.withdraw_appeal(found=found, by=MANAGER, at=NOW)  # who made sure of who asks
    assert Appeal.objects.get().withdrawn_at == NOW


def test_what_is_said_otherwise_afterwards_is_another_and_is_refused(decided):
    contest(decided)

    with pytest.raises(operations.AlreadyAppealed):
        contest(decided, text="Autre chose.")


def test_nothing_is_contested_before_it_is_notified(registration):
    with pytest.raises(operations.NotNotified):
        contest(reach(registration, State.DECIDED))


def test_nothing_is_contested_of_a_registration_that_does_not_stand(registration, decided):
    by = author(registration.candidate)
    leaving.withdraw(registration=again(registration), by=by, at=NOW)

    with pytest.raises(operations.NotStanding):
        contest(decided)


def test_a_letter_against_a_decision_is_entered_while_its_registration_is_set_aside(
    registration, decided
):
    set_aside(registration)

    by_letter(decided, sent_on=NOW.date(), received_on=NOW.date(), at=NOW)

    assert Appeal.objects.waiting().exists()
    assert not contested_among(Case.objects.all()).exists()


def test_an_appeal_that_says_nothing_is_refused(decided):
    with pytest.raises(operations.NothingContested):
        contest(decided, text="")


@pytest.mark.parametrize(
    ("sent_on", "received_on"),
    [
        (date(2026, 11, 26), date(2026, 11, 27)),
        (date(2026, 11, 25), date(2026, 11, 24)),
        (date(2026, 11, 26), date(2026, 11, 25)),
    ],
)
def test_days_that_cannot_be_are_refused(decided, sent_on, received_on):
    with pytest.raises(operations.AppealToCome):
        by_letter(decided, sent_on=sent_on, received_on=received_on, at=NOW)


def test_a_letter_from_before_the_decision_is_a_slip(decided):
    with pytest.raises(operations.BeforeDecision):
        by_letter(decided, sent_on=date(2025, 11, 25), at=NOW)


def test_who_sent_a_letter_is_not_told_to_change_their_password(decided):
    by_letter(decided, sent_on=date(2026, 11, 25), at=NOW)

    assert "mot de passe" not in told("appeal_received")


def test_a_decision_that_is_taken_again_for_an_error_waits_for_the_new_one(decided):
    taken_again(decided, why=Again.ERROR)

    with pytest.raises(operations.BeingTakenAgain):
        contest(decided)


# --- In time, and what silence means ---------------------------------------------------------


@pytest.mark.parametrize(
    ("sent_on", "in_time"),
    [(LAST, True), (LAST + timedelta(days=1), False)],
    ids=["last day", "day after"],
)
def test_a_letter_is_in_time_by_its_postmark_whenever_it_arrives(decided, sent_on, in_time):
    arrived = midnight(LAST + timedelta(days=5), PARIS)

    made = by_letter(decided, sent_on=sent_on, at=arrived)

    assert is_in_time(made, PARIS) is in_time
    said = told("appeal_received")
    assert ("saisir le tribunal jusqu'au" in said) is in_time
    assert ("le délai pour saisir le tribunal n'est pas interrompu" in said) is not in_time


@pytest.mark.parametrize(
    ("hours", "in_time"),
    [(6, True), (47, True), (48, False)],
    ids=["once it is over", "the evening after", "the day after that"],
)
def test_what_could_not_be_sent_on_the_last_day_is_sent_as_of_it(decided, hours, in_time):
    ended = midnight(LAST + timedelta(days=1), PARIS)
    notices.show(
        kind=Banner.Kind.ALERT,
        message="Panne.",
        at=ended - timedelta(hours=4),
        until=ended + timedelta(hours=5),
        stops_writing=True,
    )

    at = ended + timedelta(hours=hours)
    with time_machine.travel(at, tick=False):
        made = contest(decided, at=at)

        assert (made.sent_on == LAST, is_in_time(made, PARIS)) == (in_time, in_time)
        assert ("saisir le tribunal jusqu'au" in told("appeal_received")) is in_time
        counted = "Reçu le 12 février 2027, et compté du 11 février 2027, dernier jour"
        [first, *_] = followed_in_words(made, PARIS, at=at)
        assert plain(first).startswith(counted) is (in_time and hours < 24)


def test_what_is_sent_after_a_last_day_on_which_one_could_write_comes_too_late(decided):
    made = contest(decided, at=midnight(LAST + timedelta(days=1), PARIS))

    assert not is_in_time(made, PARIS)


def test_without_an_answer_in_two_months_it_is_rejected_and_the_court_is_asked_in_two(decided):
    made = contest(decided)

    assert silent_on(made.received_on) == SILENT
    assert court_until(made, PARIS) == COURT


@pytest.mark.parametrize(
    ("received_on", "silent"),
    [
        (date(2026, 12, 31), date(2027, 2, 28)),
        (date(2027, 12, 31), date(2028, 2, 29)),
        (date(2027, 8, 1), date(2027, 10, 1)),
    ],
)
def test_two_months_end_on_the_same_day_or_on_the_last_of_the_month(received_on, silent):
    assert silent_on(received_on) == silent


def test_its_candidate_reads_until_when_before_and_after_the_silence(decided):
    made = appeal_against(contest(decided).case)

    before = plain(" ".join(followed_in_words(made, PARIS, at=NOW)))
    on_it = plain(" ".join(followed_in_words(made, PARIS, at=midnight(SILENT, PARIS))))
    after = plain(
        " ".join(followed_in_words(made, PARIS, at=midnight(SILENT + timedelta(days=1), PARIS)))
    )
    last = plain(" ".join(followed_in_words(made, PARIS, at=midnight(COURT, PARIS))))
    over = plain(
        " ".join(followed_in_words(made, PARIS, at=midnight(COURT + timedelta(days=1), PARIS)))
    )

    assert "L'autorité a jusqu'au 25 janvier 2027 pour y répondre" in before
    assert "vous pourrez alors saisir le tribunal jusqu'au 26 mars 2027 inclus" in before
    assert on_it == before
    assert "il est rejeté depuis ce jour : vous pouvez saisir le tribunal" in after
    assert last == after
    assert "vous pouviez saisir le tribunal" in over
    assert "le silence vaudra rejet le 25 janvier 2027" in plain(
        silence_in_words(made, PARIS, at=NOW)
    )


AFTER = midnight(SILENT + timedelta(days=1), PARIS) + timedelta(hours=6)
"""In the morning after the day on which silence has refused an appeal received NOW."""


def test_its_candidate_is_told_once_that_silence_has_refused_it(decided):
    contest(decided)

    on_the_day = accommodating.tell_of_silence(at=AFTER - timedelta(days=1))
    told_now = [accommodating.tell_of_silence(at=AFTER) for _ in range(2)]

    assert (on_the_day, told_now) == (0, [1, 0])
    said = told("appeal_silent")
    assert "reçu le 25 novembre 2026, est resté sans réponse pendant deux mois." in said
    assert "vous pouvez saisir le tribunal jusqu'au 26 mars 2027 inclus" in said
    assert "aménagement" not in said


def test_nor_is_whoever_had_an_answer_or_took_it_back(registration, decided):
    refuse(contest(decided))
    other = reach(a_registration(informations={"has_disability": "oui"}), State.NOTIFIED)
    accommodating.withdraw_appeal(found=contest(other), by=MANAGER, at=LATER)

    assert accommodating.tell_of_silence(at=AFTER) == 0


def test_who_leaves_as_silence_is_being_told_is_not_told_of_a_court(
    registration, decided, monkeypatch
):
    contest(decided)
    each = apart.each

    def leave_first(act, keys, **told):
        found = list(keys)
        leaving.withdraw(registration=registration, by=author(registration.candidate), at=LATER)
        return each(act, found, **told)

    monkeypatch.setattr(apart, "each", leave_first)

    assert accommodating.tell_of_silence(at=AFTER) == 0
    assert not Message.objects.filter(kind="appeal_silent").exists()


def test_silence_is_told_while_the_decision_is_taken_again_and_not_once_there_is_a_new_one(
    registration, decided
):
    taken_again(decided, has_opinion=True)
    other = reach(a_registration(informations={"has_disability": "oui"}), State.NOTIFIED)
    taken_again(other, has_opinion=True)
    decide(registration, at=LATER)
    new = case_of(registration)
    accommodating.notify(case=new, seen=new.decided_at, by=MANAGER, at=LATER)

    assert accommodating.tell_of_silence(at=AFTER) == 1
    message = Message.objects.get(kind="appeal_silent")
    assert message.about_id == str(other.registration_id)


def test_silence_is_told_of_what_another_request_has_replaced(registration, decided):
    contest(decided)
    reach(registration, State.NOTIFIED, at=LATER)

    assert accommodating.tell_of_silence(at=AFTER) == 1


@pytest.mark.parametrize("is_first", [True, False])
def test_silence_is_told_while_the_registration_is_set_aside(registration, decided, is_first):
    if is_first:
        contest(decided)
    set_aside(registration)
    if not is_first:
        contest(decided)

    assert accommodating.tell_of_silence(at=AFTER) == 1
    said = told("appeal_silent")
    assert "vous pouvez saisir le tribunal jusqu'au 26 mars 2027 inclus" in said
    assert "peut encore y répondre" not in said


def test_of_one_that_came_too_late_no_court_is_named(decided):
    arrived = midnight(LAST + timedelta(days=5), PARIS)
    by_letter(decided, sent_on=LAST + timedelta(days=1), at=arrived)

    accommodating.tell_of_silence(at=arrived + timedelta(days=70))

    said = told("appeal_silent")
    assert "saisir le tribunal jusqu'au" not in said
    assert "n'est pas interrompu" in said


def test_papers_of_health_stay_while_the_court_may_be_asked(registration):
    confide(registration)
    decided = reach(registration, State.NOTIFIED)
    assert erased_after(registration) == midnight(LAST + timedelta(days=16), PARIS)

    contest(decided)

    assert erased_after(registration) == midnight(COURT + timedelta(days=16), PARIS)


def test_one_that_is_posted_on_the_last_day_finds_the_papers_when_it_comes(registration):
    found_clean(confide(registration))
    decided = reach(registration, State.NOTIFIED)
    arrived = midnight(LAST + timedelta(days=15), PARIS) + timedelta(hours=9)

    retention.apply(at=arrived)
    by_letter(decided, sent_on=LAST, at=arrived)

    assert Paper.objects.exists()
    assert erased_after(registration) > arrived


def test_one_that_comes_too_late_keeps_no_paper(registration):
    confide(registration)
    decided = reach(registration, State.NOTIFIED)
    before = erased_after(registration)

    late = midnight(LAST + timedelta(days=5), PARIS)
    by_letter(decided, sent_on=LAST + timedelta(days=1), at=late)

    assert erased_after(registration) == before


def test_the_tracker_of_a_registration_says_that_it_is_looked_at(registration, decided):
    consulting.open_document(
        version=case_of(registration).notification, by=author(registration.candidate), at=NOW
    )
    contest(decided)

    [check] = check_of(registration, last_case_of(registration), at=NOW)

    assert check.state == "waiting"
    assert "Votre recours du 25 novembre 2026 est à l'étude : réponse au plus" in plain(check.note)


# --- Taken back ------------------------------------------------------------------------------


def test_what_is_taken_back_leaves_the_delay_as_it_was(registration):
    confide(registration)
    decided = reach(registration, State.NOTIFIED)
    before = erased_after(registration)
    made = contest(decided)
    by = author(registration.candidate)

    accommodating.withdraw_appeal(found=made, by=by, at=LATER)
    accommodating.withdraw_appeal(found=made, by=by, at=LATER)

    assert erased_after(registration) == before
    assert Message.objects.filter(kind="appeal_withdrawn").count() == 1
    assert Entry.objects.filter(verb="accommodation appeal withdrawn").count() == 1
    assert "est retiré, le samedi 5 décembre 2026" in told("appeal_withdrawn")
    assert appeal_against(decided) is None
    assert contest(decided, at=LATER).is_waiting


def test_what_was_answered_is_not_taken_back(decided):
    made = refuse(contest(decided))

    with pytest.raises(operations.AppealAnswered):
        accommodating.withdraw_appeal(found=made, by=MANAGER, at=LATER)


# --- Taken again on it -----------------------------------------------------------------------


def test_a_decision_is_taken_again_on_an_appeal_that_waits_alone(decided):
    with pytest.raises(operations.NoAppeal):
        accommodating.take_again(
            case=decided, why=Again.APPEAL, has_opinion=True, by=MANAGER, at=NOW
        )
    contest(decided)
    with pytest.raises(operations.AppealWaits):
        accommodating.take_again(
            case=decided, why=Again.ERROR, has_opinion=True, by=MANAGER, at=NOW
        )

    made = accommodating.take_again(
        case=decided, why=Again.APPEAL, has_opinion=True, by=MANAGER, at=NOW
    )

    assert made.appeal == appeal_against(decided)
    assert made.appeal.state_in_words == "Décision reprise"
    assert not contested_among(Case.objects.all()).exists()


def test_it_waits_again_once_the_taking_again_is_cancelled(decided):
    made = taken_again(decided, has_opinion=True)

    accommodating.cancel_taking_again(case=made, reason="Par erreur.", by=MANAGER, at=NOW)

    assert appeal_against(decided).is_waiting
    assert [one.pk for one in contested_among(Case.objects.all())] == [decided.pk]


def test_the_new_decision_may_be_contested_in_its_turn(registration, decided):
    taken_again(decided, has_opinion=True)
    decide(registration, at=LATER)
    new = case_of(registration)
    accommodating.notify(case=new, seen=new.decided_at, by=MANAGER, at=LATER)

    assert contest(new, at=LATER).is_waiting


def test_an_appeal_waits_for_its_answer_though_another_decision_replaces_what_it_contests(
    registration, decided
):
    made = contest(decided)
    new = reach(registration, State.NOTIFIED, at=LATER)

    assert appeal_of(registration.pk) == made
    assert appeal_against(new) is None
    said = refuse(made, at=LATER + timedelta(days=1)).answer.content["said"]
    assert said.endswith("Une autre décision, notifiée depuis, a remplacé celle-ci.")
    assert appeal_of(registration.pk) is None


def test_what_another_decision_has_replaced_is_contested_no_more(registration, decided):
    reach(registration, State.NOTIFIED, at=LATER)

    with pytest.raises(operations.DecisionReplaced):
        contest(decided, at=LATER)


def test_a_letter_contests_the_decision_that_was_there_when_it_was_posted(registration, decided):
    new = reach(registration, State.NOTIFIED, at=LATER)
    days = {"received_on": LATER.date(), "at": LATER}

    for case, posted, refusal in (
        (new, LATER - timedelta(days=1), operations.BeforeDecision),
        (decided, LATER, operations.DecisionReplaced),
    ):
        with pytest.raises(refusal):
            by_letter(case, sent_on=posted.date(), **days)
    made = by_letter(decided, sent_on=(LATER - timedelta(days=1)).date(), **days)

    assert appeal_of(registration.pk) == made
    assert refuse(made).answer.content["said"].endswith("a remplacé celle-ci.")


def test_a_decision_that_another_has_replaced_is_taken_again_by_nobody(registration, decided):
    contest(decided)
    reach(registration, State.NOTIFIED, at=LATER)

    with pytest.raises(Refused, match="a remplacé celle-ci"):
        accommodating.take_again(
            case=decided, why=Again.APPEAL, has_opinion=True, by=MANAGER, at=LATER
        )


def test_for_an_error_no_decision_is_taken_again_while_the_one_before_it_is_contested(
    registration, decided
):
    made = contest(decided)
    new = reach(registration, State.NOTIFIED, at=LATER)

    with pytest.raises(operations.FormerAppealed):
        taken_again(new, why=Again.ERROR, at=LATER)
    refuse(made)

    assert taken_again(new, why=Again.ERROR, at=LATER).instead_of == new


def test_a_request_that_was_begun_and_never_sent_makes_way(registration, decided):
    contest(decided)
    write(registration)
    begun = case_of(registration)

    made = accommodating.take_again(
        case=decided, why=Again.APPEAL, has_opinion=True, by=MANAGER, at=LATER
    )

    begun.refresh_from_db()
    assert (begun.state, made.state) == (State.WITHDRAWN, State.OPINION_GIVEN)
    left = Entry.objects.get(verb="accommodation withdrawn")
    assert left.payload["after"]["case"] == begun.pk


def test_one_that_was_sent_does_not(registration, decided):
    contest(decided)
    write(registration)
    send(registration)

    with pytest.raises(operations.UnderWay):
        accommodating.take_again(
            case=decided, why=Again.APPEAL, has_opinion=True, by=MANAGER, at=LATER
        )


def test_once_the_decision_is_taken_again_silence_still_counts(decided):
    taken_again(decided)

    said = plain(" ".join(followed_in_words(appeal_against(decided), PARIS, at=NOW)))

    assert "a repris la décision à la suite de ce recours, le 25 novembre 2026." in said
    assert "Sans réponse ce jour-là, il est rejeté" in said


# --- Refused ---------------------------------------------------------------------------------


def test_the_answer_says_why_who_and_how_to_go_to_court(registration, decided):
    made = refuse(contest(decided))

    said = made.answer.content
    assert made.answer.document.kind == ANSWER.slug
    assert plain(said["about"]) == (
        "Recours reçu le 25 novembre 2026, contre la décision du 25 novembre 2026 sur la demande "
        "d'aménagement d'épreuves."
    )
    assert said["reason"] == REASON
    assert plain(said["author"]) == (
        "Réponse donnée par : Claude Martin, cheffe du service des examens, Rectorat de Lille, le "
        "5 décembre 2026."
    )
    assert "à compter du jour où vous ouvrez cette réponse" in plain(said["until"])
    assert "réputée reçue le 20 décembre 2026" in plain(said["until"])
    assert "le saisir jusqu'au 22 février 2027 inclus" in plain(said["until"])
    assert "Tribunal" in said["appeal"] or "tribunal" in said["appeal"]
    assert case_of(registration).state == State.NOTIFIED


def test_its_mail_says_that_something_awaits_and_never_what(decided):
    made = contest(decided)
    before = Message.objects.filter(kind="something_awaits").count()

    refuse(made)

    assert Message.objects.filter(kind="something_awaits").count() == before + 1
    said = told("something_awaits")
    assert "recours" not in said
    assert "aménagement" not in said


def test_papers_of_health_follow_the_answer_and_its_first_reading(registration):
    confide(registration)
    made = refuse(contest(reach(registration, State.NOTIFIED)))
    unread = erased_after(registration)

    consulting.open_document(version=made.answer, by=author(registration.candidate), at=LATER)

    assert unread == midnight(date(2027, 3, 10), PARIS)
    assert erased_after(registration) == midnight(date(2027, 2, 27), PARIS)
    made = appeal_against(made.case)
    assert court_until(made, PARIS) == date(2027, 2, 8)
    assert "Vous avez ouvert cette réponse le 5 décembre 2026" in plain(
        " ".join(followed_in_words(made, PARIS, at=LATER))
    )


def test_what_is_answered_after_the_court_could_be_asked_opens_it_no_more(decided):
    made = refuse(contest(decided), at=midnight(COURT + timedelta(days=1), PARIS))

    assert court_until(made, PARIS) == COURT
    assert "le tribunal pouvait être saisi jusqu'au 26 mars 2027" in plain(
        made.answer.content["until"]
    )


def test_the_answer_to_one_sent_on_the_last_day_opens_the_court(decided):
    made = by_letter(decided, sent_on=LAST, at=midnight(LAST + timedelta(days=3), PARIS))

    made = refuse(made, at=midnight(LAST + timedelta(days=4), PARIS))

    assert "Vous avez deux mois pour saisir le tribunal" in made.answer.content["until"]


def test_the_answer_to_one_that_came_too_late_says_so(decided):
    made = by_letter(
        decided, sent_on=LAST + timedelta(days=1), at=midnight(LAST + timedelta(days=3), PARIS)
    )

    said = refuse(made, at=midnight(LAST + timedelta(days=4), PARIS)).answer.content["until"]

    assert "venu après le dernier jour pour contester la décision, le 11 février 2027" in plain(
        said
    )


@pytest.mark.parametrize(
    ("said", "refusal"),
    [
        ({"reason": ""}, ReasonMissing),
        ({"by": Author("Claude", "", "cheffe", "Rectorat")}, operations.AuthorMissing),
    ],
)
def test_an_answer_without_its_reason_or_its_author_is_refused_and_nothing_is_kept(
    decided, said, refusal
):
    made = contest(decided)

    with pytest.raises(refusal):
        refuse(made, **said)

    assert appeal_against(decided).is_waiting


def test_a_later_answer_is_not_said_to_replace_a_former_one(registration, decided):
    first = refuse(contest(decided)).answer
    new = reach(registration, State.NOTIFIED, at=LATER)
    second = refuse(contest(new, at=LATER), at=LATER + timedelta(days=1)).answer

    assert (first.number, second.number) == (1, 2)
    assert replacement_of(first, at=LATER + timedelta(days=2)) is None


def test_what_is_refused_is_refused_once(decided):
    made = contest(decided)
    refuse(made)

    with pytest.raises(operations.AppealAnswered):
        refuse(made)
    with pytest.raises(operations.NoAppeal):
        accommodating.take_again(
            case=decided, why=Again.APPEAL, has_opinion=True, by=MANAGER, at=LATER
        )
    with pytest.raises(operations.AlreadyAppealed):
        contest(decided, text="Encore.", at=LATER)


# --- Who ------------------------------------------------------------------------------------


def test_the_guardian_of_a_minor_is_told_that_something_awaits(db):
    registration = a_minor()
    notified(registration)
    before = Message.objects.filter(kind="guardian_awaited").count()

    contest(case_of(registration), guardian_name="Anne Le Goff", guardian_quality="mère")

    assert Message.objects.filter(kind="guardian_awaited").count() == before + 1
    accommodating.withdraw_appeal(
        found=appeal_of(registration.pk), by=author(registration.candidate), at=LATER
    )
    assert Message.objects.filter(kind="guardian_awaited").count() == before + 2


@pytest.mark.parametrize("is_answered", [True, False])
def test_so_is_one_of_an_appeal_that_is_refused_in_words_or_by_silence(db, is_answered):
    registration = a_minor()
    notified(registration)
    made = contest(case_of(registration), guardian_name="Anne Le Goff", guardian_quality="mère")
    told_before = Message.objects.filter(kind="guardian_awaited").count()

    if is_answered:
        refuse(made)
    else:
        assert accommodating.tell_of_silence(at=NOW + timedelta(days=70)) == 1

    assert Message.objects.filter(kind="guardian_awaited").count() == told_before + 1


def test_who_has_no_account_is_told_by_a_letter_that_names_no_space(invented_exam):
    registration = a_registration(a_record(), informations={"has_disability": "oui"})
    decided = reach(registration, State.NOTIFIED)

    by_letter(decided, sent_on=date(2026, 11, 25), at=NOW)

    said = told("appeal_received")
    assert "L'autorité a jusqu'au 25 janvier 2027 pour y répondre" in said
    assert "mot de passe" not in said
    assert "Suivez-le" not in said


# --- The database ----------------------------------------------------------------------------


def test_the_database_keeps_one_appeal_that_stands_of_a_decision(decided):
    made = contest(decided)
    made.pk = None

    with (
        pytest.raises(IntegrityError, match="a_decision_has_one_appeal_that_stands"),
        transaction.atomic(),
    ):
        made.save(force_insert=True)


@pytest.mark.django_db(transaction=True)
def test_two_who_contest_at_once_make_one(decided):
    case, by = decided, author(decided.registration.candidate)

    def contested():
        return contest(case, by=by).pk

    assert len(set(in_threads(contested, contested))) == 1
    assert Appeal.objects.count() == 1
