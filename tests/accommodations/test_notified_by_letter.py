"""What is notified by a letter is contested from its posting: nobody receives what waits (L-03, P-14)."""

from datetime import timedelta

import pytest
import time_machine
from django.core.management import call_command

from sporades.accommodations.appeals import followed_in_words, late_in_words
from sporades.accommodations.contesting import (
    contest_in_words,
    contestable_among,
    contested_until,
    court_until,
    final_at,
    is_in_time,
    last_day_of,
    papers_kept_until,
    presumed_at,
)
from sporades.accommodations.models import Appeal, Came, Case
from sporades.accommodations.queries import requests_of
from sporades.accommodations.states import State
from sporades.accounts.models import User
from sporades.acts import accommodating
from sporades.acts.medical import erasing
from sporades.acts.people import enrolling
from sporades.acts.people.attaching import attach
from sporades.acts.writing import posting
from sporades.candidates.models import Candidate, Channel, ClaimCode
from sporades.candidates.operations import ADDRESS
from sporades.core.days import midnight
from sporades.documents.models import DocumentVersion
from sporades.letters.models import Letter
from sporades.letters.printing import CANNOT_BE_PRINTED
from sporades.letters.queries import Posting
from sporades.letters.states import LetterState
from sporades.letters.words import fate_in_words
from sporades.mail.models import Message
from sporades.medical import operations as medical
from sporades.medical.queries import compartment
from tests.accommodations.asked import (
    MANAGER,
    RECTOR,
    _notify,
    again,
    case_of,
    contest,
    decide,
    entrust,
    opine,
    reach,
)
from tests.accommodations.test_entered_from_paper import enter
from tests.factories import EVERYWHERE, NOW, PASSWORD, a_record, a_registration
from tests.letters.test_printing import printed
from tests.spaces import plain
from tests.web.office.test_returned import sent_again

PARIS = "Europe/Paris"
LATER = NOW + timedelta(days=95)
"""Past fifteen days and two months."""
POSTED = (NOW + timedelta(days=40)).date()

pytestmark = pytest.mark.usefixtures("stopped_clock", "kept")


@pytest.fixture
def registration():
    """File a registration of somebody whom letters reach, and notify what is decided for them."""
    return notified(a_record())


def notified(candidate):
    registration = a_registration(candidate, informations={"has_disability": "oui"})
    enter(registration)
    for step in (entrust, opine, decide, _notify):
        step(registration, at=NOW)
    return registration


def post(*, on=POSTED):
    """Print what waits, and post it on a day."""
    [run] = printed()
    posting.note_posted(run=run, posted_on=on, by=MANAGER, at=NOW)


def letter_of(registration):
    return Letter.objects.filter(enclosed=case_of(registration).notification).latest("pk")


def came_back(registration):
    posting.note_returned(letter=letter_of(registration), by=MANAGER, at=NOW)


def of_posting(day):
    """Return the last day to contest what was posted on a day, and when it is final."""
    presumed = midnight(day + timedelta(days=15), PARIS)
    return contested_until(presumed, PARIS), final_at(presumed, PARIS)


def contest_by_letter(registration, *, at=LATER):
    return contest(
        case_of(registration), at=at, came=Came.LETTER, entered_name="Claude Martin", by=MANAGER
    )


def said_of(registration):
    """Return the last day of the decision, as pages read it and as an act that has it does."""
    [read] = requests_of(registration.pk)
    days = {last_day_of(read, PARIS), last_day_of(Case.objects.get(pk=read.pk), PARIS)}
    [day] = days
    return day


def test_nobody_is_called_for_not_opening_what_no_space_shows(registration):
    of_account = a_registration(informations={"has_disability": "oui"})

    unread = reach(of_account, State.NOTIFIED)

    assert case_of(registration).state == State.NOTIFIED
    assert list(Case.objects.unread(LATER)) == [unread]


@pytest.fixture
def read_by_mail():
    """Notify what is decided for somebody whom mails reach, and who has no account."""
    return notified(a_record(channel=Channel.MAIL, email="papier@exemple.test"))


def reached_by_mail(registration, *, at=LATER):
    """Have the office note a mail address on the record."""
    held = Candidate.objects.get(pk=registration.candidate_id)
    reached = {name: getattr(held, name) for name in (*ADDRESS, "phone")}
    enrolling.keep(
        held,
        reach=EVERYWHERE,
        reached={**reached, "channel": Channel.MAIL, "email": "elle@exemple.test"},
        identity=None,
        academy="A09",
        by=MANAGER,
        at=at,
    )


