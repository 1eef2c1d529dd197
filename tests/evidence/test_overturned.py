"""A piece that was refused is found good after all; a postmark is written anew."""

from datetime import date, timedelta
from uuid import uuid4

import pytest

from sporades.acts.pieces import verifying
from sporades.acts.postmarks import PostmarkBeforeOpening, PostmarkToCome
from sporades.acts.registrations import completing
from sporades.acts.sent_files import Sent
from sporades.core.refusals import ReasonMissing, Refused
from sporades.evidence import operations as evidence
from sporades.evidence.meanwhile import OtherFile
from sporades.evidence.models import Verdict
from sporades.evidence.states import State
from sporades.journal.models import Entry
from sporades.mail.models import Message
from sporades.registrations import states
from tests.evidence.given import MANAGER, a_photo, again, give, piece
from tests.factories import NOW, a_registration

LATER = NOW + timedelta(hours=1)

pytestmark = pytest.mark.usefixtures("kept")


@pytest.fixture
def registration(invented_exam):
    return a_registration()


def clean(registration, code="IDENTITE", **said):
    given = give(registration, code, **said)
    evidence.note_scanned(given, is_clean=True, at=NOW)
    return given


def refuse(registration, code="IDENTITE", *, at=NOW):
    row = piece(registration, code)
    verifying.refuse(row=row, reason="Floue.", seen=row.deposit_id, by=MANAGER, at=at)


def scan(registration, colour="white"):
    return verifying.scan_in(
        registration=again(registration),
        code="IDENTITE",
        sent=[Sent("scan.jpg", a_photo(colour))],
        press=str(uuid4()),
        posted_on=NOW.date(),
        by=MANAGER,
        at=NOW,
    )


def overturn(registration, code="IDENTITE", *, at=LATER):
    row = piece(registration, code)
    verifying.overturn(row=row, seen=row.deposit_id, by=MANAGER, at=at)


def correct_refusal(registration, reason="Périmée.", **said):
    row = piece(registration)
    verifying.correct_refusal(
        row=row, reason=reason, seen=row.deposit_id, by=MANAGER, at=LATER, **said
    )


def correct(registration, day, **read):
    row = piece(registration)
    known = {"read": row.posted_on, "seen": row.deposit_id, **read}
    verifying.correct_postmark(row=row, posted_on=day, **known, by=MANAGER, at=LATER)


def test_a_refusal_is_taken_back_and_its_candidate_has_nothing_to_replace(registration):
    clean(registration)
    refuse(registration)

    overturn(registration)

    row = piece(registration)
    assert (row.state, row.reason, row.decided_at) == (State.ACCEPTED, "", LATER)
    mail = Message.objects.get(kind="piece_found_good")
    assert mail.recipient == registration.candidate.address
    assert ": vous n'avez plus à la remplacer." in mail.body
    entry = Entry.objects.get(verb="piece refusal taken back")
    assert entry.payload["after"]["reason"] == "Floue."
    found = Verdict.objects.filter(evidence=row).order_by("at")
    assert [one.outcome for one in found] == [State.REFUSED, State.ACCEPTED]


def test_another_reason_takes_the_place_of_the_wrong_one_and_the_piece_stays_refused(registration):
    clean(registration)
    refuse(registration)

    correct_refusal(registration, motive="Périmé")

    row = piece(registration)
    assert (row.state, row.reason, row.decided_at) == (State.REFUSED, "Périmée.", LATER)
    mail = Message.objects.get(subject__startswith="Motif corrigé : Pièce d'identité, n°")
    assert "Motif : Périmée." in mail.body
    assert "Le motif qui vous avait été donné n'était pas le bon" in mail.body
    assert "Floue." not in mail.body
    after = Entry.objects.get(verb="piece refusal corrected").payload["after"]
    assert (after["former"], after["reason"]) == ("Floue.", "Périmée.")
    # It is one refusal, counted on its day for what it was.
    found = Verdict.objects.get(evidence=row)
    assert (found.motive, found.at) == ("Périmé", NOW)


