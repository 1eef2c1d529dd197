"""A role is proposed by one person and given by another."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from sporades.accounts.models import Membership, RoleProposal
from sporades.accounts.permissions import Permission, reach
from sporades.accounts.states import ProposalState
from sporades.acts import appointing, inviting
from sporades.core.refusals import Refused
from sporades.journal.models import Entry
from sporades.mail.models import Message
from tests.acts.people import NOON, joined
from tests.factories import OPERATOR
from tests.web.registry.world import a_member, author_of

Role = Membership.Role
WANTED = {
    "email": "nouvelle@exemple.test",
    "full_name": "Dominique Roux",
    "role": Role.MANAGER,
    "academies": ["A09"],
    "domains": [],
    "ends_on": None,
}

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("territory")]


@pytest.fixture
def head():
    return a_member("cheffe@exemple.test", Role.HEAD, ["A09", "A25"])


@pytest.fixture
def other():
    return a_member("chef@exemple.test", Role.HEAD, ["A09"])


@pytest.fixture
def administrator():
    return a_member("admin@exemple.test", Role.ADMINISTRATOR, [])


def propose(by, *, user=None, sending=None, **changes):
    return appointing.propose(
        wanted=appointing.Wanted(**WANTED | changes),
        user=user,
        reason="Remplace Camille",
        sending=sending or uuid4(),
        by=author_of(by),
        at=NOON,
    )


def give(proposal, by):
    where = reach(by.memberships.all(), Permission.GIVE_ROLES)
    appointing.give(proposal=proposal, reach=where, by=author_of(by), at=NOON)


def approvers(proposal):
    return [one.user.email for one in appointing.approvers_of(proposal, at=NOON)]


def mailed(kind):
    found = Message.objects.filter(kind=kind).order_by("recipient")
    return list(found.values_list("recipient", flat=True))


def test_an_invitation_leaves_once_another_person_has_approved_it(head, other):
    made = propose(head, ends_on=date(2027, 8, 31))

    assert mailed("role_to_approve") == [other.email]
    assert mailed("member_invited") == []
    give(made, other)

    assert mailed("member_invited") == ["nouvelle@exemple.test"]
    assert mailed("role_decided") == [head.email]
    member = Membership.objects.get(user__email="nouvelle@exemple.test")
    assert (member.role, member.academies, member.ends_on) == (
        "manager",
        ["A09"],
        date(2027, 8, 31),
    )
    verbs = ("role proposed", "member invited")
    said = Entry.objects.filter(verb__in=verbs).order_by("pk")
    assert [(one.verb, one.actor_id, one.academy) for one in said] == [
        ("role proposed", f"user:{head.pk}", "A09"),
        ("member invited", f"user:{other.pk}", "A09"),
    ]


def test_nobody_gives_what_they_propose(head):
    made = propose(head)

    with pytest.raises(appointing.SamePerson):
        give(made, head)

    assert not Membership.objects.filter(user__email="nouvelle@exemple.test").exists()
    with pytest.raises(IntegrityError, match="nobody_gives"), transaction.atomic():
        RoleProposal.objects.update(
            state=ProposalState.GIVEN, decided_at=NOON, decided_by_id=f"user:{head.pk}"
        )


def test_the_role_that_approves_is_given_by_an_administrator_alone(head, other, administrator):
    made = propose(head, role=Role.HEAD)

    assert approvers(made) == [administrator.email]
    with pytest.raises(appointing.NotHighEnough):
        give(made, other)
    give(made, administrator)

    assert Membership.objects.get(user__email="nouvelle@exemple.test").role == "head"


def test_no_administrator_is_proposed(head):
    with pytest.raises(inviting.NotInvited):
        propose(head, role=Role.ADMINISTRATOR)
    with pytest.raises(IntegrityError, match="a_proposed_role_has_academies"), transaction.atomic():
        RoleProposal.objects.create(
            **WANTED | {"role": "administrator", "academies": []},
            reason="Essai",
            sending=uuid4(),
            state=ProposalState.PROPOSED,
            proposed_at=NOON,
        )


def test_whoever_approves_reaches_the_role_and_the_one_that_it_replaces(head, other):
    agent = a_member("agent@exemple.test", Role.MANAGER, ["A25"])
    narrow = propose(head, user=agent, email=agent.email, academies=["A09"])

    assert approvers(narrow) == []
    with pytest.raises(appointing.OutOfReach):
        give(narrow, other)

    narrow.refresh_from_db()
    assert narrow.state == ProposalState.PROPOSED
    assert agent.memberships.get().academies == ["A25"]


def test_a_role_is_changed_once_another_person_has_approved_it(head, other):
    agent = a_member("agent@exemple.test", Role.MANAGER, ["A09"])
    made = propose(head, user=agent, email=agent.email, role=Role.AUDITOR, ends_on=date(2027, 1, 1))

    assert agent.memberships.get().role == "manager"
    give(made, other)

    current = agent.memberships.get(replaced_at=None)
    assert (current.role, current.full_name, current.ends_on) == (
        "auditor",
        "Claude Martin",
        date(2027, 1, 1),
    )
    assert mailed("member_invited") == []


def test_nobody_gives_their_own_role(head, other, administrator):
    made = propose(head, user=other, email=other.email, role=Role.AUDITOR)

    assert approvers(made) == [administrator.email]
    with pytest.raises(appointing.SamePerson):
        give(made, other)


def test_what_is_pressed_twice_is_proposed_once(head, other):
    press = uuid4()

    first, second = propose(head, sending=press), propose(head, sending=press)

    assert first == second
    assert mailed("role_to_approve") == [other.email]


def test_one_proposal_waits_for_somebody_and_the_others_say_so(head, other):
    propose(head)

    with pytest.raises(Refused, match=r"attend déjà une décision pour nouvelle@exemple\.test"):
        propose(other)

    assert RoleProposal.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"email": "theo@exemple.test"}, "un agent a la sienne"),
        ({"email": "chef@exemple.test"}, "un agent a la sienne"),
        ({"academies": ["LILLE"]}, "Académie inconnue"),
        ({"ends_on": date(2020, 1, 1)}, "déjà passé"),
    ],
)
def test_what_could_not_be_given_is_not_proposed(head, other, changes, words):
    joined("theo@exemple.test")

    with pytest.raises(inviting.NotInvited, match=words):
        propose(head, **changes)

    assert not RoleProposal.objects.exists()


def test_a_role_that_changes_nothing_is_not_proposed(head):
    agent = a_member("agent@exemple.test", Role.MANAGER, ["A09"])

    with pytest.raises(inviting.NotInvited, match="C'est déjà son rôle"):
        propose(head, user=agent, email=agent.email)


def test_a_closed_account_is_invited_again_at_its_address(head, other):
    agent = a_member("agent@exemple.test", Role.MANAGER, ["A09"])
    inviting.close(email=agent.email, by=OPERATOR, at=NOON - timedelta(days=2))

    give(propose(head, email=agent.email), other)

    assert [one.role for one in agent.memberships_on(NOON.date())] == ["manager"]


def test_a_refusal_is_read_by_whoever_proposed_and_gives_nothing(head, other):
    made = propose(head)

    appointing.refuse(proposal=made, answer="Pas ce mois-ci", by=author_of(other), at=NOON)

    assert mailed("role_decided") == [head.email]
    assert mailed("member_invited") == []
    with pytest.raises(Refused, match="a changé entre-temps"):
        give(made, other)
    assert Entry.objects.get(verb="role refused").payload["after"]["answer"] == "Pas ce mois-ci"
    propose(head)  # another may be made


def test_what_is_taken_back_waits_no_more(head, other):
    made = propose(head)

    appointing.drop(proposal=made, by=author_of(head), at=NOON)

    assert list(RoleProposal.objects.proposed()) == []
    with pytest.raises(Refused, match="a changé entre-temps"):
        give(made, other)


def test_an_address_that_was_taken_meanwhile_is_said_and_the_proposal_waits(head, other):
    made = propose(head)
    joined("nouvelle@exemple.test")

    with pytest.raises(inviting.NotInvited, match="un agent a la sienne"):
        give(made, other)

    made.refresh_from_db()
    assert made.state == ProposalState.PROPOSED


def test_of_whoever_was_proposed_nothing_is_left_after_a_year(head, other):
    made = propose(head)
    appointing.refuse(proposal=made, answer="Non", by=author_of(other), at=NOON)

    assert appointing.forget_old(at=NOON + timedelta(days=365)) == 0
    assert appointing.forget_old(at=NOON + timedelta(days=365, seconds=1)) == 1

    assert not RoleProposal.objects.exists()
    assert mailed("role_to_approve") == mailed("role_decided") == []
    said = [str(one.payload) for one in Entry.objects.filter(verb__startswith="role ")]
    assert len(said) == 2
    assert not any("Dominique" in one or "nouvelle@" in one for one in said)


def test_whoever_proposed_may_have_gone(head, other):
    made = propose(head)
    gone = author_of(head)
    head.delete()

    give(made, other)

    assert mailed("role_decided") == []
    assert RoleProposal.objects.get().proposed_by == gone.name
