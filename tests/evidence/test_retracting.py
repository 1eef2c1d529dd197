"""What was given for a piece by error is taken back, before anybody of the office has opened it."""

from datetime import timedelta

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from sporades.accounts import operations as accounts
from sporades.accounts.models import AddressChange
from sporades.acts.consulting import consult_piece, look_at_piece
from sporades.acts.people import changing
from sporades.acts.pieces import keeping, owing, providing, reminding, retracting, verifying
from sporades.acts.registrations import completing, deciding
from sporades.acts.registrations.adding import More
from sporades.acts.tasks import scan
from sporades.core import files, leaving
from sporades.core.refusals import Refused
from sporades.evidence.meanwhile import OtherFile
from sporades.evidence.models import Deposit, Evidence
from sporades.evidence.queries import piece_of, to_verify_within
from sporades.evidence.states import State
from sporades.journal.models import Entry
from sporades.mail.models import Message
from sporades.registrations import states
from tests.evidence.given import IDENTITY, MANAGER, a_photo, again, give, piece
from tests.evidence.test_overturned import clean, refuse
from tests.factories import EVERYWHERE, NOW, a_registration, author

HOUR = timedelta(hours=1)
SOON = NOW + timedelta(minutes=1)
LATER = NOW + HOUR

pytestmark = pytest.mark.usefixtures("kept")


@pytest.fixture
def registration(invented_exam):
    return a_registration()


def ask_more(registration):
    """Ask for one more piece, due as the other; return its code."""
    until = piece_of(again(registration), IDENTITY).until.date()
    more = More(label="Attestation", until=until)
    verifying.ask_more(registration=again(registration), more=more, by=MANAGER, at=NOW)
    return registration.evidence.get(code__startswith="plus-").code


def retract(registration, code=IDENTITY, *, seen=None, at=LATER):
    return retracting.retract(
        registration=again(registration),
        code=code,
        seen=seen or piece(registration, code).deposit_id,
        by=author(registration.candidate),
        at=at,
    )


def stands(registration, code=IDENTITY):
    row = piece(registration, code)
    return row.state, row.deposit, row.arrived_at, row.reason


@pytest.mark.parametrize("put", [give, clean], ids=["being checked", "deposited"])
def test_the_piece_is_to_be_given_again_and_the_file_is_erased(
    registration, put, django_capture_on_commit_callbacks
):
    given = put(registration)
    other = clean(registration, ask_more(registration))
    told = Message.objects.count()

    with django_capture_on_commit_callbacks(execute=True):
        owed = retract(registration)

    assert stands(registration) == (State.OWED, None, None, "")
    assert owed.is_awaited(LATER)
    assert list(Deposit.objects.all()) == [other]
    with pytest.raises(files.Missing):
        files.get(given.key)
    # For the process that is killed between the two.
    forgets = ProcrastinateJob.objects.filter(task_name=leaving.FORGET)
    assert [one.args for one in forgets] == [{"keys": [given.key]}]
    assert Message.objects.count() == told
    entry = Entry.objects.get(verb=providing.RETRACTED)
    assert entry.actor_name == author(registration.candidate).name
    assert entry.payload["after"] == {
        "piece": IDENTITY,
        "label": "Pièce d'identité",
        "deposit": given.pk,
        "state": State.OWED,
        "erased": 1,
    }


def test_nobody_of_the_office_is_proposed_it_any_more(registration):
    clean(registration)
    assert to_verify_within(EVERYWHERE, at=LATER).count() == 1

    retract(registration)

    assert to_verify_within(EVERYWHERE, at=LATER).count() == 0


def test_every_copy_of_it_stays(registration, django_capture_on_commit_callbacks):
    given, by = clean(registration), author(registration.candidate)
    kept = keeping.keep_copy(owner=registration.candidate, given=given, by=by, at=NOW)
    second = providing.reuse(
        registration=again(registration),
        code=ask_more(registration),
        kept=kept,
        press="autre",
        by=by,
        at=NOW,
    )

    with django_capture_on_commit_callbacks(execute=True):
        retract(registration)

    assert len({given.key, kept.key, second.key}) == 3
    assert files.get(kept.key) == files.get(second.key)


def test_after_a_refusal_it_is_refused_as_it_was(registration):
    refused = clean(registration)
    refuse(registration)
    was = Evidence.objects.filter(pk=piece(registration).pk).values(
        "state", "reason", "deposit", "decided_at", "decided_name", "until"
    )
    [before] = was
    clean(registration, photos=[a_photo("black")], at=SOON)

    retract(registration)

    assert list(was) == [before]
    assert before["deposit"] == refused.pk
    assert files.get(refused.key)


