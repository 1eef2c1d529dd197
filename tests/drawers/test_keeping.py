"""A file of a drawer is copied by value: what becomes of one never changes another (R-13)."""

from uuid import uuid4

import pytest

from sporades.acts.people import claiming, enrolling, forgetting
from sporades.acts.pieces import keeping, providing, verifying
from sporades.acts.sent_files import Sent
from sporades.candidates import operations as candidates
from sporades.candidates.models import Candidate
from sporades.core import files
from sporades.drawers import operations as drawers
from sporades.drawers.models import KeptFile
from sporades.evidence import operations as evidence
from sporades.evidence.models import ArrivingFile, Deposit
from sporades.evidence.queries import given_again
from sporades.evidence.states import State
from sporades.intake.cleaning import Unfit
from sporades.journal.models import Entry
from tests.evidence.given import BAC, IDENTITY, MANAGER, a_photo, again, give, piece
from tests.factories import EVERYWHERE, NOW, a_candidate, a_record, a_registration, author
from tests.jobs import work

WITH_BAC = {"qualification": {"diploma": "BAC"}, "epreuves": {"statut-E2": "inscrit"}}

pytestmark = pytest.mark.usefixtures("invented_exam", "kept")


@pytest.fixture
def registration():
    return a_registration(**WITH_BAC)


def keep(candidate, colour="white", *, press=None, name="carte.jpg"):
    return keeping.keep(
        owner=candidate,
        sent=[Sent(name, a_photo(colour))],
        press=press or str(uuid4()),
        by=author(candidate),
        at=NOW,
    )


def reuse(registration, kept, code=IDENTITY, press=None):
    return providing.reuse(
        registration=again(registration),
        code=code,
        kept=kept,
        press=press or str(uuid4()),
        by=author(registration.candidate),
        at=NOW,
    )


def test_a_copy_is_given_byte_for_byte_under_a_key_of_its_own(registration):
    kept = keep(registration.candidate)

    given = reuse(registration, kept)

    assert files.get(given.key) == files.get(kept.key)
    assert given.key != kept.key
    assert (given.name, given.pages, given.size) == ("carte.jpg", 1, kept.size)
    assert (piece(registration).state, given.scanned_at) == (State.CHECKING, None)
    assert not ArrivingFile.objects.exists()


def test_one_file_serves_for_several_pieces(registration):
    kept = keep(registration.candidate)

    first, second = reuse(registration, kept), reuse(registration, kept, code=BAC)

    assert len({kept.key, first.key, second.key}) == 3
    user = registration.candidate.user_id
    assert given_again(user, [kept.digest]) == {kept.digest: [first, second]}


def test_erased_from_the_drawer_what_was_given_stays_as_it_was(
    registration, django_capture_on_commit_callbacks
):
    kept = keep(registration.candidate)
    given = reuse(registration, kept)
    evidence.note_scanned(given, is_clean=True, at=NOW)
    verifying.accept(row=piece(registration), seen=given.pk, by=MANAGER, at=NOW)
    before = files.get(given.key)

    with django_capture_on_commit_callbacks(execute=True):
        keeping.remove(kept=kept, by=author(registration.candidate), at=NOW)

    assert not KeptFile.objects.exists()
    with pytest.raises(files.Missing):
        files.get(kept.key)
    row = piece(registration)
    assert (row.state, row.deposit, files.get(row.deposit.key)) == (State.ACCEPTED, given, before)


def test_replaced_where_it_was_given_the_drawer_and_the_other_copies_stay(registration):
    kept = keep(registration.candidate)
    first, second = reuse(registration, kept), reuse(registration, kept, code=BAC)
    before = files.get(kept.key)

    last = give(registration, photos=[a_photo("black")])

    assert piece(registration).deposit == last
    assert [files.get(one.key) for one in (kept, first, second)] == [before] * 3
    assert piece(registration, BAC).deposit == second


def test_a_file_whose_eraser_is_killed_once_its_row_is_gone_leaves_by_a_job(registration, kept):
    one = keep(registration.candidate)

    keeping.remove(kept=one, by=author(registration.candidate), at=NOW)

    assert not KeptFile.objects.exists()
    assert len(kept()) == 1
    work("core")
    assert kept() == []


def test_erased_with_its_registration_a_copy_leaves_the_drawer_alone(registration):
    given = give(registration)
    kept = keeping.keep_copy(
        owner=registration.candidate, given=given, by=author(registration.candidate), at=NOW
    )
    before = files.get(given.key)

    files.forget(given.key)

    assert files.get(kept.key) == before


def test_a_button_pressed_twice_keeps_one_file_and_gives_one(registration, kept):
    first = keep(registration.candidate, press="une")
    assert keep(registration.candidate, press="une") == first
    given = reuse(registration, first, press="deux")
    assert reuse(registration, first, press="deux") == given

    assert len(kept()) == 2
    assert Deposit.objects.count() == 1


