"""A file is given for a piece, looked at, judged; another replaces it (G2, G3)."""

from datetime import datetime, timedelta

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from sporades.accounts.permissions import Perimeter, Reach
from sporades.acts.pieces import owing, providing, verifying
from sporades.acts.pieces.providing import OtherFileMeanwhile
from sporades.acts.registrations import deciding, leaving
from sporades.acts.sent_files import Sent
from sporades.core import files
from sporades.core.refusals import ReasonMissing, Refused
from sporades.evidence import operations as evidence
from sporades.evidence.meanwhile import OtherFile
from sporades.evidence.models import ArrivingFile, Deposit, Evidence
from sporades.evidence.queries import owed_by, rows_of
from sporades.evidence.states import State
from sporades.intake.cleaning import Unfit
from sporades.journal.models import Entry
from sporades.mail.models import Message
from sporades.registrations.states import VALIDATE
from tests.evidence.given import BAC, IDENTITY, MANAGER, a_photo, again, give, piece
from tests.factories import NOW, OPERATOR, a_registration, author, load_invented
from tests.moves import moves

CLOSING = datetime.fromisoformat("2026-12-15T23:59:00+01:00")
UNTIL = datetime.fromisoformat("2026-12-30T23:59:00+01:00")
MINUTE = timedelta(minutes=1)

pytestmark = pytest.mark.usefixtures("kept")


def clean(registration):
    given = give(registration)
    evidence.note_scanned(given, is_clean=True, at=NOW)
    return given


def test_a_photograph_becomes_a_pdf_of_its_own_in_the_store(registration):
    given = give(registration)

    assert (given.name, given.pages) == ("carte.jpg", 1)
    assert files.get(given.key).startswith(b"%PDF-")
    assert given.size == len(files.get(given.key))
    assert (piece(registration).state, piece(registration).deposit) == (State.CHECKING, given)
    assert not ArrivingFile.objects.exists()


def test_several_photographs_become_one_document(registration):
    given = give(registration, photos=[a_photo("white"), a_photo("gray"), a_photo("black")])

    assert (given.name, given.pages) == ("carte.jpg et 2 autres", 3)


def test_the_same_bytes_given_to_two_registrations_are_two_files(registration, kept):
    first, second = give(registration), give(a_registration())

    assert first.digest == second.digest
    assert first.key != second.key
    files.forget(first.key)
    assert files.get(second.key)


def test_another_file_replaces_the_one_in_force_and_the_former_stays(registration):
    former = clean(registration)

    last = give(registration, photos=[a_photo("black")])

    assert (piece(registration).state, piece(registration).deposit) == (State.CHECKING, last)
    assert files.get(former.key)
    assert piece(registration).deposits.count() == 2


def test_pressed_twice_a_button_gives_one_file(registration, kept):
    first = give(registration, press="une")
    assert give(registration, press="une") == first

    other = give(registration, press="une", photos=[a_photo("black")])
    assert other != first
    assert len(kept()) == 2


def test_what_is_unfit_leaves_nothing(registration, kept):
    with pytest.raises(Unfit):
        give(registration, photos=[b"MZ un programme"])

    assert kept() == []
    assert (piece(registration).state, Deposit.objects.count()) == (State.OWED, 0)


def test_the_journal_has_what_was_given_and_no_name_of_a_file(registration):
    given = give(registration, name="Maëlle Le Goff.jpg")

    entry = Entry.objects.get(verb="piece deposited")
    assert entry.payload["after"] == {
        "piece": IDENTITY,
        "label": "Pièce d'identité",
        "deposit": given.pk,
        "digest": given.digest,
        "size": given.size,
    }


@pytest.mark.parametrize(
    ("typed", "kept_as"),
    [
        ("  carte   d'identité.pdf ", "carte d'identité.pdf"),
        ("a\u202egpj.exe", "agpj.exe"),
        ("x" * 300, "x" * 120),
        ("\u200b", "fichier"),
    ],
)
def test_a_name_is_kept_as_it_was_typed_and_clean(registration, typed, kept_as):
    assert give(registration, name=typed).name == kept_as