def test_taken_back_twice_after_a_refusal_it_is_refused_for_the_same_reason(registration):
    clean(registration)
    refuse(registration)
    for colour in ("black", "red"):
        clean(registration, photos=[a_photo(colour)], at=SOON)

        retract(registration)

        assert (piece(registration).state, piece(registration).reason) == (State.REFUSED, "Floue.")


def test_a_paper_that_comes_by_mistake_after_that_gives_the_reason_back(registration):
    clean(registration)
    refuse(registration)
    clean(registration, photos=[a_photo("black")], at=SOON)
    retract(registration)
    verifying.receive(row=piece(registration), posted_on=NOW.date(), by=MANAGER, at=LATER)

    verifying.take_back(row=piece(registration), seen=None, by=MANAGER, at=LATER)

    assert (piece(registration).state, piece(registration).reason) == (State.REFUSED, "Floue.")


def look(registration):
    look_at_piece(row=piece(registration), by=MANAGER, at=NOW)


def read(registration):
    consult_piece(registration=registration, row=piece(registration), by=MANAGER, at=NOW)


def judge(registration):
    """Refuse it, then waive it and ask for it again: it is to be verified once more."""
    refuse(registration)
    verifying.waive(row=piece(registration), reason="Vue.", by=MANAGER, at=NOW)
    verifying.ask_again(row=piece(registration), by=MANAGER, at=NOW)


@pytest.mark.parametrize("done", [look, read])
def test_what_it_replaced_is_erased_too_but_what_the_office_had_opened(registration, done):
    """Its pages may be among those to which others were added."""
    opened = clean(registration)
    done(registration)
    for minutes, colour in ((2, "black"), (3, "red")):
        at = NOW + timedelta(minutes=minutes)
        clean(registration, photos=[a_photo(colour)], at=at)

    retract(registration)

    assert stands(registration)[0] == State.OWED
    assert list(Deposit.objects.all()) == [opened]
    assert Entry.objects.get(verb=providing.RETRACTED).payload["after"]["erased"] == 2


@pytest.mark.parametrize("done", [look, read, judge])
def test_what_the_office_has_opened_or_judged_stays(registration, done):
    given = clean(registration)
    done(registration)

    with pytest.raises(retracting.Opened):
        retract(registration)

    assert stands(registration) == (State.DEPOSITED, given, piece(registration).arrived_at, "")


def test_what_was_opened_and_then_replaced_may_be_taken_back(registration):
    clean(registration)
    look(registration)
    read(registration)
    clean(registration, photos=[a_photo("black")], at=SOON)

    retract(registration)

    assert stands(registration)[0] == State.OWED


@pytest.mark.parametrize(
    ("verdict", "refusal"),
    [
        ("accept", providing.NothingAwaited),
        ("refuse", retracting.Judged),
        ("waive", providing.NothingAwaited),
    ],
)
def test_once_it_is_decided_it_stays(registration, verdict, refusal):
    given = clean(registration)
    said = {"accept": {"seen": given.pk}, "refuse": {"seen": given.pk, "reason": "Floue."}}
    act = getattr(verifying, verdict)
    act(row=piece(registration), **said.get(verdict, {"reason": "Vue."}), by=MANAGER, at=NOW)

    with pytest.raises(refusal):
        retract(registration)

    assert list(Deposit.objects.all()) == [given]


def test_what_may_not_be_given_again_stays(registration):
    clean(registration)
    until = piece_of(again(registration), IDENTITY).until

    with pytest.raises(providing.TooLate, match="Celui que vous avez déposé reste"):
        retract(registration, at=until + timedelta(minutes=2))


def test_so_does_what_was_given_for_a_registration_that_awaits_nothing_more(registration):
    clean(registration)
    deciding.decide(
        registration=again(registration), decision=states.VALIDATE, reason="", by=MANAGER, at=NOW
    )

    with pytest.raises(owing.NotAsked):
        retract(registration)


def test_a_file_that_was_not_read_is_not_taken_back(registration):
    first = clean(registration)
    second = clean(registration, photos=[a_photo("black")], at=SOON)

    with pytest.raises(retracting.OtherFile):
        retract(registration, seen=first.pk)

    assert piece(registration).deposit == second