def test_what_came_by_mistake_after_it_gives_the_corrected_reason_back(registration):
    clean(registration)
    refuse(registration)
    correct_refusal(registration)
    after = LATER + timedelta(hours=1)
    verifying.receive(row=piece(registration), posted_on=NOW.date(), by=MANAGER, at=after)

    verifying.take_back(row=piece(registration), seen=None, by=MANAGER, at=after)

    assert (piece(registration).state, piece(registration).reason) == (State.REFUSED, "Périmée.")


def test_a_reason_is_corrected_by_another_one_where_a_piece_is_refused(registration):
    clean(registration)
    with pytest.raises(Refused, match="le dossier a changé"):
        correct_refusal(registration)
    refuse(registration)
    with pytest.raises(evidence.SameReason):
        correct_refusal(registration, "Floue.")
    with pytest.raises(ReasonMissing):
        correct_refusal(registration, "")


def test_that_of_the_antivirus_stays(registration):
    evidence.note_scanned(give(registration), is_clean=False, at=NOW)

    with pytest.raises(evidence.NothingThere):
        correct_refusal(registration)


def test_so_is_that_of_a_paper_which_came_by_post(registration):
    verifying.receive(row=piece(registration), posted_on=NOW.date(), by=MANAGER, at=NOW)
    refuse(registration)

    overturn(registration)

    assert piece(registration).state == State.ACCEPTED


@pytest.mark.parametrize("is_clean", [None, False], ids=["not looked at", "infected"])
@pytest.mark.parametrize("act", [overturn, correct_refusal])
def test_so_is_that_of_a_paper_whatever_the_antivirus_says_of_its_scan(registration, is_clean, act):
    scan = verifying.scan_in(
        registration=again(registration),
        code="IDENTITE",
        sent=[Sent("scan.jpg", a_photo())],
        press=str(uuid4()),
        posted_on=NOW.date(),
        by=MANAGER,
        at=NOW,
    )
    if is_clean is not None:
        evidence.note_scanned(scan, is_clean=is_clean, at=NOW)
    refuse(registration)

    act(registration)

    expected = {overturn: State.ACCEPTED, correct_refusal: State.REFUSED}[act]
    assert piece(registration).state == expected
    assert piece(registration).reason != "Floue."


def test_what_lacked_no_other_piece_is_incomplete_no_more(registration):
    after = max(one.until for one in registration.evidence.all()) + timedelta(days=90)
    for row in registration.evidence.all():
        if row.is_mandatory:
            clean(registration, row.code, photos=[a_photo()])
            verifying.accept(
                row=piece(registration, row.code),
                seen=piece(registration, row.code).deposit_id,
                by=MANAGER,
                at=NOW,
            )
    refuse(registration)
    completing.declare_incomplete(registration=again(registration), by=MANAGER, at=after)
    assert again(registration).state == states.State.ANOMALY

    overturn(registration, at=after)

    assert again(registration).state == states.State.REGISTERED


def test_a_file_in_which_a_virus_was_found_is_never_good(registration):
    evidence.note_scanned(give(registration), is_clean=False, at=NOW)

    with pytest.raises(evidence.NothingThere):
        overturn(registration)

    assert piece(registration).state == State.REFUSED


def test_another_file_given_meanwhile_is_not_found_good_unread(registration):
    clean(registration)
    refuse(registration)
    row = piece(registration)
    give(registration, photos=[a_photo("black")])

    with pytest.raises(OtherFile, match="Le candidat vient de déposer"):
        verifying.overturn(row=row, seen=row.deposit_id, by=MANAGER, at=LATER)

    assert piece(registration).state == State.CHECKING


def test_nor_is_the_reason_of_what_was_refused_written_on_another_scan(registration):
    scan(registration)
    refuse(registration)
    read = piece(registration)
    scan(registration, "black")
    refuse(registration)

    with pytest.raises(OtherFile, match="joindre la numérisation"):
        verifying.correct_refusal(
            row=read, reason="Périmée.", seen=read.deposit_id, by=MANAGER, at=LATER
        )

    assert piece(registration).reason == "Floue."


def test_nor_is_a_reception_taken_back_with_a_scan_that_was_not_read(registration):
    verifying.receive(row=piece(registration), posted_on=NOW.date(), by=MANAGER, at=NOW)
    read = piece(registration)
    joined = scan(registration)

    with pytest.raises(OtherFile, match="joindre la numérisation"):
        verifying.take_back(row=read, seen=read.deposit_id, by=MANAGER, at=LATER)

    assert (piece(registration).state, piece(registration).deposit) == (State.POSTED, joined)


