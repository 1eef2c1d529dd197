"""Accommodations of many registrations: opinions followed, decisions notified; seen before."""

from datetime import timedelta

from sporades.accommodations.operations import OpinionOn
from sporades.accommodations.rules import Wish
from sporades.accommodations.states import Opinion, State
from sporades.batches import operations, queries
from sporades.batches.accommodations import OTHER_OPINION
from sporades.batches.states import Outcome
from tests.accommodations.asked import READER, case_of, opine, reach
from tests.factories import NOW

LATER = NOW + timedelta(hours=1)


def launched(batch, *, at=NOW):
    operations.launch(batch=batch, by=batch.reach.perimeters[0].member, at=at)
    while operations.go_on(str(batch.pk), at=at):
        pass
    return batch


def refused(batch):
    return list(batch.lines.filter(outcome=Outcome.REFUSED).values_list("why", flat=True))


def test_opinions_are_followed_and_the_others_say_why_before(prepare, three):
    reach(three[0], State.OPINION_GIVEN)
    reach(three[1], State.WITH_DOCTOR, Wish(READER))
    opine(three[1], LECTEUR=OpinionOn(Opinion.UNFAVOURABLE))
    batch = prepare("follow-opinion")

    forecast = queries.forecast(batch, at=NOW)
    assert sorted((one.seen, one.count, one.refusal) for one in forecast) == [
        ("aménagement : Avis rendu", 2, ""),
        ("aucun aménagement demandé", 1, "Aucun aménagement n'est demandé."),
    ]
    launched(batch)

    assert [case_of(one).state for one in three[:2]] == [State.DECIDED, State.DECIDED]
    assert case_of(three[1]).measures.get().reason
    assert len(refused(batch)) == 1


def test_an_opinion_that_comes_meanwhile_is_not_followed_unread(prepare, three):
    reach(three[0], State.WITH_DOCTOR)
    batch = prepare("follow-opinion")
    opine(three[0], at=LATER)

    launched(batch, at=LATER)

    assert OTHER_OPINION in refused(batch)
    assert case_of(three[0]).state == State.OPINION_GIVEN


def test_decisions_are_notified_each_by_its_own_document(prepare, three):
    reach(three[0], State.DECIDED)
    reach(three[1], State.DECIDED)

    launched(prepare("notify-accommodation"))

    found = [case_of(one) for one in three[:2]]
    assert [one.state for one in found] == [State.NOTIFIED, State.NOTIFIED]
    assert len({one.notification_id for one in found}) == 2