def test_what_is_unfit_is_not_kept(registration, kept):
    with pytest.raises(Unfit):
        keeping.keep(
            owner=registration.candidate,
            sent=[Sent("a.pdf", b"rien")],
            press="une",
            by=author(registration.candidate),
            at=NOW,
        )

    assert (kept(), KeptFile.objects.count(), ArrivingFile.objects.count()) == ([], 0, 0)


@pytest.mark.parametrize(("limit", "most"), [("MOST_FILES", 1), ("MOST_BYTES", 2_000)])
def test_a_drawer_that_is_full_takes_nothing_more(registration, kept, monkeypatch, limit, most):
    keep(registration.candidate)
    monkeypatch.setattr(drawers, limit, most)

    with pytest.raises(drawers.FullDrawer):
        keep(registration.candidate, "black")

    assert len(kept()) == 1
    keep(a_candidate())


def test_thirty_files_a_day_are_kept_and_no_more(registration):
    candidate = registration.candidate
    for _ in range(30):
        keeping.remove(kept=keep(candidate), by=author(candidate), at=NOW)

    with pytest.raises(keeping.TooOften):
        keep(candidate)


def test_nor_is_one_that_was_given_and_it_is_kept_once(registration):
    candidate = registration.candidate
    given = give(registration)

    def keep_it():
        return keeping.keep_copy(owner=candidate, given=given, by=author(candidate), at=NOW)

    kept = keep_it()
    for _ in range(29):
        keeping.remove(kept=keep(candidate), by=author(candidate), at=NOW)

    assert keep_it() == kept
    keeping.remove(kept=kept, by=author(candidate), at=NOW)
    with pytest.raises(keeping.TooOften):
        keep_it()


def test_thirty_files_a_day_are_given_from_it_for_a_registration_and_no_more(registration):
    kept = keep(registration.candidate)
    for rank in range(30):
        reuse(registration, kept, press=f"{rank}")

    with pytest.raises(providing.TooOften):
        reuse(registration, kept, press="30")

    last = piece(registration).deposit
    assert reuse(registration, kept, press="29") == last
    with pytest.raises(providing.GivenBefore):
        reuse(registration, kept, press="0")


def test_the_journal_knows_that_a_file_was_kept_and_erased_not_what_it_is_called(registration):
    candidate = registration.candidate
    kept = keep(candidate, name="Carte de Zyzomysse.jpg")
    keeping.remove(kept=kept, by=author(candidate), at=NOW)

    told = Entry.objects.filter(verb__startswith="drawer").order_by("pk")
    assert [one.verb for one in told] == ["drawer file kept", "drawer file erased"]
    assert "Zyzomysse" not in str(list(told.values()))


def test_the_drawer_of_one_who_becomes_another_is_that_others():
    left, kept = a_candidate(), a_candidate()
    own = keep(left)

    drawers.give(left, to=kept)

    own.refresh_from_db()
    assert own.owner == kept


def test_a_drawer_is_erased_with_whom_it_belongs_to(kept, django_capture_on_commit_callbacks):
    candidate, other = a_candidate(), a_candidate()
    keep(candidate)
    stays = keep(other)

    with django_capture_on_commit_callbacks(execute=True):
        drawers.erase(candidate)

    assert list(KeptFile.objects.all()) == [stays]
    assert len(kept()) == 1


@pytest.mark.parametrize("has_account", [True, False])
def test_a_drawer_left_to_who_was_merged_is_erased_with_who_is_kept(
    kept, has_account, django_capture_on_commit_callbacks
):
    candidate, left = a_candidate() if has_account else a_record(), a_candidate()
    keep(left)
    candidates.merge(left, kept=candidate, at=NOW)
    Candidate.objects.filter(pk=candidate.pk).update(**({} if has_account else {"user": None}))

    with django_capture_on_commit_callbacks(execute=True):
        if has_account:
            forgetting.give_way(candidate.user, at=NOW)
        else:
            enrolling.erase_unused(at=NOW + enrolling.KEPT_WITHOUT_REGISTRATION)

    assert not Candidate.objects.exists()
    assert kept() == []


def test_an_account_that_is_forgotten_takes_its_drawer_with_it(
    kept, django_capture_on_commit_callbacks
):
    candidate = a_candidate()
    keep(candidate)

    with django_capture_on_commit_callbacks(execute=True):
        forgetting.give_way(candidate.user, at=NOW)

    assert not KeptFile.objects.exists()
    assert kept() == []


def test_a_record_that_an_account_takes_has_its_drawer():
    record, own = a_record(), a_candidate()
    mine = keep(own)
    code = claiming.give_code(record, reach=EVERYWHERE, academy="A09", by=MANAGER, at=NOW)

    claiming.claim_into(own.user, code=code, birth=(14, 3, 1998), network="ici", at=NOW)

    mine.refresh_from_db()
    assert mine.owner == record
