"""A role is proposed by one person and given by another."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from sporades.accounts import limits
from sporades.accounts.models import Membership, RoleProposal
from sporades.accounts.permissions import Permission, reach
from sporades.accounts.states import ProposalState
from sporades.acts.agents import appointing, inviting
from sporades.acts.people.addressing import AddressKnown
from sporades.acts.people.known_addresses import TooManyKnown
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
        reach=reach(by.memberships.all(), Permission.PROPOSE_ROLES),
        by=author_of(by),
        at=NOON,
    )


def give(proposal, by, **read):
    where = reach(by.memberships.all(), Permission.GIVE_ROLES)
    appointing.give(proposal=proposal, within=where, by=author_of(by), at=NOON, **read)


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


def test_the_same_press_with_other_words_is_another_proposal(head, other):
    press = uuid4()
    first = propose(head, sending=press)

    second = propose(head, sending=press, email="autre@exemple.test", full_name="Alix Morel")
    appointing.drop(proposal=first, by=author_of(head), at=NOON)
    again = propose(head, sending=press)

    assert len({first.pk, second.pk, again.pk}) == 3
    assert [one.full_name for one in RoleProposal.objects.proposed()] == [
        "Alix Morel",
        "Dominique Roux",
    ]


def test_what_waits_beyond_the_perimeter_is_not_read_out(head, other):
    elsewhere = a_member("loin@exemple.test", Role.HEAD, ["A25"])
    propose(elsewhere, academies=["A25"])

    with pytest.raises(Refused, match="hors de votre périmètre") as refusal:
        propose(other)

    assert "Claude Martin" not in str(refusal.value)


def test_an_agent_waits_for_one_role_whatever_their_address(head, other):
    agent = a_member("agent@exemple.test", Role.MANAGER, ["A09"])
    propose(head, user=agent, email=agent.email, role=Role.AUDITOR)
    agent.email = "agent.neuf@exemple.test"
    agent.save()

    with pytest.raises(Refused, match="attend déjà une décision"):
        propose(head, user=agent, email=agent.email, role=Role.DOCTOR)


def test_one_proposal_waits_for_somebody_and_the_others_say_so(head, other):
    propose(head)

    with pytest.raises(Refused, match=r"attend déjà une décision pour nouvelle@exemple\.test"):
        propose(other)

    assert RoleProposal.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"academies": ["LILLE"]}, "Académie inconnue"),
        ({"ends_on": date(2020, 1, 1)}, "déjà passé"),
    ],
)
def test_what_could_not_be_given_is_not_proposed(head, other, changes, words):
    joined("theo@exemple.test")

    with pytest.raises(inviting.NotInvited, match=words):
        propose(head, **changes)

    assert not RoleProposal.objects.exists()


@pytest.mark.parametrize("email", ["theo@exemple.test", "chef@exemple.test"])
def test_an_address_that_is_somebodys_is_told_so_many_times_and_in_the_journal(head, other, email):
    joined("theo@exemple.test")

    for _ in range(limits.KNOWN_ADDRESSES_TOLD.allowed[0][1]):
        with pytest.raises(AddressKnown):
            propose(head, email=email)
    with pytest.raises(TooManyKnown):
        propose(head, email="inconnue@exemple.test")

    assert not RoleProposal.objects.exists()
    assert Entry.objects.filter(verb="known address told").exists()


def test_a_role_that_changes_nothing_is_not_proposed(head):
    agent = a_member("agent@exemple.test", Role.MANAGER, ["A09"])

    with pytest.raises(inviting.NotInvited, match="C'est déjà son rôle"):
        propose(head, user=agent, email=agent.email)


def test_a_closed_account_is_invited_again_at_its_address(head, other):
    agent = a_member("agent@exemple.test", Role.MANAGER, ["A09"])
    inviting.close(email=agent.email, by=OPERATOR, at=NOON - timedelta(days=2))

    agent.refresh_from_db()
    assert agent.has_usable_password()
    give(propose(head, email=agent.email), other)

    agent.refresh_from_db()
    assert [one.role for one in agent.memberships_on(NOON.date())] == ["manager"]
    # Whoever knew its password does not come in with it.
    assert not agent.has_usable_password()


def test_the_closed_account_of_an_administrator_is_for_an_operator_to_give_back(
    head, administrator
):
    inviting.close(email=administrator.email, by=OPERATOR, at=NOON - timedelta(days=2))

    with pytest.raises(AddressKnown):
        propose(head, email=administrator.email)


def test_who_was_an_administrator_before_the_role_that_ended_is_invited_as_another(
    head, other, administrator
):
    change = {"role": Role.MANAGER, "academies": ["A09"]}
    inviting.change(email=administrator.email, **change, by=OPERATOR, at=NOON - timedelta(days=3))
    inviting.close(email=administrator.email, by=OPERATOR, at=NOON - timedelta(days=2))

    give(propose(head, email=administrator.email), other)

    assert [one.role for one in administrator.memberships_on(NOON.date())] == ["manager"]


def test_nor_is_it_given_back_by_what_was_proposed_before(head, other, administrator):
    """A proposal waits, and the operator makes its person an administrator, then closes the account."""
    made = propose(head)
    said = {"email": made.email, "full_name": made.full_name, "role": Role.ADMINISTRATOR}
    user = inviting.invite(**said, by=OPERATOR, at=NOON)
    inviting.close(email=made.email, by=OPERATOR, at=NOON)

    with pytest.raises(inviting.NotInvited, match="un agent a la sienne"):
        give(made, other)

    made.refresh_from_db()
    assert made.state == ProposalState.PROPOSED
    assert user.memberships_on(NOON.date()) == []


def test_what_was_read_of_an_agent_is_what_is_changed(head, other):
    agent = a_member("agent@exemple.test", Role.MANAGER, ["A09"])
    made = propose(head, user=agent, email=agent.email, role=Role.AUDITOR)
    seen = appointing.mark_of(made, at=NOON)
    inviting.change(email=agent.email, role=Role.DOCTOR, by=OPERATOR, at=NOON)

    with pytest.raises(appointing.Overtaken):
        give(made, other, seen=seen)

    made.refresh_from_db()
    assert made.state == ProposalState.PROPOSED
    give(made, other, seen=appointing.mark_of(made, at=NOON))


def test_what_somebody_proposed_falls_with_their_account(head, other, administrator):
    made = propose(head)

    inviting.close(email=head.email, by=author_of(administrator), at=NOON)

    made.refresh_from_db()
    assert made.state == ProposalState.DROPPED
    assert Entry.objects.filter(verb="role taken back").count() == 1
    with pytest.raises(Refused):
        give(made, other)


def test_an_account_that_has_grown_meanwhile_is_not_closed(head):
    agent = a_member("agent@exemple.test", Role.MANAGER, ["A09", "A28"])

    with pytest.raises(inviting.Moved):
        inviting.close(
            email=agent.email,
            reach=reach(head.memberships.all(), Permission.CLOSE_MEMBERS),
            by=author_of(head),
            at=NOON,
        )

    assert agent.memberships_on(NOON.date())


def test_who_is_head_and_administrator_gives_as_administrator(head):
    both = a_member("deux@exemple.test", Role.HEAD, ["A09"])
    both.memberships.create(role=Role.ADMINISTRATOR, full_name="Lou Garnier", academies=[])
    made = propose(head, role=Role.HEAD)
    where = reach(both.memberships.order_by("pk"), Permission.GIVE_ROLES)
    touched = appointing.touched_by([made], at=NOON)[made.pk]

    assert appointing.giver(made, where, touched=touched).kind == "administrator"


def test_a_role_is_given_in_one_that_reaches_all_of_it(head):
    two = a_member("deux@exemple.test", Role.ADMINISTRATOR, [])
    two.memberships.update(domains=["AUTRE"])
    two.memberships.create(role=Role.HEAD, full_name="Lou Garnier", academies=["A25"])
    where = reach(two.memberships.order_by("pk"), Permission.GIVE_ROLES)

    def who_gives(academies):
        made = propose(head, email=f"{'-'.join(academies)}@exemple.test", academies=academies)
        touched = appointing.touched_by([made], at=NOON)[made.pk]
        return appointing.giver(made, where, touched=touched)

    assert who_gives(["A25"]).name == "Lou Garnier"
    assert who_gives(["A09", "A25"]) is None


@pytest.mark.parametrize("role", [Role.MANAGER, Role.HEAD])
def test_who_may_not_give_a_role_does_not_refuse_it(head, other, role):
    made = propose(head, role=role)
    by, refusal = {
        Role.MANAGER: (head, appointing.SamePerson),
        Role.HEAD: (other, appointing.NotHighEnough),
    }[role]

    with pytest.raises(refusal):
        appointing.refuse(proposal=made, answer="Non", by=author_of(by), at=NOON)

    made.refresh_from_db()
    assert made.state == ProposalState.PROPOSED


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

    with pytest.raises(appointing.NoLongerProposed):
        give(made, other)
    appointing.refuse(proposal=made, answer="Elle est partie", by=author_of(other), at=NOON)

    assert mailed("role_decided") == []
    assert RoleProposal.objects.get().proposed_by == gone.name


@pytest.mark.parametrize(
    "changes",
    [
        {"role": Role.AUDITOR},
        {"academies": ["A25"]},
        {"ends_on": NOON.date() - timedelta(days=1)},
        {"domains": ["autre"]},
    ],
    ids=str,
)
def test_what_somebody_proposed_is_not_given_once_they_may_not_propose_it(head, other, changes):
    made = propose(head)
    head.memberships.update(**changes)

    with pytest.raises(appointing.NoLongerProposed):
        give(made, other)

    made.refresh_from_db()
    assert made.state == ProposalState.PROPOSED
    assert mailed("member_invited") == []


def test_what_somebody_proposed_falls_as_their_account_is_closed_for_want_of_use(head, other):
    made = propose(head)

    assert inviting.close_dormant(at=NOON + timedelta(days=200)) >= 1

    made.refresh_from_db()
    assert made.state == ProposalState.DROPPED
