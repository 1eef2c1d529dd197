"""A request that came on paper, entered by the office for whoever has no account (L-05, I13)."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.db.models import F

from sporades.accommodations import operations
from sporades.accommodations.late import came_in_time, late_told
from sporades.accommodations.left import papers_in_hand
from sporades.accommodations.models import Again, Case
from sporades.accommodations.operations import Asked, OnPaper
from sporades.accommodations.rules import Wish
from sporades.accommodations.states import State
from sporades.accommodations.words import sent_in_words
from sporades.accounts.models import User
from sporades.acts import accommodating
from sporades.acts.accommodating.entrusting import lacks_a_paper
from sporades.acts.accommodating.silent import silence_of
from sporades.acts.people import claiming, joining
from sporades.acts.postmarks import PostmarkBeforeOpening, PostmarkToCome
from sporades.acts.registrations import leaving
from sporades.candidates.models import Candidate, Channel
from sporades.exams.models import RegistrationService
from sporades.journal.models import Entry
from sporades.letters.models import Letter
from sporades.mail.models import Message
from sporades.registrations.models import Registration
from sporades.registrations.states import State as RegistrationState
from tests.accommodations.asked import (
    ACCESS,
    HALF,
    LATE,
    MANAGER,
    MINOR,
    READER,
    THIRD,
    WISHES,
    WITHOUT_ACCOMMODATIONS,
    WITHOUT_READER,
    WORDS,
    _notify,
    a_minor,
    again,
    case_of,
    decide,
    entrust,
    find_incomplete,
    opine,
    said_so,
    send,
    taken_again,
    under,
    write,
)
from tests.factories import EVERYWHERE, NOW, PASSWORD, a_record, a_registration, author
from tests.spaces import plain

POSTED = date(2026, 11, 20)
PAPER = OnPaper(POSTED, has_envelope=True)
SIGNED = replace(PAPER, guardian="Anne Le Goff", quality="mère")
AFTER = date(2026, 12, 18)
"""After the deadline of the invented exam."""


@pytest.fixture
def registration():
    """File a registration of somebody without an account, who declared a handicap."""
    return a_registration(a_record(), informations={"has_disability": "oui"})


def revision_of(registration):
    """Return the revision that the page of an entry shows."""
    open_case = Case.objects.open().filter(registration=registration).first()
    if open_case is not None:
        return open_case.revision
    before = Case.objects.filter(registration=registration)
    return 1 + max((one.revision for one in before), default=0)


def enter(registration, *wishes, paper=PAPER, at=NOW, seen=None, is_certain=False, **said):
    """Enter a paper, as a manager does."""
    return accommodating.enter(
        registration=again(registration),
        asked=Asked(wishes or WISHES, **said),
        paper=paper,
        seen=revision_of(registration) if seen is None else seen,
        is_certain=is_certain,
        by=MANAGER,
        at=at,
    )


def verbs(registration):
    """Return what the journal says of the request of a registration."""
    entries = Entry.objects.filter(verb__startswith="accommodation").order_by("pk")
    return [one.verb for one in entries if one.payload["after"].get("case")]


def test_what_a_paper_asks_is_sent_at_once_and_the_journal_says_that_it_was_entered(registration):
    enter(registration)

    case = case_of(registration)
    [entry] = Entry.objects.filter(verb="accommodation entered from paper")
    assert (case.state, case.asked_at, case.since) == (State.ASKED, NOW, NOW)
    assert (case.posted_on, case.has_envelope) == (POSTED, True)
    assert [(one.code, one.papers) for one in case.measures.all()] == [
        (THIRD, ["E1"]),
        (ACCESS, []),
    ]
    assert verbs(registration) == ["accommodation entered from paper"]
    assert entry.payload["after"]["posted_on"] == "2026-11-20"
    assert entry.actor_name == MANAGER.name
    assert sent_in_words(case) == "Par courrier, posté le 20 novembre 2026"


def test_a_paper_is_of_its_own_candidate_whatever_another_asks(registration):
    other = a_registration(a_record(first_names="Yann"), informations={"has_disability": "oui"})
    enter(other, Wish(THIRD, ("E1",)))
    before = Case.objects.filter(registration=other).values().get()

    enter(registration, Wish(ACCESS))

    assert [one.code for one in case_of(registration).measures.all()] == [ACCESS]
    assert Case.objects.filter(registration=other).values().get() == before
    assert [one.code for one in case_of(other).measures.all()] == [THIRD]


def test_its_candidate_is_told_by_a_letter_that_says_nothing_of_what_it_is(registration):
    enter(registration)

    [letter] = Letter.objects.filter(message__kind="request_received")
    assert letter.message.recipient == ""


WHOLE = "Ce délai ne court que du jour"
MISSING = "Il y manque encore quelque chose d'obligatoire : demandez sans attendre"


@pytest.mark.parametrize("has_envelope", [True, False])
def test_silence_is_promised_only_of_a_paper_that_came_with_its_envelope(
    registration, has_envelope
):
    enter(registration, paper=replace(PAPER, has_envelope=has_envelope))

    said = plain(Message.objects.get(kind="request_received").body)
    assert (silence_of(case_of(registration)) is not None) is has_envelope
    assert (WHOLE in said, MISSING in said) == (not has_envelope, not has_envelope)


def test_an_envelope_that_was_entered_and_had_not_come_is_told_to_be_missing(registration):
    enter(registration)

    enter(registration, paper=replace(PAPER, has_envelope=False), at=NOW + timedelta(hours=1))
    enter(registration, Wish(READER), paper=OnPaper(POSTED), at=NOW + timedelta(hours=2))

    told = Message.objects.filter(kind="request_received").order_by("pk")
    assert [MISSING in plain(one.body) for one in told] == [False, True]


def test_pressed_twice_a_paper_is_entered_and_told_once(registration):
    seen = revision_of(registration)

    first = enter(registration, seen=seen)
    second = enter(registration, seen=seen)

    assert first == second
    assert verbs(registration) == ["accommodation entered from paper"]
    assert Letter.objects.filter(message__kind="request_received").count() == 1


def test_what_a_colleague_entered_meanwhile_is_not_written_over_unread(registration):
    seen = revision_of(registration)
    enter(registration, Wish(READER), seen=seen)

    with pytest.raises(operations.Rewritten):
        enter(registration, seen=seen)

    assert [one.code for one in case_of(registration).measures.all()] == [READER]


@pytest.mark.parametrize("state", [RegistrationState.WITHDRAWN, RegistrationState.SET_ASIDE])
def test_nothing_is_entered_for_a_registration_that_stands_no_more(registration, state):
    changes = {"withdrawn_at": NOW} if state == RegistrationState.WITHDRAWN else {}
    if state == RegistrationState.SET_ASIDE:
        changes = {"reason": "Doublon.", "decided_at": NOW}
    Registration.objects.filter(pk=registration.pk).update(state=state, **changes)

    with pytest.raises(operations.NotStanding):
        enter(registration)

    assert not Case.objects.exists()


def test_a_validated_registration_takes_a_paper_as_its_candidate_with_an_account_would_ask(
    registration,
):
    Registration.objects.filter(pk=registration.pk).update(
        state=RegistrationState.VALIDATED, decided_at=NOW
    )

    assert enter(registration).state == State.ASKED


def test_whoever_has_an_account_asks_in_their_space():
    registration = a_registration(informations={"has_disability": "oui"})

    with pytest.raises(operations.HasAccount):
        enter(registration)


# --- Of whoever claims their record while the paper is on its way -----------------------------------


CLAIMED = NOW + timedelta(days=2)
IN_TIME = date(2026, 11, 27)
"""The very day on which the record is claimed."""


@pytest.fixture
def claim(registration):
    """Return what has the candidate claim their record."""

    def claimed(at=CLAIMED):
        record = Candidate.objects.get(pk=registration.candidate_id)
        code = claiming.give_code(
            record, reach=EVERYWHERE, academy="A09", by=MANAGER, at=at - timedelta(hours=1)
        )
        said = {"email": "maelle@exemple.test", "password": PASSWORD, "network": "ici"}
        claiming.claim(code=code, birth=(14, 3, 1998), at=at, **said)
        joining.activate(User.objects.get(email=said["email"]).pk, at=at)

    return claimed


def test_what_was_posted_before_its_candidate_had_an_account_is_entered_and_in_time(
    registration, claim
):
    claim()

    case = enter(registration, paper=replace(PAPER, posted_on=IN_TIME), at=LATE)

    [message] = Message.objects.filter(kind="request_received")
    assert (case.posted_on, came_in_time(case)) == (IN_TIME, True)
    assert message.recipient == "maelle@exemple.test"
    assert "envoyée sur papier" in message.body
    assert "Suivez-la à la page de votre inscription" in message.body


def test_what_was_posted_once_its_candidate_had_an_account_is_asked_there(registration, claim):
    claim()

    with pytest.raises(operations.HasAccount, match="depuis le 27 novembre 2026"):
        enter(registration, paper=OnPaper(date(2026, 11, 28)), at=LATE)

    assert not Case.objects.exists()


def test_what_completes_a_paper_request_and_was_posted_before_is_entered(registration, claim):
    enter(registration, paper=replace(PAPER, has_envelope=False))
    find_incomplete(registration)
    claim()

    case = enter(registration, paper=replace(PAPER, posted_on=IN_TIME), at=LATE)

    assert (case.state, case.has_envelope) == (State.ASKED, True)
    assert sent_in_words(case) == "Par courrier, le dernier posté le 27 novembre 2026"
    mended = enter(registration, Wish(READER), at=LATE)
    assert (mended.posted_on, [one.code for one in mended.measures.all()]) == (POSTED, [READER])


def test_no_paper_goes_over_what_its_candidate_has_written_in_their_space(registration, claim):
    claim()
    write(registration, Wish(READER), at=CLAIMED)

    with pytest.raises(operations.WrittenThere):
        enter(registration, at=LATE)
    send(registration, at=CLAIMED)
    with pytest.raises(operations.WrittenThere):
        enter(registration, at=LATE)

    accommodating.withdraw(case=case_of(registration), by=author(registration.candidate), at=LATE)
    assert came_in_time(enter(registration, at=LATE))


@pytest.mark.parametrize("at", [CLAIMED, LATE])
def test_no_paper_goes_over_a_paper_request_that_was_sent_again_from_a_space(
    registration, claim, at
):
    enter(registration)
    find_incomplete(registration)
    enter(registration, at=NOW + timedelta(hours=1))
    claim()
    accommodating.take_up(case=case_of(registration), by=author(registration.candidate), at=at)
    with pytest.raises(operations.WrittenThere):
        enter(registration, at=LATE)
    send(registration, at=at)

    with pytest.raises(operations.WrittenThere):
        enter(registration, Wish(READER), at=LATE)
    assert "puis de nouveau le" in sent_in_words(case_of(registration))


@pytest.mark.parametrize(
    ("moved", "is_late"), [(timedelta(days=-1), True), (timedelta(days=30), False)]
)
def test_what_is_added_from_a_space_is_in_time_by_its_own_instant_and_no_postmark(
    registration, claim, moved, is_late
):
    enter(registration)
    find_incomplete(registration)
    claim()
    write(registration, *WISHES, Wish(READER), late_reason="APPARUE", at=LATE)
    send(registration, at=LATE)
    service = RegistrationService.objects.filter(pk=registration.service_id)
    service.update(closes_at=F("closes_at") + moved)

    operations.follow_dates(registration.service_id, after=0, last=registration.pk, at=LATE)

    case = case_of(registration)
    assert bool(late_told(case, case.measures.all())) is is_late


def test_whoever_declared_no_handicap_has_their_answer_changed_first():
    registration = a_registration(a_record())

    with pytest.raises(operations.NotDeclared, match="Modifier pour le candidat"):
        enter(registration)


def test_nothing_is_posted_tomorrow(registration):
    with pytest.raises(PostmarkToCome):
        enter(registration, paper=OnPaper(NOW.date() + timedelta(days=1)))


def test_a_postmark_before_the_opening_is_looked_at_twice(registration):
    before = OnPaper(date(2026, 10, 11))

    with pytest.raises(PostmarkBeforeOpening, match="le 12 octobre 2026"):
        enter(registration, paper=before)

    assert enter(registration, paper=before, is_certain=True).posted_on == before.posted_on


def test_no_measure_is_no_request(registration):
    with pytest.raises(operations.NothingAsked):
        accommodating.enter(
            registration=again(registration),
            asked=Asked(()),
            paper=PAPER,
            seen=revision_of(registration),
            by=MANAGER,
            at=NOW,
        )

    assert not Case.objects.exists()


def test_measures_that_exclude_each_other_are_not_entered_together(registration):
    said_so(registration)

    with pytest.raises(operations.Excluding, match=WORDS):
        enter(registration, Wish(THIRD, ("E1",)), Wish(HALF, ("E1",)))


def test_what_was_posted_on_the_last_day_is_in_time_whenever_it_is_entered(registration):
    case = enter(registration, paper=OnPaper(date(2026, 12, 15)), at=LATE)

    assert came_in_time(case)
    assert case.late_reason == ""


def test_what_was_posted_the_day_after_says_why_or_is_refused(registration):
    after = OnPaper(date(2026, 12, 16))

    with pytest.raises(operations.LateReasonMissing):
        enter(registration, paper=after, at=LATE)
    case = enter(registration, paper=after, at=LATE, late_reason="APPARUE")

    assert not came_in_time(case)
    assert case.late_reason == "APPARUE"


def test_a_minor_on_the_day_of_the_postmark_is_signed_for_by_a_guardian_who_is_told():
    registration = a_minor(a_record(**MINOR))

    with pytest.raises(operations.NotSigned):
        enter(registration, Wish(READER))
    case = enter(registration, Wish(READER), paper=SIGNED)

    message, home = Message.objects.filter(kind="signed_as_guardian").order_by("-recipient")
    assert str(case.signature) == "Anne Le Goff, mère"
    assert case.signature.signed_in_words("Europe/Paris") == (
        "20 novembre 2026, sur papier (cachet de la poste)"
    )
    assert message.recipient == "anne@exemple.test"
    assert home.letter.address[0] == "Anne Le Goff"
    assert "reçue sur papier" in message.body
    assert "pas encore envoyée" not in message.body
    assert "son espace candidat" not in message.body


def test_whoever_was_of_age_on_the_day_of_the_postmark_signs_alone():
    soon_of_age = {"birth_year": 2008, "birth_month": 12, "birth_day": 5}
    registration = a_minor(a_record(**soon_of_age))

    case = enter(
        registration,
        Wish(READER),
        paper=OnPaper(LATE.date() - timedelta(days=1)),
        at=LATE,
        late_reason="APPARUE",
    )

    assert case.signature is None


def test_of_age_on_the_very_day_of_the_postmark_whatever_the_hour_where_they_live():
    registration = a_minor(a_record(birth_year=2008, birth_month=11, birth_day=POSTED.day))
    # In Saint-Pierre that day begins five hours after it has in Paris.
    Registration.objects.filter(pk=registration.pk).update(postcode="97500")

    case = enter(registration, Wish(READER))

    assert case.signature is None


def test_a_decision_taken_again_is_completed_on_paper_and_asks_for_nothing_else(registration):
    enter(registration)
    for step in (entrust, opine, decide, _notify):
        step(registration, at=NOW)
    taken_again(case_of(registration), why=Again.ERROR)
    find_incomplete(registration)

    with pytest.raises(operations.NotAnotherAsked):
        enter(registration, Wish(READER), at=LATE)
    case = enter(registration, at=LATE)

    assert case.state == State.ASKED
    assert [one.code for one in case.measures.all()] == [one.code for one in WISHES]


def test_a_decision_taken_again_for_a_new_opinion_keeps_its_postmark_and_its_envelope(registration):
    enter(registration)
    for step in (entrust, opine, decide, _notify):
        step(registration, at=NOW)

    taken_again(case_of(registration), why=Again.ERROR)

    case = case_of(registration)
    assert (case.posted_on, case.has_envelope, lacks_a_paper(case)) == (POSTED, True, False)
    assert papers_in_hand(case, case.registration, ()) == "Sur papier"
    assert sent_in_words(case) == "Par courrier, posté le 20 novembre 2026"


# --- What was entered wrongly --------------------------------------------------------------------


ADDED = (*WISHES, Wish(READER, ("E1",)))
WITHOUT_ENVELOPE = replace(PAPER, has_envelope=False)


@pytest.mark.parametrize("wrongly", [1, 2])
def test_what_completes_it_late_is_late_once_its_postmark_is_mended(registration, wrongly):
    enter(registration)
    find_incomplete(registration)
    for day in range(wrongly):
        enter(
            registration, *ADDED, paper=replace(PAPER, posted_on=POSTED + timedelta(day)), at=LATE
        )

    with pytest.raises(operations.LateReasonMissing):
        enter(registration, *ADDED, paper=replace(PAPER, posted_on=AFTER), at=LATE)
    case = enter(
        registration,
        *ADDED,
        paper=replace(PAPER, posted_on=AFTER),
        at=LATE,
        late_reason="APPARUE",
    )

    [(label, said)] = late_told(case, case.measures.all())
    assert label == "Après la date limite"
    assert plain(said).startswith("« Secrétaire lecteur ». ")


def test_what_completes_it_in_time_is_so_once_its_postmark_is_mended(registration):
    enter(registration)
    find_incomplete(registration)
    late = {"late_reason": "APPARUE"}
    enter(registration, *ADDED, paper=replace(PAPER, posted_on=AFTER), at=LATE, **late)

    case = enter(registration, *ADDED, at=LATE)

    assert (late_told(case, case.measures.all()), case.late_reason) == ([], "")


def test_an_envelope_said_by_mistake_with_what_completes_it_is_said_no_more(registration):
    enter(registration, paper=WITHOUT_ENVELOPE)
    find_incomplete(registration)
    enter(registration, at=LATE)
    assert case_of(registration).has_envelope

    enter(registration, paper=WITHOUT_ENVELOPE, at=LATE + timedelta(minutes=1))

    assert not case_of(registration).has_envelope


def test_an_envelope_that_came_before_stays_however_what_completes_it_is_mended(registration):
    enter(registration)
    find_incomplete(registration)
    for minute in range(2):
        enter(registration, paper=WITHOUT_ENVELOPE, at=LATE + timedelta(minutes=minute))

    assert case_of(registration).has_envelope


def test_what_was_entered_wrongly_is_entered_anew_and_its_candidate_is_told_nothing(registration):
    enter(registration, Wish(READER), paper=OnPaper(AFTER), at=LATE, late_reason="APPARUE")

    enter(registration, paper=PAPER, at=LATE)

    case = case_of(registration)
    assert Case.objects.count() == 1
    assert case.state == State.ASKED
    assert [one.code for one in case.measures.all()] == [THIRD, ACCESS]
    assert (case.posted_on, case.late_reason, came_in_time(case)) == (POSTED, "", True)
    assert sent_in_words(case) == "Par courrier, posté le 20 novembre 2026"
    assert verbs(registration) == [
        "accommodation entered from paper",
        "accommodation entry mended",
    ]
    assert Letter.objects.filter(message__kind="request_received").count() == 1


@pytest.mark.parametrize("is_completed", [False, True])
def test_a_slip_of_the_office_that_is_mended_puts_off_no_day_on_which_silence_decides(
    registration, is_completed
):
    enter(registration)
    if is_completed:
        find_incomplete(registration)
        enter(registration, paper=OnPaper(POSTED), at=NOW + timedelta(days=2))
    before = case_of(registration)
    told = silence_of(before)

    enter(registration, Wish(READER), at=NOW + timedelta(days=20))

    case = case_of(registration)
    assert told is not None
    assert (silence_of(case), case.asked_at, case.since) == (told, before.asked_at, before.since)


def test_another_paper_than_was_entered_is_received_when_it_is_entered(registration):
    enter(registration)
    later = NOW + timedelta(days=3)

    enter(registration, Wish(READER), paper=replace(PAPER, posted_on=later.date()), at=later)

    assert case_of(registration).asked_at == later


@pytest.mark.parametrize("is_minor", [False, True])
def test_what_was_entered_wrongly_is_mended_once_nothing_more_is_asked_here(registration, is_minor):
    mine = a_minor(a_record(**MINOR)) if is_minor else registration
    paper = SIGNED if is_minor else PAPER
    enter(mine, Wish(THIRD), paper=paper)
    first = case_of(mine).regulation_id
    under(WITHOUT_ACCOMMODATIONS)

    enter(mine, Wish(READER), paper=paper)

    case = case_of(mine)
    assert (case.state, case.regulation_id) == (State.ASKED, first)
    assert [one.code for one in case.measures.all()] == [READER]


def test_what_was_entered_wrongly_is_mended_by_what_is_asked_now(registration):
    enter(registration, Wish(READER))
    under(WITHOUT_READER)

    enter(registration, Wish(THIRD))

    assert case_of(registration).regulation_id == again(registration).regulation_id


def test_the_name_of_who_signed_is_mended_and_who_is_named_is_told():
    registration = a_minor(a_record(**MINOR))
    enter(registration, Wish(READER), paper=SIGNED)

    enter(registration, Wish(READER), paper=replace(SIGNED, quality="père"))
    mails = Message.objects.filter(kind="signed_as_guardian").exclude(recipient="")
    assert mails.count() == 1
    other = replace(SIGNED, guardian="Annie Le Goff", is_another=True)
    case = enter(registration, Wish(READER), paper=other)

    assert str(case.signature) == "Annie Le Goff, mère"
    assert mails.count() == 2


def test_what_a_doctor_has_is_taken_from_them_before_it_is_mended(registration):
    enter(registration)
    entrust(registration)

    with pytest.raises(operations.LookedAt, match="reprenez-la-lui"):
        enter(registration, Wish(READER))
    accommodating.take_from_doctor(case=case_of(registration), by=MANAGER, at=NOW)
    enter(registration, Wish(READER))

    assert [one.code for one in case_of(registration).measures.all()] == [READER]


def test_what_completes_an_incomplete_request_is_entered_and_told_and_takes_no_envelope_back(
    registration,
):
    enter(registration)
    find_incomplete(registration)
    later = NOW + timedelta(days=3)

    enter(registration, paper=OnPaper(later.date()), at=later)

    case = case_of(registration)
    assert (case.state, case.missing, case.has_envelope) == (State.ASKED, "", True)
    assert sent_in_words(case) == f"Par courrier, le dernier posté le {later.day} novembre 2026"
    assert Letter.objects.filter(message__kind="request_received").count() == 2


def test_what_is_added_after_the_deadline_says_why(registration):
    enter(registration, Wish(READER))
    find_incomplete(registration)
    paper = OnPaper(AFTER)

    with pytest.raises(operations.LateReasonMissing, match="Locaux accessibles"):
        enter(registration, Wish(READER), Wish(ACCESS), paper=paper, at=LATE)
    case = enter(
        registration, Wish(READER), Wish(ACCESS), paper=paper, at=LATE, late_reason="APPARUE"
    )

    assert came_in_time(case)
    assert case.received["added"] == [ACCESS]


def test_after_a_decision_is_notified_another_paper_opens_another_request(registration):
    enter(registration)
    entrust(registration)
    opine(registration)
    decide(registration)
    accommodating.notify_decision(registration=registration, by=MANAGER, at=NOW)

    enter(registration, Wish(READER), at=NOW + timedelta(hours=1))

    assert Case.objects.filter(registration=registration).count() == 2


def test_what_was_sent_from_a_space_is_not_mended_here():
    registration = a_registration(a_record(), informations={"has_disability": "oui"})
    enter(registration)
    Case.objects.update(posted_on=None, has_envelope=False)

    with pytest.raises(operations.NotOnPaper):
        enter(registration, Wish(READER))


def test_a_withdrawn_registration_takes_its_paper_request_with_it(registration):
    enter(registration)

    leaving.withdraw(registration=again(registration), by=author(registration.candidate), at=NOW)

    assert case_of(registration).state == State.WITHDRAWN


def test_somebody_written_to_by_mail_is_told_by_mail_of_what_they_sent_on_paper():
    candidate = a_record(email="sans-compte@exemple.test", channel=Channel.MAIL)
    registration = a_registration(candidate, informations={"has_disability": "oui"})

    enter(registration)

    [message] = Message.objects.filter(kind="request_received")
    assert message.recipient == "sans-compte@exemple.test"
    assert "envoyée sur papier" in message.body
    assert "espace candidat" not in message.body
