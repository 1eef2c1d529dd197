"""Accommodations of many registrations: opinions followed, decisions notified; seen before."""

from datetime import timedelta

import pytest

from sporades.accommodations.models import Again, Case
from sporades.accommodations.notification import content
from sporades.accommodations.operations import DecisionOn, OpinionOn
from sporades.accommodations.rules import Wish
from sporades.accommodations.states import Decision, Opinion, State
from sporades.acts import accommodating
from sporades.batches import foreseen, operations, queries
from sporades.batches.accommodations import OPINION_UNSAID, OTHER_DECISION, OTHER_OPINION
from sporades.batches.states import Outcome
from sporades.candidates.models import Candidate
from sporades.letters.models import Letter
from sporades.registrations.models import Registration
from tests.accommodations.asked import (
    ACCESS,
    HALF,
    MANAGER,
    READER,
    RECTOR,
    THIRD,
    WORDS,
    case_of,
    decide,
    entrust,
    has_decided,
    opine,
    reach,
    said_so,
    taken_again,
)
from tests.factories import NOW

LATER = NOW + timedelta(hours=1)


@pytest.fixture(autouse=True)
def signed(asker):
    """Have whoever prepares batches decide once: it is known in what quality they do."""
    has_decided(f"user:{asker.pk}")


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


def test_what_its_candidate_took_back_is_asked_for_no_more(prepare, three):
    reach(three[0], State.WITHDRAWN)

    [one] = queries.forecast(prepare("follow-opinion"), at=NOW)

    assert (one.seen, one.count) == ("aucun aménagement demandé", 3)


def test_an_opinion_that_comes_meanwhile_is_not_followed_unread(prepare, three):
    reach(three[0], State.WITH_DOCTOR)
    batch = prepare("follow-opinion")
    opine(three[0], at=LATER)

    launched(batch, at=LATER)

    assert OTHER_OPINION in refused(batch)
    assert case_of(three[0]).state == State.OPINION_GIVEN


def test_a_line_whose_measures_exclude_each_other_is_refused_and_says_it_before(prepare, three):
    reach(three[0], State.OPINION_GIVEN, Wish(THIRD, ("E1",)), Wish(HALF, ("E1",)))
    reach(three[1], State.OPINION_GIVEN)
    said_so(three[0])
    batch = prepare("follow-opinion")

    [case] = [one for one in foreseen.cases_of(batch) if one.registration_id == three[0].pk]
    case.registration = Registration.objects.whole().get(pk=three[0].pk)
    given = accommodating.given_for([case])
    assert foreseen.refusal_of(batch, case, given, at=NOW).startswith(WORDS)
    launched(batch)

    assert any(why.startswith(WORDS) for why in refused(batch))
    assert case_of(three[0]).state == State.OPINION_GIVEN
    assert case_of(three[1]).state == State.DECIDED


def test_a_line_without_the_reason_that_it_needs_is_refused_and_says_it_before(prepare, three):
    reach(three[0], State.WITH_DOCTOR)
    opine(three[0], says="", TIERS=OpinionOn(Opinion.UNFAVOURABLE))
    reach(three[1], State.WITH_DOCTOR)
    opine(three[1], TIERS=OpinionOn(Opinion.UNFAVOURABLE))
    batch = prepare("follow-opinion")

    forecast = queries.forecast(batch, at=NOW)
    assert sorted((one.seen, one.count, one.refusal) for one in forecast)[:2] == [
        ("aménagement : Avis rendu", 1, ""),
        ("aménagement : avis sans motif pour ce qui n'est pas accordé", 1, OPINION_UNSAID),
    ]
    assert [one.registration_id for one in foreseen.cases_of(batch)] == [three[1].pk]
    launched(batch)

    assert any("le médecin n'a pas écrit de motif" in why for why in refused(batch))
    assert case_of(three[0]).state == State.OPINION_GIVEN
    assert case_of(three[1]).state == State.DECIDED


