"""One supporting document of many registrations; what they lack: seen before, each line alone."""

from datetime import date, timedelta

import pytest

from sporades.acts.pieces import verifying
from sporades.batches import operations, queries
from sporades.batches.actions import ACTIONS
from sporades.batches.operations import PieceMissing
from sporades.batches.pieces import OTHER_FILE, OTHER_VERDICT
from sporades.batches.states import Outcome
from sporades.core.refusals import ReasonMissing
from sporades.evidence import operations as evidence
from sporades.evidence.models import Evidence
from sporades.evidence.states import State as Piece
from sporades.mail.models import Message
from sporades.registrations.states import State, decided_mark
from tests.evidence.given import BAC, IDENTITY, MANAGER, again, give, piece
from tests.factories import NOW, a_candidate, a_registration, load_invented

AFTER = NOW + timedelta(days=100)
WITH_BAC = (", si: {diplome: [BAC]}, echeance", ", echeance")
"""A change to the file of the invented exam: everybody owes two pieces."""
pytestmark = pytest.mark.usefixtures("kept")


def clean(registration, **said):
    """Give a file, in which the antivirus finds nothing."""
    evidence.note_scanned(give(registration, **said), is_clean=True, at=said.get("at", NOW))


def launched(batch, *, at=NOW):
    """Launch a batch and go through it."""
    operations.launch(batch=batch, by=batch.reach.perimeters[0].member, at=at)
    while operations.go_on(str(batch.pk), at=at):
        pass
    return batch


def stands(three):
    return [piece(one).state for one in three]


def refused(batch):
    return list(batch.lines.filter(outcome=Outcome.REFUSED).values_list("why", flat=True))


def test_what_can_be_found_good_is_and_the_others_say_why(prepare, three):
    clean(three[0])
    verifying.receive(row=piece(three[1]), posted_on=NOW.date(), by=MANAGER, at=NOW)
    batch = prepare("accept-piece", piece=IDENTITY)

    forecast = queries.forecast(batch, at=NOW)
    assert sorted((one.seen, one.count, one.refusal) for one in forecast) == [
        ("pièce : Déposée", 1, ""),
        ("pièce : Reçue par le service", 1, ""),
        ("pièce : À fournir", 1, "La pièce est « À fournir »."),
    ]
    launched(batch)

    assert stands(three) == [Piece.ACCEPTED, Piece.ACCEPTED, Piece.OWED]
    assert len(refused(batch)) == 1


def test_registrations_do_without_a_piece(prepare, three):
    with pytest.raises(ReasonMissing):
        prepare("waive-piece", piece=IDENTITY)
    launched(prepare("waive-piece", "Vues au guichet.", piece=IDENTITY))

    assert stands(three) == [Piece.WAIVED] * 3


def test_a_piece_is_asked_again_with_a_reason_that_each_candidate_reads(prepare, three):
    clean(three[0])

    with pytest.raises(ReasonMissing):
        prepare("refuse-piece", piece=IDENTITY)
    launched(prepare("refuse-piece", "La mention manque.", piece=IDENTITY))

    assert (piece(three[0]).state, piece(three[0]).reason) == (Piece.REFUSED, "La mention manque.")
    assert Message.objects.filter(kind="piece_refused").count() == 1


def test_a_piece_that_is_not_asked_for_is_refused_at_its_line(prepare, three):
    batch = prepare("accept-piece", piece="BAC")

    [forecast] = queries.forecast(batch, at=NOW)
    assert (forecast.count, forecast.refusal) == (3, "Cette pièce n'est pas demandée.")
    assert (
        refused(launched(batch))
        == ["Cette pièce n'est plus demandée pour cette inscription : relisez la liste."] * 3
    )


def test_what_came_since_it_was_prepared_is_not_judged_unread(prepare, three):
    clean(three[0])
    batch = prepare("accept-piece", piece=IDENTITY, registrations=_only(three[0]))
    clean(three[0], at=NOW + timedelta(hours=1), photos=None, name="autre.jpg")

    launched(batch, at=NOW + timedelta(hours=2))

    assert refused(batch) == [OTHER_FILE]
    assert piece(three[0]).state == Piece.DEPOSITED


def test_what_comes_meanwhile_for_another_candidate_or_piece_hinders_no_line(prepare, kept):
    load_invented(WITH_BAC)
    three = [a_registration(a_candidate(birth_name=name)) for name in ("Abadie", "Bézier")]
    clean(three[0])
    batch = prepare("accept-piece", piece=IDENTITY, registrations=_only(three[0]))
    clean(three[1], at=NOW + timedelta(hours=1))
    clean(three[0], code=BAC, at=NOW + timedelta(hours=1))

    launched(batch, at=NOW + timedelta(hours=2))

    assert refused(batch) == []
    assert piece(three[0]).state == Piece.ACCEPTED


