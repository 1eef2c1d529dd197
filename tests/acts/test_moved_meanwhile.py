"""What is done to a registration that has just moved, or whose account has, is done as it is then."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import OperationalError

from sporades.accounts import operations as accounts
from sporades.accounts.models import AddressChange, LeftAddress
from sporades.acts.identities import asking
from sporades.acts.people import changing
from sporades.acts.pieces import verifying
from sporades.acts.registrations import completing, deciding, leaving, moving, receiving
from sporades.acts.sent_files import Sent
from sporades.acts.writing import messaging
from sporades.evidence import operations as evidence
from sporades.evidence.queries import piece_of
from sporades.evidence.states import State as Piece
from sporades.exams.held import forget
from sporades.exams.models import RegistrationService
from sporades.journal.models import Entry
from sporades.mail.models import Message
from sporades.registrations.models import CorrectionRequest, Registration
from sporades.registrations.operations.drafting import Closed
from sporades.registrations.queries import lock_registration
from sporades.registrations.refusals import HandedOver
from sporades.registrations.states import SET_ASIDE, VALIDATE, State
from tests.endurance.arena import first
from tests.evidence.given import IDENTITY, MANAGER, a_photo, again, give, piece
from tests.factories import NOW, OPERATOR, a_registration, author
from tests.threads.said import ANSWERED, write
from tests.web.registry.world import a_correction_request

pytestmark = pytest.mark.django_db(transaction=True)


def moved(registration):
    """Return an act that gives a registration to Versailles, and holds it."""

    def move(holds):
        moving.move_for_good(
            registration=registration, academy="A25", reason="Déménagement.", by=OPERATOR, at=NOW
        )
        holds()

    return move


def withdrawn_while_it_moves(registration):
    """Withdraw what was read in Lille while it is given to Versailles; return what came of it."""
    read = Registration.objects.whole().get(pk=registration.pk)

    def withdraw():
        return leaving.withdraw(registration=read, by=author(read.candidate), at=NOW)

    _, outcome = first(moved(registration), withdraw)
    registration.refresh_from_db()
    return outcome


def test_who_has_taken_an_account_withdraws_nothing_once_it_is_given_back(invented_exam):
    registration = a_registration()
    user = registration.candidate.user
    changing.ask_address_change(user, email="autre@exemple.test", network="", at=NOW)
    changing.confirm_address_change(AddressChange.objects.get(user=user).pk, at=NOW)
    read = Registration.objects.whole().get(pk=registration.pk)
    assert read.candidate.user.taken_back_at is None

    def give_back(holds):
        lock_registration(registration.pk)
        changing.undo(LeftAddress.objects.get().pk, at=NOW)
        holds()

    def withdraw():
        return leaving.withdraw(registration=read, by=author(read.candidate), at=NOW)

    _, outcome = first(give_back, withdraw)

    registration.refresh_from_db()
    assert isinstance(outcome, accounts.Held)
    assert registration.state == State.REGISTERED


def test_it_is_withdrawn_from_the_academy_that_has_it_now(invented_exam):
    registration = a_registration()

    outcome = withdrawn_while_it_moves(registration)

    assert outcome is None
    assert (registration.state, registration.academy_id) == (State.WITHDRAWN, "A25")
    assert Entry.objects.get(verb="registration withdrawn").academy == "A25"
    body = Message.objects.get(kind="withdrawn").body
    assert registration.service.managing_service.name in body
    assert "Lille" not in body


def test_it_is_not_withdrawn_once_the_academy_that_has_it_now_has_closed(invented_exam):
    registration = a_registration()
    there = RegistrationService.objects.filter(academy="A25")
    there.update(closes_at=NOW - timedelta(days=1))
    forget()

    outcome = withdrawn_while_it_moves(registration)

    assert isinstance(outcome, Closed)
    assert (registration.state, registration.academy_id) == (State.REGISTERED, "A25")
    assert not Message.objects.filter(kind="withdrawn").exists()


def accept():
    asking.accept(request=CorrectionRequest.objects.get(), by=OPERATOR, at=NOW)


def test_it_moves_after_what_holds_its_correction(invented_exam, kept):
    registration = a_registration()
    a_correction_request(registration.candidate)

    def begin(holds):
        # As whoever accepts it does first.
        asking.lock_waiting(registration.candidate_id)
        holds()
        return accept

    outcomes = first(
        begin,
        lambda: moving.move_for_good(
            registration=registration, academy="A25", reason="Déménagement.", by=OPERATOR, at=NOW
        ),
    )

    assert not any(isinstance(one, OperationalError) for one in outcomes)
    assert outcomes[0] is None


@pytest.fixture
def deposited(invented_exam, kept):
    """A registration of Lille whose piece waits for a verdict."""
    registration = a_registration()
    evidence.note_scanned(give(registration), is_clean=True, at=NOW)
    return registration


def test_a_piece_is_not_judged_by_the_academy_that_it_has_just_left(deposited):
    row = piece(deposited)

    def refuse():
        verifying.refuse(
            row=row, mark=row.mark, seen=row.deposit_id, reason="Floue.", by=MANAGER, at=NOW
        )

    _, outcome = first(moved(deposited), refuse)

    assert isinstance(outcome, HandedOver)
    assert piece(deposited).state == Piece.DEPOSITED


def test_a_paper_is_not_joined_by_the_academy_that_it_has_just_left(deposited):
    read = again(deposited)

    def scan():
        verifying.scan_in(
            registration=read,
            code=IDENTITY,
            sent=[Sent("carte.jpg", a_photo("black"))],
            posted_on=NOW.date(),
            mark="",
            press="une",
            by=MANAGER,
            at=NOW,
        )

    _, outcome = first(moved(deposited), scan)

    assert isinstance(outcome, HandedOver)
    assert piece(deposited).deposits.count() == 1


def test_nothing_is_said_to_lack_by_the_academy_that_it_has_just_left(invented_exam):
    registration = a_registration()
    read = again(registration)
    late = piece_of(read, IDENTITY).until + timedelta(minutes=2)

    _, outcome = first(
        moved(registration),
        lambda: completing.declare_incomplete(registration=read, by=MANAGER, at=late),
    )

    registration.refresh_from_db()
    assert isinstance(outcome, HandedOver)
    assert registration.state == State.REGISTERED


def test_no_signed_summary_is_taken_back_by_the_academy_that_it_has_just_left(invented_exam):
    registration = a_registration()
    receiving.receive_summary(
        registration=again(registration), posted_on=NOW.date(), by=MANAGER, at=NOW
    )
    read = again(registration)

    _, outcome = first(
        moved(registration),
        lambda: receiving.take_summary_back(
            registration=read, noted=receiving.noted_in(read), by=MANAGER, at=NOW
        ),
    )

    registration.refresh_from_db()
    assert isinstance(outcome, HandedOver)
    assert registration.summary_posted_on == NOW.date()


@pytest.mark.parametrize("act", ["answer", "settle"])
def test_a_message_is_answered_by_nobody_of_the_academy_that_it_has_just_left(invented_exam, act):
    registration = a_registration()
    asked = write(registration)
    read = Registration.objects.whole().get(pk=registration.pk)
    said = {"registration": read, "seen": str(asked.pk), "by": MANAGER, "at": NOW}
    if act == "answer":
        said |= {"text": ANSWERED, "sending": uuid4()}

    _, outcome = first(moved(registration), lambda: getattr(messaging, act)(**said))

    assert isinstance(outcome, HandedOver)
    assert list(registration.thread.unanswered()) == [asked]


@pytest.mark.parametrize("decision", [VALIDATE, SET_ASIDE], ids=lambda one: one.name)
def test_what_goes_to_another_academy_is_decided_of_by_nobody_who_read_it_before(
    invented_exam, decision
):
    registration = a_registration()
    read = Registration.objects.whole().get(pk=registration.pk)

    _, outcome = first(
        moved(registration),
        lambda: deciding.decide(
            registration=read,
            decision=decision,
            reason="Hors délai.",
            seen=read.version,
            mark=read.decided_mark,
            by=MANAGER,
            at=NOW,
        ),
    )

    registration.refresh_from_db()
    assert isinstance(outcome, HandedOver)
    assert (registration.state, registration.academy_id) == (State.REGISTERED, "A25")