# --- In time ----------------------------------------------------------------------------------


@pytest.mark.parametrize("at", [CLOSING + timedelta(days=3), UNTIL, UNTIL + timedelta(seconds=59)])
def test_a_piece_is_given_until_the_end_of_its_own_last_minute(registration, at):
    give(registration, at=at)

    assert piece(registration).state == State.CHECKING


def test_after_it_nothing_is_taken_and_the_date_is_said(registration, kept):
    with pytest.raises(providing.TooLate, match="avant le mercredi 30 décembre 2026"):
        give(registration, at=UNTIL + MINUTE)

    assert kept() == []


# --- What is awaited --------------------------------------------------------------------------


def test_a_piece_that_is_not_asked_for_is_not_taken(registration):
    with pytest.raises(owing.NotAsked):
        give(registration, BAC)


def test_of_a_registration_that_stands_no_more_nothing_is_taken(registration):
    leaving.withdraw(registration=again(registration), by=author(registration.candidate), at=NOW)

    with pytest.raises(owing.NotAsked):
        give(registration)


def test_of_one_that_is_validated_nothing_is_taken(registration):
    deciding.decide(
        registration=again(registration), decision=VALIDATE, reason="", by=OPERATOR, at=NOW
    )

    with pytest.raises(owing.NotAsked):
        give(registration)


def test_a_piece_that_is_settled_is_not_replaced(registration):
    verifying.waive(row=piece(registration), reason="Vue au guichet.", by=MANAGER, at=NOW)

    with pytest.raises(providing.NothingAwaited):
        give(registration)


def test_files_in_force_are_not_too_heavy_together(registration, monkeypatch):
    monkeypatch.setattr(evidence.giving, "MOST_BYTES", 10)

    with pytest.raises(evidence.TooMuch, match="de fichiers au plus"):
        give(registration)
    assert piece(registration).state == State.OWED


def test_as_many_files_are_kept_as_pieces_are_asked_for():
    due = "echeance: {jours_apres_fermeture: 15}}\n"
    one = f"      - {{code: IDENTITE, libelle: Pièce d'identité, {due}"
    codes = [f"P{number}" for number in range(12)]
    many = "".join(f"      - {{code: {code}, libelle: Pièce {code}, {due}" for code in codes)
    load_invented((one, many))
    made = a_registration()

    for code in codes:
        give(made, code)

    assert made.evidence.filter(state=State.CHECKING).count() == len(codes)


def test_each_piece_beyond_ten_leaves_room_for_its_own_file(monkeypatch):
    due = "echeance: {jours_apres_fermeture: 15}}\n"
    one = f"      - {{code: IDENTITE, libelle: Pièce d'identité, {due}"
    many = "".join(f"      - {{code: P{number}, libelle: Pièce, {due}" for number in range(11))
    monkeypatch.setattr(evidence.giving, "MOST_BYTES", 10)
    monkeypatch.setattr(evidence.giving, "MORE_FOR_EACH", 1_000_000)
    load_invented((one, many))

    given = give(a_registration(), "P0")

    assert 10 < given.size < 1_000_010


def test_thirty_files_a_day_then_one_must_wait(registration):
    for _ in range(30):
        with pytest.raises(Unfit):
            give(registration, photos=[b""])

    with pytest.raises(providing.TooOften):
        give(registration)
    give(registration, at=NOW + timedelta(days=1, seconds=1))


# --- The antivirus ----------------------------------------------------------------------------


def test_a_file_in_which_nothing_was_found_is_deposited(registration):
    clean(registration)

    assert piece(registration).state == State.DEPOSITED


def test_a_verdict_on_a_former_file_moves_nothing(registration):
    former = give(registration)
    give(registration, photos=[a_photo("black")])

    former.evidence = piece(registration)
    moved = evidence.note_scanned(former, is_clean=False, at=NOW)

    assert (moved, piece(registration).state) == (False, State.CHECKING)


