"""After an outage, or a postal strike, everybody is given a new day at once (U3)."""

from datetime import date, timedelta

import pytest

from sporades.acts.pieces import verifying
from sporades.acts.registrations import receiving
from sporades.acts.registrations.adding import NothingMore
from sporades.batches import operations, queries
from sporades.batches.actions import ACTIONS
from sporades.core.french import local_day
from sporades.evidence import delays
from sporades.evidence.queries import piece_of
from sporades.journal.models import Entry
from sporades.mail.models import Message
from sporades.registrations.models import Registration
from tests.acts.test_dates_kept import move_by
from tests.batches.test_pieces_of_many import WITH_BAC, launched, refused
from tests.evidence.given import BAC, IDENTITY, MANAGER, again, piece
from tests.factories import NOW, a_registration, load_invented
from tests.spaces import plain

LATE = NOW + timedelta(days=60)
DAY = date(2027, 2, 5)
LATER = date(2027, 3, 5)
pytestmark = pytest.mark.usefixtures("kept")


def until(registration, code=IDENTITY):
    return local_day(piece_of(again(registration), code).until, "Europe/Paris")


def signed(registration, *, at=NOW):
    receiving.receive_summary(
        registration=again(registration), posted_on=NOW.date(), by=MANAGER, at=at
    )


def test_everybody_who_owes_a_piece_is_given_a_day_and_told(prepare, three):
    verifying.receive(row=piece(three[0]), posted_on=NOW.date(), by=MANAGER, at=NOW)
    batch = prepare("grant-piece", piece=IDENTITY, until=DAY)

    assert sorted((one.seen, one.refusal) for one in queries.forecast(batch, at=LATE)) == [
        ("pièce : Reçue par le service", "La pièce est « Reçue par le service »."),
        ("pièce : À fournir", ""),
    ]
    launched(batch, at=LATE)

    assert [until(one) for one in three[1:]] == [DAY, DAY]
    assert len(refused(batch)) == 1
    told = Message.objects.filter(kind="piece_given_time")
    assert told.count() == 2
    body = plain(" ".join(told.first().body.split()))
    assert "avant le vendredi 5 février 2027 à 23 h 59" in body
    assert Entry.objects.filter(verb="piece given time").count() == 2
    assert Entry.objects.filter(payload__after__until="2027-02-05", verb__startswith="batch")


def test_who_was_given_a_later_day_alone_keeps_it(prepare, three):
    verifying.grant(row=piece(three[0]), until=LATER, by=MANAGER, at=LATE)

    batch = launched(prepare("grant-piece", piece=IDENTITY, until=DAY), at=LATE)

    assert [until(one) for one in three] == [LATER, DAY, DAY]
    [why] = refused(batch)
    assert "peut déjà être fournie jusqu'au" in why
    assert not Message.objects.filter(kind="piece_time_cut_back").exists()


@pytest.mark.parametrize("action", ["grant-piece", "grant-summary"])
def test_no_time_is_left_without_a_day(prepare, three, action):
    with pytest.raises(operations.DayMissing):
        prepare(action, piece=IDENTITY)


def test_no_other_action_keeps_a_day(prepare, three):
    assert prepare("accept-piece", piece=IDENTITY, until=DAY).until is None
    assert {one.code for one in ACTIONS.values() if one.has_day} == {
        *("grant-piece", "grant-summary", "grant-all", "ask-piece"),
    }


def test_the_signed_summary_of_everybody_is_given_a_day_and_told(prepare, three):
    signed(three[0])
    batch = prepare("grant-summary", until=DAY)

    assert sorted((one.seen, one.refusal) for one in queries.forecast(batch, at=LATE)) == [
        ("récapitulatif signé attendu", ""),
        ("récapitulatif signé déjà reçu", "Le récapitulatif signé est déjà noté comme reçu."),
    ]
    launched(batch, at=LATE)

    for one in three[1:]:
        found = again(one)
        assert local_day(found.summary_until, "Europe/Paris") == DAY
        assert not found.is_summary_late(LATE)
    assert again(three[0]).summary_until is None
    told = Message.objects.filter(kind="summary_given_time")
    assert told.count() == 2
    body = plain(" ".join(told.first().body.split()))
    assert "Vous avez plus de temps pour renvoyer votre récapitulatif d'inscription signé." in body
    assert "au plus tard le vendredi 5 février 2027 (cachet de la poste)" in body
    assert len(refused(batch)) == 1


