"""What no réglementation lists is asked of all that a search finds, once of each."""

from datetime import date, timedelta

import pytest

from sporades.accounts.models import Membership
from sporades.acts.pieces import verifying
from sporades.acts.registrations import deciding
from sporades.acts.registrations.adding import More, NothingMore
from sporades.batches import operations, queries
from sporades.batches.actions import WRITTEN_ALONE
from sporades.batches.states import BatchState
from sporades.candidates.models import Candidate
from sporades.core.french import local_day
from sporades.core.refusals import NobodyApproves
from sporades.evidence import delays
from sporades.evidence.queries import pieces_of
from sporades.evidence.states import State
from sporades.journal.models import Entry
from sporades.letters.models import Letter
from sporades.mail.models import Message
from sporades.registrations.added import is_added
from sporades.registrations.giving import Giving
from sporades.registrations.models import Registration
from sporades.registrations.states import VALIDATE
from tests.batches.test_pieces_of_many import launched, refused
from tests.evidence.given import MANAGER, again
from tests.factories import NOW
from tests.spaces import plain
from tests.web.registry.world import a_member

LABEL = "Attestation de suivi"
DAY = date(2026, 12, 18)
pytestmark = pytest.mark.usefixtures("kept")


def added(registration):
    return [one for one in pieces_of(again(registration)) if is_added(one.row.code)]


def ask_alone(registration, *, label=LABEL, giving=Giving.EACH):
    more = More(label=label, until=DAY, giving=giving)
    verifying.ask_more(registration=registration, more=more, by=MANAGER, at=NOW)


def said(**others):
    return {"label": LABEL, "until": DAY, **others}


def test_each_is_asked_for_it_and_told_once(prepare, three):
    batch = launched(prepare("ask-piece", **said(giving=Giving.DEPOSIT)))

    assert refused(batch) == []
    for one in three:
        [owed] = added(one)
        assert (owed.row.label, owed.row.state) == (LABEL, State.OWED)
        assert local_day(owed.until, "Europe/Paris") == DAY
        assert (owed.is_deposited, owed.is_posted) == (True, False)
    told = Message.objects.filter(kind="piece_asked_for")
    assert told.count() == 3
    body = plain(" ".join(told.first().body.split()))
    assert f"une pièce justificative de plus : {LABEL}." in body
    assert "avant le vendredi 18 décembre 2026 à 23 h 59" in body
    assert Entry.objects.filter(verb="piece asked for").count() == 3
    launching = Entry.objects.get(verb="batch launched").payload["after"]
    assert (launching["label"], launching["until"]) == (LABEL, "2026-12-18")


def test_whoever_is_asked_for_it_already_is_counted_before_and_left_alone(prepare, three):
    ask_alone(three[0], label=LABEL.upper(), giving=Giving.POST)
    ask_alone(three[1])
    [owed] = added(three[1])
    verifying.waive(row=owed.row, reason="Vue au guichet.", by=MANAGER, at=NOW)
    batch = prepare("ask-piece", **said())

    assert sorted(
        (one.seen, one.count, one.refusal) for one in queries.forecast(batch, at=NOW)
    ) == [
        ("", 1, ""),
        (
            "déjà demandée : Dispensée",
            1,
            "Cette pièce est déjà demandée à ce candidat : elle est « Dispensée ».",
        ),
        (
            "déjà demandée : À fournir",
            1,
            "Cette pièce est déjà demandée à ce candidat : elle est « À fournir ».",
        ),
    ]
    launched(batch)

    assert [len(added(one)) for one in three] == [1, 1, 1]
    assert sorted(refused(batch)) == [
        "Cette pièce est déjà demandée à ce candidat : elle est « Dispensée ».",
        "Cette pièce est déjà demandée à ce candidat : elle est « À fournir ».",
    ]
    assert Message.objects.filter(kind="piece_asked_for").count() == 3


def test_a_piece_of_the_reglementation_in_the_same_words_is_not_asked_for_beside_it(prepare, three):
    batch = launched(prepare("ask-piece", **said(label="pièce d'identité")))

    assert set(refused(batch)) == {
        "Cette pièce est déjà demandée à ce candidat : elle est « À fournir »."
    }
    assert not Message.objects.filter(kind="piece_asked_for").exists()


def test_one_alone_may_ask_anew_for_what_came(three):
    ask_alone(three[0])
    [owed] = added(three[0])
    verifying.receive(row=owed.row, posted_on=NOW.date(), by=MANAGER, at=NOW)

    ask_alone(three[0])

    assert len(added(three[0])) == 2


def test_nothing_is_asked_of_who_is_validated_or_once_the_exam_is_over(prepare, three):
    deciding.decide(registration=again(three[0]), decision=VALIDATE, reason="", by=MANAGER, at=NOW)
    batch = prepare("ask-piece", **said())

    assert sorted((one.state, one.refusal) for one in queries.forecast(batch, at=NOW)) == [
        ("registered", ""),
        ("validated", "Elle est validée : plus aucune pièce ne lui est demandée."),
    ]
    over = NOW + timedelta(days=800)
    assert {one.refusal for one in queries.forecast(batch, at=over)} == {
        NothingMore.message,
        "Elle est validée : plus aucune pièce ne lui est demandée.",
    }
    launched(batch, at=over)

    assert len(refused(batch)) == 3
    assert not any(added(one) for one in three)


def test_it_is_prepared_with_words_and_a_day_to_come(prepare, three):
    with pytest.raises(operations.WordsMissing):
        prepare("ask-piece", until=DAY)
    with pytest.raises(operations.DayMissing):
        prepare("ask-piece", label=LABEL)
    with pytest.raises(delays.Shorter):
        prepare("ask-piece", **said(until=date(2025, 12, 8)))

    kept = prepare("validate", label=LABEL, giving=Giving.POST)
    assert (kept.label, kept.giving) == ("", "")


def test_who_has_no_account_is_told_by_a_letter_and_sends_paper(prepare, three):
    Candidate.objects.filter(pk=three[0].candidate_id).update(user=None, email="")
    batch = prepare("ask-piece", **said(giving=Giving.DEPOSIT))

    assert [one.by_letter for one in queries.forecast(batch, at=NOW)] == [1]
    launched(batch)

    letter = Letter.objects.get(message__kind="piece_asked_for")
    assert letter.message.about_id == str(three[0].pk)
    [owed] = added(three[0])
    assert (owed.is_deposited, owed.is_posted) == (False, True)


def test_one_person_alone_does_not_ask_it_of_thousands(prepare, three):
    batch = prepare("ask-piece", **said())
    batch.total = WRITTEN_ALONE + 1
    batch.save(update_fields=["total"])

    with pytest.raises(NobodyApproves) as refusal:
        operations.launch(batch=batch, by=batch.author, at=NOW)
    assert "lance 5\u202f000 demandes de pièce par jour au plus, ce lot en compte" in plain(
        str(refusal.value)
    )
    head = a_member("chef@exemple.test", Membership.Role.HEAD, ["A09"])
    operations.launch(batch=batch, by=batch.author, at=NOW)

    assert batch.state == BatchState.PROPOSED
    assert not any(added(one) for one in three)
    operations.approve(batch=batch, user=head, by=MANAGER, at=NOW)
    while operations.go_on(str(batch.pk), at=NOW):
        pass
    assert all(added(one) for one in Registration.objects.all())