def test_pressed_twice_it_is_taken_back_once(registration):
    given = clean(registration)
    retract(registration)

    with pytest.raises(Deposit.DoesNotExist):
        retract(registration, seen=given.pk)

    assert Entry.objects.filter(verb=providing.RETRACTED).count() == 1


def test_the_paper_of_another_registration_is_not_named_here(registration):
    others = clean(a_registration())

    with pytest.raises(Deposit.DoesNotExist):
        retract(registration, seen=others.pk)


@pytest.mark.parametrize("was_refused", [False, True])
def test_whoever_was_reading_it_reads_that_it_is_gone(registration, was_refused):
    if was_refused:
        clean(registration)
        refuse(registration)
    given = clean(registration, photos=[a_photo("black")], at=SOON)
    mark = piece(registration).mark
    retract(registration)

    with pytest.raises(OtherFile, match="Le candidat vient de retirer le document"):
        verifying.accept(row=piece(registration), seen=given.pk, mark=mark, by=MANAGER, at=LATER)
    with pytest.raises(Refused):
        verifying.accept(row=piece(registration), seen=given.pk, by=MANAGER, at=LATER)


def test_the_antivirus_that_comes_after_finds_nothing_to_look_at(registration):
    given = give(registration)
    retract(registration)

    scan(str(given.pk))

    assert stands(registration)[0] == State.OWED


def test_so_does_one_that_held_it_already(registration):
    given = give(registration)
    retract(registration)

    providing.note_scan(given, is_clean=False, at=LATER)

    assert stands(registration)[0] == State.OWED
    assert not Message.objects.filter(kind="piece_refused").exists()


def test_it_is_reminded_of_again(registration):
    clean(registration)
    until = piece_of(again(registration), IDENTITY).until
    soon = until - timedelta(days=1)
    assert reminding.remind_pieces(at=soon) == 0

    retract(registration, at=soon)

    assert reminding.remind_pieces(at=soon + HOUR) == 1
    assert "Pièce d'identité" in Message.objects.get(kind="pieces_due").body


def test_an_anomaly_that_its_deposit_ended_comes_back_once_the_day_has_passed(registration):
    """The mail that said so stays true: nothing was missing then, and it may still be given."""
    until = piece_of(again(registration), IDENTITY).until
    late = until + timedelta(minutes=2)
    completing.declare_incomplete(registration=again(registration), by=MANAGER, at=late)
    verifying.grant(
        row=piece(registration), until=(late + timedelta(days=5)).date(), by=MANAGER, at=late
    )
    providing.note_scan(give(registration, at=late), is_clean=True, at=late)
    assert again(registration).state == states.State.REGISTERED

    retract(registration, at=late + HOUR)

    assert again(registration).state == states.State.REGISTERED
    with pytest.raises(completing.NothingMissing):
        completing.declare_incomplete(registration=again(registration), by=MANAGER, at=late + HOUR)
    passed = late + timedelta(days=7)
    completing.declare_incomplete(registration=again(registration), by=MANAGER, at=passed)
    assert "Pièce d'identité (non fournie)" in again(registration).reason


def test_what_still_lacks_is_said_of_an_anomaly_that_goes_on(registration):
    ask_more(registration)
    until = piece_of(again(registration), IDENTITY).until
    late = until + timedelta(minutes=2)
    completing.declare_incomplete(registration=again(registration), by=MANAGER, at=late)
    verifying.grant(
        row=piece(registration), until=(late + timedelta(days=5)).date(), by=MANAGER, at=late
    )
    providing.note_scan(give(registration, at=late), is_clean=True, at=late)
    assert "Pièce d'identité" not in again(registration).reason

    retract(registration, at=late + HOUR)

    assert "Pièce d'identité (non fournie)" in again(registration).reason


def test_an_account_that_was_just_given_back_takes_nothing_back(registration):
    clean(registration)
    accounts.hold(registration.candidate.user, at=NOW)

    with pytest.raises(accounts.Held):
        retract(registration)


def test_where_the_account_may_still_go_back_to_an_address_that_is_told(registration):
    clean(registration)
    user = registration.candidate.user
    changing.ask_address_change(user, email="voleur@exemple.test", network="", at=NOW)
    left = user.email
    changing.confirm_address_change(AddressChange.objects.get().pk, at=NOW)

    retract(registration)

    mail = Message.objects.get(kind="withdrawn_meanwhile")
    assert (
        mail.recipient,
        "un fichier déposé pour cette inscription a été retiré" in mail.body,
    ) == (
        left,
        True,
    )