def test_what_is_not_refused_is_not_taken_back(registration):
    clean(registration)

    with pytest.raises(Refused):
        overturn(registration)

    assert not Message.objects.filter(kind="piece_found_good").exists()


def test_a_colleague_who_noted_it_by_post_is_not_taken_for_its_candidate(registration):
    row = clean(registration).evidence
    refuse(registration)
    verifying.receive(row=piece(registration), posted_on=NOW.date(), by=MANAGER, at=NOW)

    with pytest.raises(OtherFile, match="Un collègue vient de noter cette pièce"):
        verifying.accept(row=row, seen=row.deposit_id or 1, by=MANAGER, at=LATER)


def test_a_postmark_is_written_anew_and_both_days_are_kept(registration):
    verifying.receive(row=piece(registration), posted_on=date(2026, 11, 24), by=MANAGER, at=NOW)

    correct(registration, date(2026, 11, 20))

    row = piece(registration)
    assert (row.state, row.posted_on, row.arrived_at) == (State.POSTED, date(2026, 11, 20), NOW)
    after = Entry.objects.get(verb="piece postmark corrected").payload["after"]
    assert (after["former"], after["posted_on"]) == ("2026-11-24", "2026-11-20")


def test_the_postmark_that_is_written_already_is_corrected_in_nothing(registration):
    verifying.receive(row=piece(registration), posted_on=date(2026, 11, 24), by=MANAGER, at=NOW)

    with pytest.raises(evidence.SamePostmark):
        correct(registration, date(2026, 11, 24))

    assert not Entry.objects.filter(verb="piece postmark corrected").exists()


def test_one_before_registrations_opened_is_written_by_whoever_is_certain_alone(registration):
    before = date(2026, 10, 11)
    said = {"row": piece(registration), "posted_on": before, "by": MANAGER, "at": NOW}
    with pytest.raises(PostmarkBeforeOpening, match="le 12 octobre 2026"):
        verifying.receive(**said)
    verifying.receive(**said, is_certain=True)

    assert (piece(registration).posted_on, piece(registration).is_late) == (before, False)


def test_a_scan_that_changes_the_postmark_keeps_both_days(registration):
    verifying.receive(row=piece(registration), posted_on=date(2026, 11, 24), by=MANAGER, at=NOW)

    verifying.scan_in(
        registration=again(registration),
        code="IDENTITE",
        sent=[Sent("scan.jpg", a_photo())],
        press=str(uuid4()),
        posted_on=date(2026, 11, 20),
        by=MANAGER,
        at=LATER,
    )

    assert Entry.objects.get(verb="piece scanned").in_words == (
        "Pièce justificative reçue, numérisée : Pièce d'identité, cachet du "
        "20 novembre 2026 au lieu du 24 novembre 2026"
    )


def test_no_postmark_is_to_come_nor_written_where_nothing_came(registration):
    with pytest.raises(Refused):
        correct(registration, date(2026, 11, 20))
    verifying.receive(row=piece(registration), posted_on=date(2026, 11, 24), by=MANAGER, at=NOW)
    with pytest.raises(PostmarkToCome):
        correct(registration, date(2027, 11, 20))


def test_what_a_colleague_wrote_or_scanned_meanwhile_is_not_overwritten(registration):
    row = piece(registration)
    verifying.receive(row=row, posted_on=date(2026, 11, 24), by=MANAGER, at=NOW)
    correct(registration, date(2026, 11, 20))
    with pytest.raises(OtherFile, match="corriger la date de cette pièce"):
        correct(registration, date(2026, 11, 21), read=date(2026, 11, 24))
    verifying.scan_in(
        registration=again(registration),
        code=row.code,
        sent=[Sent("scan.jpg", a_photo())],
        press=str(uuid4()),
        posted_on=date(2026, 11, 20),
        by=MANAGER,
        at=LATER,
    )

    with pytest.raises(OtherFile, match="joindre la numérisation"):
        correct(registration, date(2026, 11, 21), read=date(2026, 11, 20), seen=None)

    assert piece(registration).posted_on == date(2026, 11, 20)