def test_a_file_that_was_on_its_way_when_it_was_prepared_is_not_judged_unread(prepare, three):
    clean(three[0])
    batch = prepare("accept-piece", piece=IDENTITY, registrations=_only(three[0]))
    # It arrived before, and took some seconds to be made anew.
    clean(three[0], at=NOW - timedelta(seconds=3), photos=None, name="autre.jpg")

    launched(batch, at=NOW + timedelta(minutes=5))

    assert refused(batch) == [OTHER_FILE]
    assert piece(three[0]).state == Piece.DEPOSITED


def test_a_paper_that_was_noted_when_it_was_prepared_is_not_judged_unread(prepare, three):
    batch = prepare("accept-piece", piece=IDENTITY, registrations=_only(three[0]))
    row = piece(three[0])
    verifying.receive(row=row, posted_on=NOW.date(), by=MANAGER, at=NOW - timedelta(seconds=3))

    launched(batch, at=NOW + timedelta(minutes=5))

    assert refused(batch) == [OTHER_FILE]


@pytest.mark.parametrize("is_decided", [False, True])
def test_a_line_that_another_version_has_prepared_is_judged_by_what_it_kept(
    prepare, three, is_decided
):
    clean(three[0])
    batch = prepare("refuse-piece", "Illisible.", piece=IDENTITY, registrations=_only(three[0]))
    batch.lines.update(mark=decided_mark(Piece.DEPOSITED, None))
    if is_decided:
        row = piece(three[0])
        verifying.accept(row=row, seen=row.deposit_id, by=MANAGER, at=NOW)

    launched(batch, at=NOW)

    assert refused(batch) == [OTHER_VERDICT] * is_decided


def _only(registration):
    return type(registration).objects.filter(pk=registration.pk)


def test_which_piece_is_said(prepare, three):
    with pytest.raises(PieceMissing):
        prepare("accept-piece")


def test_those_that_lack_pieces_are_declared_incomplete(prepare, three):
    verifying.waive(row=piece(three[0]), reason="Vue au guichet.", by=MANAGER, at=NOW)
    Evidence.objects.filter(registration=three[0]).exclude(code=IDENTITY).delete()
    batch = prepare("declare-incomplete")

    forecast = queries.forecast(batch, at=AFTER)
    assert sorted((one.seen, one.count, bool(one.refusal)) for one in forecast) == [
        ("des pièces manquent", 2, False),
        ("rien ne manque", 1, True),
    ]
    batch.asked_at = AFTER
    launched(batch, at=AFTER)

    assert [again(one).state for one in three] == [
        State.REGISTERED,
        State.ANOMALY,
        State.ANOMALY,
    ]


def test_what_a_colleague_said_of_a_piece_since_is_not_said_otherwise(prepare, three):
    before = NOW - timedelta(minutes=1)
    clean(three[0], at=before)
    clean(three[1], at=before)
    batch = prepare("refuse-piece", "Illisible.", piece=IDENTITY)
    row = piece(three[0])
    verifying.accept(row=row, seen=row.deposit_id, by=MANAGER, at=before)
    verifying.waive(row=piece(three[1]), reason="Vue.", by=MANAGER, at=before)

    launched(batch)

    assert stands(three)[:2] == [Piece.ACCEPTED, Piece.WAIVED]
    assert set(refused(batch)) >= {OTHER_VERDICT, "La pièce est « Dispensée »."}


@pytest.mark.parametrize("action", [one for one in ACTIONS.values() if one.has_piece])
def test_a_batch_on_a_piece_writes_to_candidates_or_says_that_it_does_not(prepare, three, action):
    for one in three if not action.has_day else ():  # time is left to who has given nothing
        clean(one)
    before = Message.objects.count()

    reason = "Vue au guichet." if action.has_reason else ""
    until = date(2027, 2, 5) if action.has_day else None
    launched(prepare(action.code, reason=reason, piece=IDENTITY, until=until))

    told = Message.objects.filter(about_kind="registration").count() - before
    assert (told == 0) == bool(action.silence)
    assert told in (0, len(three))


def test_whom_a_batch_refuses_for_a_piece_that_a_handicap_asks_for_no_file_says(prepare, db):
    load_invented(("si: {diplome: [BAC]}, echeance", "si: {handicap: oui}, echeance"))
    a_registration(informations={"has_disability": "oui"})

    assert prepare("waive-piece", "Vues au guichet.", piece="BAC").says_of_health
    assert not prepare("waive-piece", "Vues au guichet.", piece=IDENTITY).says_of_health
