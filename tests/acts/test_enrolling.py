"""Records made by the office: two presses make one, and an unused one is erased (I13)."""

from datetime import timedelta

import pytest

from sporades.accounts.permissions import Perimeter, Reach
from sporades.acts import enrolling
from sporades.candidates.models import Candidate, Identity
from sporades.core.actors import Actor
from sporades.journal.models import Entry
from tests.endurance.arena import together
from tests.factories import BY_LETTER, IDENTITY, NOW, a_candidate, a_draft, a_record

MANAGER = Actor("manager", "Claude Martin", "user:1")
LILLE = Reach((Perimeter(frozenset({"A09"}), None, MANAGER),))
SIX_MONTHS = timedelta(days=183)


def enrol():
    return enrolling.enrol(
        identity=IDENTITY,
        reached=BY_LETTER,
        academy="A09",
        reach=LILLE,
        is_another=False,
        by=MANAGER,
        at=NOW,
    )


@pytest.mark.django_db(transaction=True)
def test_two_presses_at_once_make_one_record(territory):
    outcomes = together(enrol, enrol)

    assert sorted(type(one).__name__ for one in outcomes) == ["Candidate", "LikelyKnown"]
    assert Candidate.objects.count() == 1


@pytest.mark.usefixtures("invented_exam", "stopped_clock")
def test_a_record_for_which_nothing_was_begun_is_erased_after_six_months():
    unused, begun, own = a_record(), a_record(), a_candidate()
    a_draft(begun)

    assert enrolling.erase_unused(at=NOW + SIX_MONTHS - timedelta(seconds=1)) == 0
    assert enrolling.erase_unused(at=NOW + SIX_MONTHS) == 1

    assert set(Candidate.objects.all()) == {begun, own}
    assert not Identity.objects.filter(pk=unused.identity_id).exists()
    assert Entry.objects.get(verb="unused record erased").object_id == str(unused.pk)