def test_what_silence_has_accepted_against_its_opinion_is_not_foreseen_as_decided(prepare, three):
    for one in three[:2]:
        reach(one, State.WITH_DOCTOR)
        opine(one, TIERS=OpinionOn(Opinion.UNFAVOURABLE))
    Case.objects.filter(registration=three[0]).update(accepted_on=NOW.date() - timedelta(days=1))
    batch = prepare("follow-opinion")

    forecast = queries.forecast(batch, at=NOW)
    assert {
        (one.seen, one.count, one.refusal) for one in forecast if "demandé" not in one.seen
    } == {
        ("aménagement : Avis rendu", 1, ""),
        (
            "aménagement : réputé accepté, avis non favorable à tout",
            1,
            accommodating.AcceptedBySilence.message,
        ),
    }
    assert [one.registration_id for one in foreseen.cases_of(batch)] == [three[1].pk]
    assert foreseen.measures_in(batch) == [("Accordée", 1), ("Refusée", 1)]
    launched(batch)

    assert accommodating.AcceptedBySilence.message in refused(batch)


def test_decisions_are_notified_each_by_its_own_document(prepare, three):
    reach(three[0], State.DECIDED)
    reach(three[1], State.DECIDED)

    launched(prepare("notify-accommodation"))

    found = [case_of(one) for one in three[:2]]
    assert [one.state for one in found] == [State.NOTIFIED, State.NOTIFIED]
    assert len({one.notification_id for one in found}) == 2


def test_letters_of_decisions_are_counted_before_of_who_reads_mails_without_an_account(
    prepare, three
):
    for one in three[:2]:
        reach(one, State.DECIDED)
    without = Candidate.objects.filter(pk=three[0].candidate_id)
    without.update(user=None, email="maelle@exemple.test")
    batch = prepare("notify-accommodation")

    assert sum(one.by_letter for one in queries.forecast(batch, at=NOW) if not one.refusal) == 1
    launched(batch)

    assert Letter.objects.waiting().count() == 1


def by_of(batch):
    return foreseen.reader(batch.reach)


def test_what_will_be_decided_is_counted_measure_by_measure_and_signed(prepare, three):
    reach(three[0], State.OPINION_GIVEN)
    reach(three[1], State.WITH_DOCTOR, Wish(READER), Wish(ACCESS))
    opine(three[1], LECTEUR=OpinionOn(Opinion.UNFAVOURABLE))
    reach(three[2], State.DECIDED)
    batch = prepare("follow-opinion")

    assert foreseen.measures_in(batch) == [("Accordée", 3), ("Refusée", 1)]
    [signed] = foreseen.signed_in(batch, by_of(batch))
    launched(batch)

    assert signed.count == 2
    assert {signed.author} == {case_of(one).author_in_words for one in three[:2]}


def test_each_decision_is_read_before_as_it_is_taken(prepare, three):
    reach(three[0], State.WITH_DOCTOR, Wish(THIRD), Wish(READER))
    opine(three[0], LECTEUR=OpinionOn(Opinion.OTHER, ACCESS))
    batch = prepare("follow-opinion")
    case = foreseen.cases_of(batch).get()
    case.registration = three[0]

    read = content(foreseen.foreseen(batch, case, by_of(batch), at=NOW))

    assert case_of(three[0]).state == State.OPINION_GIVEN
    launched(batch)
    accommodating.notify_decision(registration=three[0], by=MANAGER, at=NOW)
    issued = case_of(three[0]).notification.content
    assert read == {name: issued[name] for name in read}


def test_what_will_be_notified_is_counted_and_says_who_has_signed(prepare, three):
    reach(three[0], State.DECIDED)
    reach(three[1], State.OPINION_GIVEN)
    why = DecisionOn(Decision.REFUSED, reason="L'épreuve est courte.")
    decide(three[1], TIERS=why)
    batch = prepare("notify-accommodation")

    assert foreseen.measures_in(batch) == [("Accordée", 3), ("Refusée", 1)]
    assert foreseen.signed_in(batch, by_of(batch)) == [
        foreseen.Signed(case_of(three[0]).author_in_words, 2)
    ]


def test_what_comes_after_the_batch_was_asked_for_is_not_foreseen(prepare, three):
    reach(three[0], State.WITH_DOCTOR)
    batch = prepare("follow-opinion")
    opine(three[0], at=LATER)

    assert not foreseen.cases_of(batch).exists()