def taken_into_an_account(registration, *, at=LATER):
    """Attach the record to the account of who it is of."""
    user = User.objects.create_user("elle@exemple.test", PASSWORD, created_at=NOW, activated_at=NOW)
    ClaimCode.objects.create(
        candidate=registration.candidate,
        digest="0" * 64,
        made_at=NOW,
        made_name="",
        expires_at=NOW,
        taken_by=user,
    )
    attach(user, at=at)


def unprintable(registration):
    Letter.objects.filter(pk=letter_of(registration).pk).update(why=CANNOT_BE_PRINTED)


def test_what_was_posted_of_another_sets_no_last_day(registration):
    post()
    waits = notified(a_record(first_names="Yann"))

    assert said_of(registration) == of_posting(POSTED)[0]
    assert said_of(waits) is None


def test_whom_mails_reach_without_an_account_is_handed_the_decision_by_letter(read_by_mail):
    letter = letter_of(read_by_mail)
    until = plain(case_of(read_by_mail).notification.content["until"])

    assert "jointe à ce courrier" in letter.message.body
    assert "à compter du jour où vous recevez ce courrier" in until
    assert "espace" not in until
    assert said_of(read_by_mail) is None
    assert not Message.objects.filter(kind="something_awaits").exclude(recipient="").exists()


def test_whom_mails_reach_without_an_account_is_handed_the_answer_to_an_appeal(read_by_mail):
    appeal = contest_by_letter(read_by_mail, at=NOW + timedelta(days=5))
    accommodating.refuse_appeal(
        found=appeal, reason="Rien ne le justifie.", author=RECTOR, by=MANAGER, at=LATER
    )

    answer = Appeal.objects.get(pk=appeal.pk).answer
    assert Letter.objects.filter(enclosed=answer).exists()
    assert "par courrier" in answer.content["until"]
    assert "espace" not in answer.content["until"]


def test_a_decision_that_could_not_be_printed_is_no_mail_of_who_has_no_account(registration):
    unprintable(registration)

    reached_by_mail(registration)

    assert Letter.objects.waiting().filter(pk=letter_of(registration).pk).exists()
    assert said_of(registration) is None


def test_a_decision_that_no_letter_handed_over_is_received_once_it_is_read_in_an_account(
    registration,
):
    unprintable(registration)

    taken_into_an_account(registration)

    letter = letter_of(registration)
    [told] = Message.objects.filter(recipient="elle@exemple.test", kind="something_awaits")
    assert "il est dans votre espace" in told.body
    assert letter.state == LetterState.OVERTAKEN
    assert "par un mail du" in fate_in_words(letter)
    assert said_of(registration) is None
    notification = case_of(registration).notification
    DocumentVersion.objects.filter(pk=notification.pk).update(opened_at=LATER)
    assert said_of(registration) == contested_until(LATER, PARIS)


def test_no_day_is_the_last_before_the_letter_is_posted(registration):
    assert said_of(registration) is None
    printed()
    assert said_of(registration) is None

    appeal = contest_by_letter(registration)

    assert is_in_time(appeal, PARIS)
    assert late_in_words(appeal, PARIS) == ""


def test_the_delay_runs_from_fifteen_days_after_the_posting(registration):
    post()
    last, _ = of_posting(POSTED)

    assert said_of(registration) == last
    appeal = contest_by_letter(registration, at=midnight(last, PARIS))
    assert is_in_time(appeal, PARIS)
    late = Appeal(case=appeal.case, sent_on=last + timedelta(days=1))
    assert not is_in_time(late, PARIS)


def test_what_came_back_was_received_by_nobody_until_it_is_posted_again(registration):
    post()
    came_back(registration)
    assert said_of(registration) is None

    posting.take_back_returned(letter=letter_of(registration), by=MANAGER, at=NOW)
    assert said_of(registration) == of_posting(POSTED)[0]

    came_back(registration)
    sent_again(letter_of(registration), registration)
    assert said_of(registration) is None
    post(on=POSTED + timedelta(days=10))
    assert said_of(registration) == of_posting(POSTED + timedelta(days=10))[0]


def test_the_decision_says_from_which_day_its_delay_runs(registration):
    until = plain(case_of(registration).notification.content["until"])
    assert until == (
        "Notifiée le 25 novembre 2026, par courrier. Vous avez deux mois pour la contester, à compter du "
        "jour où vous recevez ce courrier. Si rien ne montre ce jour, elle est réputée reçue quinze jours "
        "après celui où il est posté."
    )
    post()

    case = case_of(registration)
    said = contest_in_words(case, case.notified_at, None, posting=case.posting)

    assert plain(said) == (
        "Notifiée le 25 novembre 2026, par un courrier posté le 4 janvier 2027. Vous avez deux mois pour "
        "la contester, à compter du jour où vous le recevez. Si rien ne montre ce jour, elle est réputée "
        "reçue le 19 janvier 2027 : vous pouvez alors la contester jusqu'au 22 mars 2027 inclus."
    )