def test_a_signed_summary_that_was_late_by_the_same_strike_is_so_no_more(prepare, three):
    posted = date(2027, 1, 4)
    receiving.receive_summary(
        registration=again(three[0]), posted_on=posted, by=MANAGER, at=LATE - timedelta(days=9)
    )
    assert again(three[0]).is_summary_posted_late
    batch = prepare("grant-summary", until=DAY)

    assert sorted(
        (one.seen, one.count, one.refusal) for one in queries.forecast(batch, at=LATE)
    ) == [
        ("récapitulatif signé attendu", 2, ""),
        ("récapitulatif signé reçu, posté hors délai", 1, ""),
    ]
    launched(batch, at=LATE)

    assert refused(batch) == []
    found = again(three[0])
    assert (found.summary_posted_on, found.is_summary_posted_late) == (posted, False)
    assert local_day(found.summary_until, "Europe/Paris") == DAY
    assert Message.objects.filter(kind="summary_given_time").count() == 2
    [told] = Message.objects.filter(kind="summary_in_time")
    assert told.about_id == str(found.pk)
    body = plain(" ".join(told.body.split()))
    assert "signé, posté le 4 janvier 2027, n'est plus hors délai" in body
    assert "jusqu'au vendredi 5 février 2027 (cachet de la poste)" in body
    assert "Vous n'avez pas à le renvoyer." in body


def test_one_signed_summary_is_given_time_once_and_never_less(invented_exam):
    registration = a_registration()

    receiving.grant_summary(registration=registration, until=LATER, by=MANAGER, at=LATE)
    for day in (LATER, DAY):
        with pytest.raises(delays.Shorter, match="peut déjà être posté jusqu'au"):
            receiving.grant_summary(registration=registration, until=day, by=MANAGER, at=LATE)
    with pytest.raises(delays.TooFar):
        receiving.grant_summary(
            registration=registration, until=LATER + timedelta(days=90), by=MANAGER, at=LATE
        )

    registration.refresh_from_db()
    assert local_day(registration.summary_until, "Europe/Paris") == LATER
    assert Message.objects.filter(kind="summary_given_time").count() == 1
    entry = Entry.objects.get(verb="summary given time")
    assert entry.payload["after"] == {"until": "2027-03-05"}


def test_a_summary_that_came_or_is_not_asked_for_is_given_none(invented_exam):
    registration = a_registration()
    signed(registration)

    with pytest.raises(receiving.NoSummaryAwaited):
        receiving.grant_summary(registration=registration, until=DAY, by=MANAGER, at=LATE)

    assert Registration.objects.get().summary_until is None


def test_the_page_before_says_who_has_as_much_time_already(prepare, three):
    verifying.grant(row=piece(three[0]), until=LATER, by=MANAGER, at=LATE)
    receiving.grant_summary(registration=three[1], until=LATER, by=MANAGER, at=LATE)

    of_piece, of_summary = (
        sorted((one.seen, one.count, one.refusal) for one in queries.forecast(batch, at=LATE))
        for batch in (
            prepare("grant-piece", piece=IDENTITY, until=DAY),
            prepare("grant-summary", until=DAY),
        )
    )

    assert of_piece == [
        (
            "déjà ce délai, ou un plus long",
            1,
            "Cette pièce peut déjà être fournie jusqu'à ce jour, ou plus tard.",
        ),
        ("pièce : À fournir", 2, ""),
    ]
    assert of_summary == [
        (
            "déjà ce délai, ou un plus long",
            1,
            "Ce récapitulatif peut déjà être posté jusqu'à ce jour, ou plus tard.",
        ),
        ("récapitulatif signé attendu", 2, ""),
    ]


def test_the_page_before_says_nothing_of_the_time_that_another_piece_has(prepare, db):
    load_invented(WITH_BAC)
    row = piece(a_registration(), BAC)
    verifying.grant(row=row, until=LATER, by=MANAGER, at=LATE)

    [one] = queries.forecast(prepare("grant-piece", piece=IDENTITY, until=DAY), at=LATE)

    assert (one.seen, one.refusal) == ("pièce : À fournir", "")


def test_it_says_so_of_the_day_that_was_told_too_and_of_an_exam_that_is_over(prepare, three):
    told = prepare("grant-summary", until=NOW.date())
    [one] = queries.forecast(told, at=NOW)
    assert one.seen == "déjà ce délai, ou un plus long"

    for batch in (told, prepare("grant-piece", piece=IDENTITY, until=DAY)):
        [one] = queries.forecast(batch, at=NOW + timedelta(days=800))
        assert one.refusal == NothingMore.message


def test_it_says_so_of_the_day_that_an_extension_gives_too(prepare, three):
    move_by(timedelta(days=7))
    known, later = (
        prepare("grant-summary", until=day) for day in (date(2027, 1, 1), date(2027, 1, 2))
    )

    [as_long], [awaited] = (queries.forecast(batch, at=NOW) for batch in (known, later))

    assert as_long.seen == "déjà ce délai, ou un plus long"
    assert "peut déjà être posté jusqu'à ce jour" in as_long.refusal
    assert (awaited.seen, awaited.refusal) == ("récapitulatif signé attendu", "")


@pytest.mark.parametrize(
    ("day", "why"), [(date(2025, 12, 8), delays.Shorter), (date(2036, 12, 8), delays.TooFar)]
)
def test_no_time_is_left_until_a_day_that_has_passed_or_is_too_far(prepare, three, day, why):
    with pytest.raises(why):
        prepare("grant-summary", until=day)
