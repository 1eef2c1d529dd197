"""A decision that the office takes again: the former one is in force, and nobody undoes it (H4)."""

import pytest

from sporades.accommodations.granted import granted
from sporades.accommodations.models import Again
from sporades.accommodations.operations import DecisionOn, NotTheirs
from sporades.accommodations.queries import proposals
from sporades.accommodations.rules import Wish
from sporades.accommodations.states import Decision, State
from sporades.acts import accommodating
from sporades.registrations.models import Registration
from tests.accommodations.asked import MANAGER, THIRD, case_of, decide, reach
from tests.factories import NOW, author


def again(registration):
    """Return a registration as its pages load it."""
    return Registration.objects.whole().get(pk=registration.pk)


def take_again(registration, *, has_opinion):
    reach(registration, State.NOTIFIED, Wish(THIRD, ("E1",)))
    return accommodating.take_again(
        case=case_of(registration), why=Again.ERROR, has_opinion=has_opinion, by=MANAGER, at=NOW
    )


def test_what_is_notified_is_in_force_until_another_decision_is_notified(registration):
    take_again(registration, has_opinion=True)
    decide(registration, TIERS=DecisionOn(Decision.REFUSED, reason="Une autre mesure suffit."))
    assert case_of(registration).state == State.DECIDED
    assert granted(again(registration), "E1").measures

    accommodating.notify_decision(registration=again(registration), by=MANAGER, at=NOW)

    assert not granted(again(registration), "E1").measures


def test_its_candidate_takes_up_nothing_of_it(registration):
    made = take_again(registration, has_opinion=False)

    with pytest.raises(NotTheirs):
        accommodating.take_up(case=made, by=author(registration.candidate), at=NOW)

    made.refresh_from_db()
    assert made.state == State.ASKED


def test_what_was_not_told_is_not_proposed_elsewhere(registration):
    reach(registration, State.DECIDED, Wish(THIRD, ("E1",)))
    other = again(registration)
    other.pk = -1

    assert proposals(other) == []
