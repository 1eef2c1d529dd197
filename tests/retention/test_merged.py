"""Whoever was merged into a person goes with that person, and leaves nothing behind (I12, P-20)."""

from datetime import timedelta

import pytest

from sporades.acts import consulting
from sporades.acts.identities import comparing, merging
from sporades.acts.people import forgetting
from sporades.candidates.models import Candidate, Identity
from sporades.core.actors import Actor
from sporades.doubles import operations as doubles
from sporades.doubles.models import LikelyDouble
from sporades.journal import sealing
from sporades.journal.models import Entry
from sporades.retention import archiving, operations
from tests.factories import NOW, OPERATOR, a_candidate, a_registration, without_exclusion
from tests.leftovers import where
from tests.retention.conftest import ADDRESS, NAME, WORDS, again
from tests.retention.test_retention import archived_at, erased_at
from tests.web.registry.world import a_member

FOREST = {"statut-M1": None, "statut-M2": "inscrit"}


@pytest.fixture
def merged(invented_exam, manager):
    """Return a registration of somebody into whom another was merged, told apart from a third."""
    first = a_registration(a_candidate(email=ADDRESS, birth_name=NAME))
    other = a_registration(
        a_candidate(email=f"autre.{ADDRESS}", birth_name=NAME, first_names="Maelle"),
        speciality="FOREST",
        epreuves=FOREST,
    )
    without_exclusion()
    doubles.look(other.candidate_id, at=NOW)
    double = LikelyDouble.objects.get()
    head = a_member("cheffe@exemple.test", "head", ["A09"]).memberships.get().as_actor()
    comparing.propose(
        double=double,
        kept=double.first,
        reason=f"Même carte : {NAME}",
        seen=comparing.mark_of(double),
        by=manager.memberships.get().as_actor(),
        at=NOW,
    )
    merging.approve(double=double, seen=comparing.mark_of(double), by=head, at=NOW)
    return again(first)


@pytest.mark.parametrize("has_account", [True, False])
def test_nothing_is_left_of_either_once_the_person_is_erased(merged, has_account):
    assert {"candidates_identity", "doubles_likelydouble", "journal_entry"} <= where(*WORDS)
    if not has_account:
        user = Candidate.objects.get(pk=merged.candidate_id).user
        Candidate.objects.filter(user=user).update(user=None)
        user.delete()

    operations.apply(at=archived_at(merged))
    operations.apply(at=erased_at(merged))
    forgetting.warn_unused(at=erased_at(merged))
    forgetting.erase_unused(at=erased_at(merged) + timedelta(days=30))

    assert where(*WORDS) == set()
    assert not Candidate.objects.exists()
    assert not Identity.objects.exists()
    assert sealing.verify(at=NOW).findings == ()


def test_who_looked_at_whoever_was_merged_stays_while_an_archive_is_withheld(merged):
    other = Candidate.objects.get(merged_into=merged.candidate_id)
    by = Actor("manager", "Camille Ferrand", "user:12")
    consulting.consult_record(candidate=other, academy=merged.academy_id, by=by, at=NOW)
    operations.withhold(number=merged.number, reason="Recours n°12", by=OPERATOR, at=NOW)
    at = archived_at(merged)

    assert archiving.archive(merged.pk, at=at)
    operations.forget_acts(at=at)

    assert Candidate.objects.filter(pk=merged.candidate_id).exists()
    assert Entry.objects.get(verb="record read").actor_name == by.name
