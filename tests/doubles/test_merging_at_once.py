"""A merge, and what the candidate or a colleague does at the same instant."""

from functools import partial
from uuid import uuid4

import pytest

from sporades.acts.identities import comparing, merging
from sporades.acts.identities.comparing import Overtaken
from sporades.acts.people import claiming
from sporades.acts.pieces import keeping
from sporades.acts.registrations import deciding, leaving, registering
from sporades.acts.sent_files import Sent
from sporades.candidates.models import Candidate, ClaimCode
from sporades.candidates.operations import Merged
from sporades.doubles.models import LikelyDouble
from sporades.drawers.models import KeptFile
from sporades.mail.models import Message
from sporades.registrations.models import Draft, Registration
from sporades.registrations.states import RESTORE, SET_ASIDE, State
from tests.endurance.arena import first, together
from tests.evidence.given import a_photo
from tests.factories import (
    EVERYWHERE,
    NOW,
    OPERATOR,
    a_candidate,
    a_draft,
    a_record,
    author,
    without_exclusion,
)

pytestmark = pytest.mark.django_db(transaction=True)
FOREST = {"statut-M1": None, "statut-M2": "inscrit"}


def test_two_approvals_make_one_merge(double, propose, head):
    propose(double)
    seen = comparing.mark_of(double)
    say = partial(merging.approve, double=double, seen=seen, by=head, at=NOW)
    outcomes = together(say, say)

    assert sorted(type(one).__name__ for one in outcomes) == ["Candidate", "Overtaken"]
    assert Message.objects.filter(kind="candidates_merged").count() == 2


def test_a_registration_filed_at_that_instant_is_filed_and_lost_by_nobody(double, propose, head):
    without_exclusion()
    draft = a_draft(double.second, speciality="FOREST", epreuves=FOREST)
    propose(double)
    seen = comparing.mark_of(double)
    filed, merged = together(
        partial(registering.register, draft=draft, by=author(double.second), at=NOW),
        partial(merging.approve, double=double, seen=seen, by=head, at=NOW),
    )

    holder = Registration.objects.get(speciality__code="FOREST").candidate
    assert filed.number == 1
    if isinstance(merged, Candidate):
        assert holder == double.first
    else:
        assert isinstance(merged, Overtaken)
        assert holder == double.second


def test_a_registration_begun_at_that_instant_is_of_who_is_kept_or_is_not_begun(
    double, propose, head
):
    propose(double)
    seen = comparing.mark_of(double)
    begun, merged = together(
        partial(a_draft, double.second, speciality="FOREST", epreuves=FOREST),
        partial(merging.approve, double=double, seen=seen, by=head, at=NOW),
    )

    drafts = list(Draft.objects.unfiled())
    if isinstance(merged, Candidate):
        assert [one.candidate for one in drafts] in ([], [double.first])
        assert bool(drafts) or isinstance(begun, Merged)
    else:
        assert isinstance(merged, Overtaken)
        assert [one.candidate for one in drafts] == [double.second]


def test_a_withdrawal_at_that_instant_is_kept(double, propose, head):
    registration = double.second.registrations.get()
    propose(double)
    seen = comparing.mark_of(double)
    left, merged = together(
        partial(
            leaving.withdraw,
            registration=registration,
            by=author(double.second),
            at=NOW,
        ),
        partial(merging.approve, double=double, seen=seen, by=head, at=NOW),
    )

    registration.refresh_from_db()
    assert (left, registration.state) == (None, "withdrawn")
    assert isinstance(merged, (Candidate, Overtaken))


def test_a_code_given_at_that_instant_opens_nothing_of_who_is_merged(double, propose, head):
    record = double.second
    user = record.user
    Candidate.objects.filter(pk=record.pk).update(user=None, email="")
    user.delete()
    say = partial(claiming.give_code, record, reach=EVERYWHERE, academy="A09", by=OPERATOR, at=NOW)
    say()
    propose(LikelyDouble.objects.get())
    seen = comparing.mark_of(LikelyDouble.objects.get())
    given, merged = together(
        say, partial(merging.approve, double=double, seen=seen, by=head, at=NOW)
    )

    assert isinstance(merged, Candidate)
    assert isinstance(given, (str, Merged))
    assert not ClaimCode.objects.exists()


def test_a_file_kept_at_that_instant_is_said_to_be_of_another_and_is_not_left(
    double, propose, head, kept
):
    propose(double)
    seen = comparing.mark_of(double)

    def merge(holds):
        merged = merging.approve(double=double, seen=seen, by=head, at=NOW)
        holds()
        return merged

    merged, file = first(merge, partial(keep, double.second))

    assert isinstance(merged, Candidate)
    assert isinstance(file, Merged)
    assert not KeptFile.objects.exists()
    assert kept() == []


def test_a_file_kept_just_before_that_instant_is_of_who_is_kept(double, propose, head, kept):
    propose(double)
    file = keep(double.second)

    merging.approve(double=double, seen=comparing.mark_of(double), by=head, at=NOW)

    file.refresh_from_db()
    assert file.owner == double.first


def test_a_file_kept_while_a_code_gives_the_drawer_to_a_record_is_not_left(invented_exam, kept):
    record, own = a_record(), a_candidate()
    code = claiming.give_code(record, reach=EVERYWHERE, academy="A09", by=OPERATOR, at=NOW)

    def claim(holds):
        claiming.claim_into(own.user, code=code, birth=(14, 3, 1998), network="ici", at=NOW)
        holds()

    claimed, file = first(claim, partial(keep, own))

    assert claimed is None
    assert isinstance(file, Merged)
    assert kept() == []


def keep(owner):
    """Put a file in a drawer."""
    sent = [Sent("carte.jpg", a_photo("white"))]
    return keeping.keep(owner=owner, sent=sent, press=str(uuid4()), by=author(owner), at=NOW)


def test_what_is_restored_at_that_instant_is_judged_beside_all_that_the_person_has(
    double, propose, head
):
    left = Registration.objects.get(candidate=double.second)
    deciding.decide(registration=left, decision=SET_ASIDE, reason="Doublon.", by=OPERATOR, at=NOW)
    propose(double)
    seen = comparing.mark_of(double)
    read = Registration.objects.whole().get(pk=left.pk)

    def merge(holds):
        merging.approve(double=double, seen=seen, by=head, at=NOW)
        holds()

    _, outcome = first(
        merge,
        lambda: deciding.decide(
            registration=read, decision=RESTORE, reason="", by=OPERATOR, at=NOW
        ),
    )

    left.refresh_from_db()
    assert isinstance(outcome, deciding.AnothersSince)
    assert (left.state, left.candidate) == (State.SET_ASIDE, double.first)