def test_the_answer_to_an_appeal_opens_the_court_from_its_own_posting(registration):
    post(on=NOW.date())
    appeal = contest_by_letter(registration, at=NOW + timedelta(days=5))
    answered_at = NOW + timedelta(days=6)
    accommodating.refuse_appeal(
        found=appeal, reason="Rien de nouveau.", author=RECTOR, by=MANAGER, at=answered_at
    )
    appeal = Appeal.objects.get(pk=appeal.pk)
    assert "où vous recevez cette réponse par courrier" in appeal.answer.content["until"]
    assert (
        "quinze jours après celui où le courrier est posté"
        in followed_in_words(appeal, PARIS, at=answered_at)[-1]
    )
    seen_at = answered_at + timedelta(days=300)
    assert court_until(appeal, PARIS, at=seen_at) == contested_until(
        presumed_at(seen_at, PARIS), PARIS
    )

    post()

    posted = Appeal.objects.get(pk=appeal.pk)
    assert court_until(posted, PARIS, at=seen_at) == of_posting(POSTED)[0]
    assert "réputée reçue le 19 janvier 2027" in plain(
        followed_in_words(posted, PARIS, at=answered_at)[-1]
    )


# --- Papers of health -----------------------------------------------------------------------------


@pytest.fixture
def with_a_paper(confided):
    """Have papers of health of a decision that is notified by a letter."""
    registration = a_registration(a_record(), informations={"has_disability": "oui"})
    enter(registration)
    medical.remark(
        medical.compartment_of(registration),
        text="Un mot.",
        sending="00000000-0000-4000-8000-000000000001",
        by=MANAGER,
        at=NOW,
    )
    for step in (entrust, opine, decide, _notify):
        step(registration, at=NOW)
    return registration


def test_papers_stay_while_the_letter_waits_and_until_what_it_says_is_final(with_a_paper):
    first = papers_kept_until(final_at(presumed_at(NOW, PARIS), PARIS), PARIS)
    assert compartment(with_a_paper).erase_after == first

    assert not erasing.erase(compartment(with_a_paper), at=first)

    found = compartment(with_a_paper)
    assert found.erased_at is None
    assert found.erase_after == papers_kept_until(final_at(presumed_at(first, PARIS), PARIS), PARIS)
    assert contestable_among(requests_of(with_a_paper.pk), at=first) is not None

    posted = (first + timedelta(days=7)).date()
    post(on=posted)
    _, final = of_posting(posted)
    kept = papers_kept_until(final, PARIS)
    assert not erasing.erase(found, at=found.erase_after)
    assert compartment(with_a_paper).erase_after == kept
    assert contestable_among(requests_of(with_a_paper.pk), at=final) is None
    assert erasing.erase(compartment(with_a_paper), at=kept)


def test_a_request_that_is_left_erases_no_paper_of_what_was_not_posted(with_a_paper):
    enter_another = again(with_a_paper)
    accommodating.prepare(registration=enter_another, by=MANAGER, at=NOW + timedelta(days=1))
    much_later = enter_another.service.closes_at + timedelta(days=400)
    assert not erasing.unsent(much_later).exists()
    assert _said_from(with_a_paper) is None

    post(on=(much_later - timedelta(days=100)).date())
    assert not erasing.unsent(much_later).exists()

    assert erasing.unsent(much_later + timedelta(days=200)).exists()
    first = _said_from(with_a_paper)
    assert not erasing.unsent(first - timedelta(seconds=1)).exists()
    assert erasing.unsent(first).exists()

    came_back(with_a_paper)
    assert not erasing.unsent(first).exists()


def _said_from(registration):
    cases = requests_of(registration.pk)
    return erasing.unsent_from(compartment(registration), again(registration), cases)


def test_a_decision_that_came_back_goes_again_by_letter_to_whom_mails_reach_since(registration):
    post()
    came_back(registration)
    reached_by_mail(registration)
    former = letter_of(registration)

    fresh = sent_again(former, again(registration))

    assert (fresh.recipient, Letter.objects.get(message=fresh).enclosed) == ("", former.enclosed)


@pytest.mark.parametrize("is_final", [False, True])
def test_what_was_notified_in_an_account_that_is_closed_waits_to_be_posted(is_final):
    registration = a_registration(informations={"has_disability": "oui"})
    reach(registration, State.NOTIFIED)
    candidate = registration.candidate
    assert case_of(registration).posting is None

    with time_machine.travel(NOW + timedelta(days=90 if is_final else 30), tick=False):
        call_command(
            "compte",
            "detacher",
            candidate.user.email,
            "--candidat",
            candidate.number,
            "--motif",
            "Vu.",
        )

    assert case_of(registration).posting == (None if is_final else Posting(None))
