"""A request for accommodations is dealt with by the academy that has its registration, and by no other."""

import pytest

from sporades.accommodations.models import Again, Came
from sporades.accommodations.operations import Asked, Contested, DecisionOn, OnPaper
from sporades.accommodations.queries import appeal_against, revision_after
from sporades.accommodations.states import Decision, OpinionAgain, State
from sporades.acts import accommodating
from sporades.journal.models import Entry
from sporades.registrations.refusals import HandedOver
from tests.accommodations.asked import (
    CONTESTED,
    RECTOR,
    WISHES,
    a_doctor,
    again,
    case_of,
    contest,
    has_decided,
    reach,
    taken_again,
)
from tests.acts.test_moved_meanwhile import moved
from tests.endurance.arena import first
from tests.evidence.given import MANAGER
from tests.factories import NOW, a_record, a_registration, author

pytestmark = pytest.mark.django_db(transaction=True)


def granted(case):
    """Return that everything which is asked is granted."""
    return {one.code: DecisionOn(Decision.GRANTED) for one in case.measures.all()}


def entrust(case, **said):
    doctor = {"doctor": a_doctor(), "name": "Dr Camille Roy"}
    accommodating.entrust(case=case, **doctor, seen=case.revision, **said)


def declare_incomplete(case, **said):
    accommodating.declare_incomplete(case=case, missing="Le papier est illisible.", **said)


def reword(case, **said):
    missing = {"missing": "Il manque une page.", "seen": case.incomplete_at}
    accommodating.reword_missing(case=case, **missing, **said)


def find_complete(case, **said):
    accommodating.find_complete(case=case, seen=case.incomplete_at, **said)


def ask_again(case, **said):
    accommodating.reopen(case=case, why=OpinionAgain.UNCLEAR, **said)


def decide(case, **said):
    decided = {"decisions": granted(case), "author": RECTOR, "seen": case.revision}
    accommodating.decide(case=case, **decided, **said)


def decide_of_many(case, **said):
    accommodating.follow_opinion(registration=case.registration, **said)


def correct(case, **said):
    decided = {"decisions": granted(case), "author": RECTOR, "seen": case.decided_at}
    accommodating.correct(case=case, **decided, **said)


def notify(case, **said):
    accommodating.notify(case=case, seen=case.decided_at, **said)


def notify_many(case, **said):
    accommodating.notify_decision(registration=case.registration, **said)


def note_call(case, **said):
    accommodating.note_call(case=case, is_reached=True, **said)


def take_again(case, **said):
    accommodating.take_again(case=case, why=Again.ERROR, has_opinion=True, **said)


def enter_appeal(case, **said):
    letter = {"came": Came.LETTER, "sent_on": NOW.date(), "received_on": NOW.date()}
    contested = Contested(CONTESTED, **letter, entered_name=MANAGER.name)
    accommodating.appeal(case=case, said=contested, **said)


@pytest.mark.parametrize(
    ("state", "act"),
    [
        (State.ASKED, entrust),
        (State.ASKED, declare_incomplete),
        (State.INCOMPLETE, reword),
        (State.INCOMPLETE, find_complete),
        (State.OPINION_GIVEN, ask_again),
        (State.OPINION_GIVEN, decide),
        (State.OPINION_GIVEN, decide_of_many),
        (State.DECIDED, correct),
        (State.DECIDED, notify),
        (State.DECIDED, notify_many),
        (State.NOTIFIED, note_call),
        (State.NOTIFIED, take_again),
        (State.NOTIFIED, enter_appeal),
    ],
    ids=lambda one: getattr(one, "__name__", str(one)),
)
def test_nobody_of_the_academy_that_it_has_just_left_deals_with_a_request(
    invented_exam, state, act
):
    registration = a_registration(informations={"has_disability": "oui"})
    reach(registration, state)
    has_decided(by=MANAGER.identifier)
    read = case_of(registration)
    read.registration = again(registration)

    outcome, before = left(registration, lambda: act(read, by=MANAGER, at=NOW))

    assert isinstance(outcome, HandedOver)
    assert acts_on(registration) == [*before, "registration moved"]


def test_nobody_of_the_academy_that_it_has_just_left_cancels_the_taking_again(invented_exam):
    registration = a_registration(informations={"has_disability": "oui"})
    taken_again(reach(registration, State.NOTIFIED), why=Again.ERROR, has_opinion=True)
    read = case_of(registration)
    read.registration = again(registration)

    outcome, before = left(
        registration,
        lambda: accommodating.cancel_taking_again(
            case=read, reason="Une erreur.", by=MANAGER, at=NOW
        ),
    )

    assert isinstance(outcome, HandedOver)
    assert acts_on(registration) == [*before, "registration moved"]


def test_nobody_of_the_academy_that_it_has_just_left_answers_an_appeal(invented_exam):
    registration = a_registration(informations={"has_disability": "oui"})
    contest(reach(registration, State.NOTIFIED))
    read = appeal_against(case_of(registration))
    read.case.registration = again(registration)

    outcome, before = left(
        registration,
        lambda: accommodating.refuse_appeal(
            found=read, reason="Rien de nouveau.", author=RECTOR, by=MANAGER, at=NOW
        ),
    )

    assert isinstance(outcome, HandedOver)
    assert acts_on(registration) == [*before, "registration moved"]


def test_nobody_of_the_academy_that_it_has_just_left_enters_what_came_on_paper(invented_exam):
    registration = a_registration(a_record(), informations={"has_disability": "oui"})
    read = again(registration)

    outcome, before = left(
        registration,
        lambda: accommodating.enter(
            registration=read,
            asked=Asked(WISHES),
            paper=OnPaper(NOW.date()),
            seen=revision_after([]),
            by=MANAGER,
            at=NOW,
        ),
    )

    assert isinstance(outcome, HandedOver)
    assert acts_on(registration) == [*before, "registration moved"]


def test_its_candidate_contests_a_decision_wherever_the_registration_has_just_gone(invented_exam):
    registration = a_registration(informations={"has_disability": "oui"})
    read = reach(registration, State.NOTIFIED)
    read.registration = again(registration)
    by = author(registration.candidate)

    made, _ = left(
        registration,
        lambda: accommodating.appeal(case=read, said=Contested(CONTESTED), by=by, at=NOW),
    )

    assert made.case_id == read.pk


def left(registration, act):
    """Do an act while a registration is given to another academy; return what came of it, and the acts before."""
    before = acts_on(registration)
    _, outcome = first(moved(registration), act)
    return outcome, before


def acts_on(registration):
    """Return what the journal has of a registration, each act once."""
    entries = Entry.objects.filter(object_kind="registration", object_id=str(registration.pk))
    return list(entries.filter(academy="A09").order_by("pk").values_list("verb", flat=True))