def test_a_decision_taken_again_on_the_same_opinion_is_decided_alone(prepare, three):
    reach(three[0], State.WITH_DOCTOR, Wish(THIRD))
    opine(three[0], TIERS=OpinionOn(Opinion.UNFAVOURABLE))
    decide(three[0], TIERS=DecisionOn(Decision.GRANTED, reason="Un autre avis le demande."))
    accommodating.notify_decision(registration=three[0], by=MANAGER, at=NOW)
    accommodating.take_again(
        case=case_of(three[0]), why=Again.ERROR, has_opinion=True, by=MANAGER, at=LATER
    )
    batch = prepare("follow-opinion")

    assert not foreseen.cases_of(batch).exists()
    assert [one.refusal for one in queries.forecast(batch, at=LATER) if "reprise" in one.seen] == [
        accommodating.TakenAgain.message
    ]
    launched(batch, at=LATER)

    assert accommodating.TakenAgain.message in refused(batch)
    assert case_of(three[0]).state == State.OPINION_GIVEN


def test_after_another_opinion_it_is_followed_again(prepare, three):
    reach(three[0], State.NOTIFIED)
    taken_again(case_of(three[0]), has_opinion=False, at=NOW)
    entrust(three[0])
    opine(three[0], at=LATER)
    batch = prepare("follow-opinion")
    batch.asked_at = LATER
    batch.save()

    assert foreseen.cases_of(batch).count() == 1
    launched(batch, at=LATER)

    assert case_of(three[0]).state == State.DECIDED


def test_what_is_granted_in_part_is_counted_apart(prepare, three):
    reach(three[0], State.WITH_DOCTOR, Wish(READER))
    opine(three[0], LECTEUR=OpinionOn(Opinion.FAVOURABLE, papers=("E1",)))
    following = prepare("follow-opinion")
    measure = case_of(three[0]).measures.get()

    assert foreseen.measures_in(following) == [("Accordée en partie", 1)]
    assert foreseen.decided_in_words(following, measure) == "Accordée en partie"
    launched(following)

    notifying = prepare("notify-accommodation")
    assert foreseen.measures_in(notifying) == [("Accordée en partie", 1)]
    measure = case_of(three[0]).measures.get()
    assert foreseen.decided_in_words(notifying, measure) == "Accordée en partie"


BEFORE = NOW - timedelta(minutes=1)
"""When a colleague pressed a button whose act is written after the batch was prepared."""


def test_what_a_colleague_decided_since_is_not_decided_over(prepare, three):
    reach(three[0], State.OPINION_GIVEN, at=BEFORE)
    batch = prepare("follow-opinion")
    decide(three[0], at=BEFORE)

    launched(batch)

    assert "La demande d'aménagement est « Décidée »." in refused(batch)


def test_a_decision_corrected_since_is_not_notified_unread(prepare, three):
    reach(three[0], State.DECIDED, at=BEFORE - timedelta(minutes=1))
    batch = prepare("notify-accommodation")
    case = case_of(three[0])
    accommodating.correct(
        case=case,
        decisions={
            one.code: DecisionOn(Decision.REFUSED, reason="Non prévue.")
            for one in case.measures.all()
        },
        author=RECTOR,
        seen=case.decided_at,
        by=MANAGER,
        at=BEFORE,
    )

    launched(batch)

    assert OTHER_DECISION in refused(batch)
    assert case_of(three[0]).state == State.DECIDED


def test_what_was_taken_again_since_is_not_decided(prepare, three):
    reach(three[0], State.DECIDED, at=BEFORE)
    batch = prepare("notify-accommodation")
    accommodating.notify_decision(registration=three[0], by=MANAGER, at=BEFORE)
    accommodating.take_again(
        case=case_of(three[0]), why=Again.ERROR, has_opinion=True, by=MANAGER, at=BEFORE
    )
    decide(three[0], at=BEFORE)

    launched(batch)

    assert OTHER_DECISION in refused(batch)


def test_what_has_left_the_perimeter_is_not_foreseen(prepare, three):
    reach(three[0], State.OPINION_GIVEN)
    reach(three[1], State.OPINION_GIVEN)
    batch = prepare("follow-opinion")
    Registration.objects.filter(pk=three[0].pk).update(academy="A25")

    assert foreseen.cases_of(batch).count() == 1
    assert foreseen.measures_in(batch) == [("Accordée", 2)]
    assert [one.count for one in foreseen.signed_in(batch, by_of(batch))] == [1]
    assert sum(one.count for one in queries.forecast(batch, at=NOW)) == 2
