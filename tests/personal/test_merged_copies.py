"""A copy of one's data that was asked for before two files of one person became one."""

import json
from datetime import timedelta

import pytest
import time_machine

from sporades.accounts.models import Membership, SignIn
from sporades.acts.identities import comparing, merging
from sporades.candidates.models import Candidate
from sporades.doubles import operations as doubles
from sporades.doubles.models import LikelyDouble
from sporades.mail.models import Message
from sporades.personal import operations
from sporades.personal.models import DataCopy
from sporades.registrations.models import Registration
from tests.factories import NOW, a_candidate, a_registration, author, without_exclusion
from tests.jobs import work
from tests.refusing import refuse
from tests.web.registry.test_own_data import archive_of
from tests.web.registry.world import a_member


@pytest.fixture
def merge(invented_exam):
    """Make two files of one person; return them, and what merges the second into the first."""
    forest = {"statut-M1": None, "statut-M2": "inscrit"}
    one = a_registration(a_candidate(email="a@exemple.test"))
    other = a_registration(
        a_candidate(email="b@exemple.test", first_names="Maelle Anne"),
        speciality="FOREST",
        epreuves=forest,
    )
    without_exclusion()
    doubles.look(other.candidate_id, at=NOW)
    manager, head = (
        a_member(f"{role}@exemple.test", role, ["A09"]).memberships.get().as_actor()
        for role in (Membership.Role.MANAGER, Membership.Role.HEAD)
    )

    def merged():
        double = LikelyDouble.objects.get()
        seen = {"double": double, "seen": comparing.mark_of(double), "at": NOW}
        comparing.propose(**seen, kept=double.first, reason="Même carte", by=manager)
        seen["seen"] = comparing.mark_of(double)
        return merging.approve(**seen, by=head)

    return one.candidate, other.candidate, merged


def asked_by(candidate):
    return operations.ask(candidate=candidate, by=author(candidate), at=NOW)


def its_copy(kept):
    """Return the copy of who is kept, once every job is done, and the addresses that are told."""
    with time_machine.travel(NOW + timedelta(minutes=1), tick=False):
        operations.carry_merged(at=NOW)
        work("personal")
    told = Message.objects.filter(kind="data_copy_ready").values_list("recipient", flat=True)
    assert not DataCopy.objects.exclude(candidate=kept).exists()
    return operations.copy_of(Candidate.objects.get(pk=kept.pk), at=NOW), list(told)


def numbers_in(copy, kept):
    files = archive_of(operations.take(copy=copy, reader=None, by=author(kept), at=NOW))
    lines = json.loads(files[operations.DATA])["tables"]["registrations.Registration"]["lignes"]
    return {one["number"] for one in lines}


def test_one_that_cannot_be_carried_is_said_and_stops_no_night(merge, caplog):
    _, left, merged = merge
    asked = asked_by(left)
    refuse("personal_datacopy", asked.pk)
    merged()

    assert operations.carry_merged(at=NOW) == 0

    assert DataCopy.objects.get() == asked
    assert f"could not be applied to {asked.pk}" in caplog.text


@pytest.mark.parametrize("is_ready", [False, True])
def test_whoever_asked_has_theirs_once_they_are_merged(merge, is_ready):
    kept, left, merged = merge
    asked = asked_by(left)
    if is_ready:
        operations.prepare(str(asked.pk), at=NOW)

    merged()

    copy, told = its_copy(kept)
    assert copy.is_ready
    assert told == ["a@exemple.test"]
    assert numbers_in(copy, kept) == set(Registration.objects.values_list("number", flat=True))


def test_what_was_done_from_the_account_that_is_closed_is_ones_own(merge):
    kept, left, merged = merge
    for user in (kept.user_id, left.user_id):
        SignIn.objects.create(
            at=NOW,
            account=f"user:{user}",
            outcome=SignIn.Outcome.ACCEPTED,
            network="192.0.2.1",
            device="Firefox",
        )
    merged()

    copy = asked_by(Candidate.objects.get(pk=kept.pk))
    operations.prepare(str(copy.pk), at=NOW)
    files = archive_of(operations.take(copy=copy, reader=None, by=author(kept), at=NOW))
    tables = json.loads(files[operations.DATA])["tables"]

    acts = [one for one in tables["journal.Entry"]["lignes"] if one["verb"] == "registration filed"]
    accounts = {f"user:{kept.user_id}", f"user:{left.user_id}"}
    assert {one["actor_id"] for one in acts} == accounts
    assert all(one["payload"] and one["actor_name"] for one in acts)
    assert {one["account"] for one in tables["accounts.SignIn"]["lignes"]} == accounts


def test_its_job_carries_it_too(merge):
    kept, left, merged = merge
    asked = asked_by(left)
    merged()

    operations.prepare(str(asked.pk), at=NOW)

    assert DataCopy.objects.get().candidate == kept


def test_one_that_was_taken_is_not_made_again(merge):
    kept, left, merged = merge
    asked = asked_by(left)
    operations.prepare(str(asked.pk), at=NOW)
    list(operations.take(copy=asked, reader=None, by=author(left), at=NOW))
    merged()

    assert its_copy(kept) == (None, [])


@pytest.mark.parametrize("is_ready", [False, True])
def test_of_two_that_are_asked_there_is_one(merge, is_ready):
    kept, left, merged = merge
    own = asked_by(kept)
    if is_ready:
        operations.prepare(str(own.pk), at=NOW)
    asked_by(left)
    merged()

    copy, told = its_copy(kept)
    assert told == ["a@exemple.test"]
    assert (copy.pk == own.pk) is not is_ready
    assert len(numbers_in(copy, kept)) == 2