def test_what_the_antivirus_found_is_kept_once(registration):
    given = clean(registration)

    assert not evidence.note_scanned(given, is_clean=False, at=NOW)
    assert Deposit.objects.get().is_clean


# --- What it is worth -------------------------------------------------------------------------


def test_a_piece_is_found_good(registration):
    given = clean(registration)

    verifying.accept(row=piece(registration), seen=given.pk, by=MANAGER, at=NOW)

    row = piece(registration)
    assert (row.state, row.decided_name, row.decided_at) == (State.ACCEPTED, MANAGER.name, NOW)


def test_a_refused_piece_is_told_with_its_reason_and_may_be_replaced(registration):
    given = clean(registration)

    verifying.refuse(
        row=piece(registration), reason="La photo est floue.", seen=given.pk, by=MANAGER, at=NOW
    )

    said = " ".join(Message.objects.get(kind="piece_refused").body.split())
    assert "Motif : La photo est floue." in said
    assert f"/mes-inscriptions/{registration.number}/pieces" in said
    assert "avant le mercredi 30 décembre 2026 à 23 h 59 (heure de Paris)" in said
    give(registration, photos=[a_photo("black")])
    assert (piece(registration).state, piece(registration).reason) == (State.CHECKING, "")


def test_nothing_is_refused_without_a_reason(registration):
    given = clean(registration)

    with pytest.raises(ReasonMissing):
        verifying.refuse(row=piece(registration), reason="", seen=given.pk, by=MANAGER, at=NOW)


def test_nobody_judges_a_file_that_the_antivirus_has_not_seen(registration):
    given = give(registration)

    with pytest.raises(Refused):
        verifying.accept(row=piece(registration), seen=given.pk, by=MANAGER, at=NOW)


@pytest.mark.parametrize(
    ("judge", "said"),
    [(verifying.accept, {}), (verifying.refuse, {"reason": "Floue."})],
    ids=["good", "refused"],
)
def test_nobody_judges_another_file_than_the_one_that_was_read(registration, judge, said):
    former = clean(registration)
    last = give(registration, photos=[a_photo("black")])
    last.evidence = piece(registration)
    evidence.note_scanned(last, is_clean=True, at=NOW)

    with pytest.raises(OtherFile):
        judge(row=piece(registration), seen=former.pk, **said, by=MANAGER, at=NOW)

    assert piece(registration).state == State.DEPOSITED


@pytest.mark.parametrize(("days", "is_late"), [(0, False), (1, True)])
def test_a_piece_that_came_by_post_is_late_by_its_postmark_alone(registration, days, is_late):
    posted_on = UNTIL.date() + timedelta(days=days)

    verifying.receive(
        row=piece(registration), posted_on=posted_on, by=MANAGER, at=UNTIL + timedelta(days=9)
    )

    row = piece(registration)
    assert (row.state, row.posted_on, row.is_late) == (State.POSTED, posted_on, is_late)


def test_a_postmark_is_not_to_come(registration):
    tomorrow = NOW.date() + timedelta(days=1)

    with pytest.raises(Refused):
        verifying.receive(row=piece(registration), posted_on=tomorrow, by=MANAGER, at=NOW)


@pytest.mark.parametrize("transition", moves()[State], ids=lambda one: one.name)
def test_a_piece_leaves_only_the_states_that_the_table_says(transition):
    assert transition.target not in transition.sources or transition.name in (
        "deposit",
        "scan",
        "correct_postmark",
        "correct_refusal",
        "refused_as_before",
        "waived_as_before",
    )


# --- What the database holds ------------------------------------------------------------------


@pytest.mark.parametrize(
    "change",
    [
        {"state": State.REFUSED, "decided_at": NOW, "decided_name": "A"},
        {"reason": "Sans refus"},
        {"state": State.CHECKING},
        {"state": State.POSTED},
        {"state": State.ACCEPTED},
        {"decided_at": NOW},
    ],
    ids=str,
)
def test_the_database_refuses_a_piece_that_cannot_be(registration, change):
    with pytest.raises(IntegrityError), transaction.atomic():
        Evidence.objects.update(**change)


@pytest.mark.parametrize("change", [{"name": "autre"}, {"size": 1}, {"given_at": UNTIL}], ids=str)
def test_a_deposit_is_never_rewritten(registration, change):
    give(registration)

    with pytest.raises(DatabaseError), transaction.atomic():
        Deposit.objects.update(**change)


# --- Who sees it ------------------------------------------------------------------------------


def test_pieces_are_seen_by_their_candidate_and_within_a_perimeter(registration):
    other = a_registration()
    lille = Reach((Perimeter(frozenset({"A09"}), None, MANAGER),))
    elsewhere = Reach((Perimeter(frozenset({"A25"}), None, MANAGER),))

    assert {one.registration_id for one in Evidence.objects.visible_to(other.candidate.user)} == {
        other.pk
    }
    assert Evidence.objects.within(lille).count() == 2
    assert Evidence.objects.within(elsewhere).count() == 0


def test_without_rows_a_registration_owes_what_its_version_asks_for(registration):
    Evidence.objects.all().delete()

    owed = owed_by(again(registration), rows_of(registration=registration.pk))

    assert [(one.row.code, one.row.state) for one in owed] == [(IDENTITY, State.OWED)]
    give(registration)
    assert piece(registration).state == State.CHECKING


# --- Cut between the store and the row --------------------------------------------------------


def test_a_file_whose_row_never_came_is_erased_after_an_hour(registration, kept):
    given = give(registration)
    own = files.own_suffix(".pdf")
    evidence.announce(b"%PDF-perdu", own=own, at=NOW)
    with files.kept_apart(b"%PDF-perdu", suffix=".pdf", own=own):
        pass  # the row that would name it was never written

    assert evidence.sweep(older_than=NOW) == 0
    assert evidence.sweep(older_than=NOW + timedelta(seconds=1)) == 1

    assert [given.key.rpartition("/")[2]] == kept()
    assert not ArrivingFile.objects.exists()


def add(registration, former, colour, press="un"):
    return providing.deposit(
        registration=again(registration),
        code=IDENTITY,
        sent=[Sent(f"{colour}.jpg", a_photo(colour))],
        press=press,
        after=former,
        by=author(registration.candidate),
        at=NOW,
    )


def test_pages_are_not_added_to_a_file_that_is_in_force_no_more(registration):
    former = give(registration)
    assert add(registration, former, "black").pages == 2

    with pytest.raises(OtherFileMeanwhile):
        add(registration, former, "red", press="deux")

    assert piece(registration).deposit.pages == 2


@pytest.mark.parametrize("since", ["another file", "a paper"])
def test_what_has_lost_its_place_is_not_said_to_be_given_by_the_page_that_had_given_it(
    registration, since
):
    give(registration, press="une")
    if since == "another file":
        give(registration, press="deux", photos=[a_photo("black")])
    else:
        evidence.note_scanned(piece(registration).deposit, is_clean=False, at=NOW)
        verifying.receive(row=piece(registration), posted_on=NOW.date(), by=MANAGER, at=NOW)
    before = piece(registration).deposit_id

    with pytest.raises(providing.GivenBefore):
        give(registration, press="une")

    assert piece(registration).deposit_id == before


@pytest.mark.parametrize("by_antivirus", [False, True])
def test_what_was_refused_since_is_not_said_to_be_given_by_the_page_found_again(
    registration, by_antivirus
):
    given = give(registration, press="une")
    evidence.note_scanned(given, is_clean=not by_antivirus, at=NOW)
    if not by_antivirus:
        verifying.refuse(
            row=piece(registration), reason="Floue.", seen=given.pk, by=MANAGER, at=NOW
        )

    with pytest.raises(providing.FoundUnfit):
        give(registration, press="une")

    assert piece(registration).state == State.REFUSED
    assert give(registration, press="autre") == piece(registration).deposit


def test_the_same_pages_added_or_given_instead_are_two_presses(registration):
    former = give(registration)
    alone = add(registration, None, "black")

    assert alone.pages == 1
    assert add(registration, alone, "black").pages == 2
    assert former.pages == 1
