"""Two who give a role, or propose one, at once: one invitation leaves."""

from dataclasses import replace
from datetime import timedelta
from functools import partial
from uuid import uuid4

import pytest

from sporades.accounts.models import Membership, RoleProposal
from sporades.accounts.operations import StillOpen
from sporades.accounts.permissions import Permission, reach
from sporades.acts.agents import appointing, inviting
from sporades.core.refusals import Refused
from sporades.journal.models import Entry
from sporades.mail.models import Message
from tests.endurance.arena import first, together
from tests.factories import NOW, OPERATOR
from tests.web.registry.world import a_member, author_of

Role = Membership.Role
WANTED = appointing.Wanted(
    email="nouvelle@exemple.test",
    full_name="Dominique Roux",
    role=Role.MANAGER,
    academies=["A09"],
    domains=[],
    ends_on=None,
)

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("territory"),
]


@pytest.fixture
def heads(territory):
    return [a_member(f"chef{rank}@exemple.test", Role.HEAD, ["A09"]) for rank in range(3)]


def proposing(by, sending, *, wanted=WANTED, user=None):
    return partial(
        appointing.propose,
        wanted=wanted,
        user=user,
        reason="Essai",
        sending=sending,
        reach=reach(by.memberships.all(), Permission.PROPOSE_ROLES),
        by=author_of(by),
        at=NOW,
    )


def giving(proposal, by):
    return partial(
        appointing.give,
        proposal=RoleProposal.objects.get(pk=proposal.pk),
        within=reach(by.memberships.all(), Permission.GIVE_ROLES),
        by=author_of(by),
        at=NOW,
    )


def test_two_who_give_one_role_at_once_send_one_invitation(heads):
    made = proposing(heads[0], uuid4())()

    outcomes = together(giving(made, heads[1]), giving(made, heads[2]))

    assert sorted(isinstance(one, Refused) for one in outcomes) == [False, True]
    assert Membership.objects.filter(user__email=WANTED.email).count() == 1
    assert Message.objects.filter(kind="member_invited").count() == 1


def test_one_gives_what_another_refuses_at_once_and_one_of_them_is_told(heads):
    made = proposing(heads[0], uuid4())()
    refusing = partial(
        appointing.refuse,
        proposal=RoleProposal.objects.get(pk=made.pk),
        answer="Non",
        by=author_of(heads[2]),
        at=NOW,
    )

    outcomes = together(giving(made, heads[1]), refusing)

    assert sorted(isinstance(one, Refused) for one in outcomes) == [False, True]
    made.refresh_from_db()
    invited = Membership.objects.filter(user__email=WANTED.email).exists()
    assert invited is (made.state == "given")
    assert Message.objects.filter(kind="role_decided").count() == 1


def test_a_role_that_grows_while_another_is_given_in_its_place_is_looked_at_again(heads):
    agent = a_member("agent@exemple.test", Role.MANAGER, ["A09"])
    wanted = replace(WANTED, email=agent.email, role=Role.AUDITOR)
    made = proposing(heads[0], uuid4(), wanted=wanted, user=agent)()

    def grows(holds):
        inviting.change(email=agent.email, academies=["A09", "A25"], by=OPERATOR, at=NOW)
        holds()

    _, given = first(grows, giving(made, heads[1]))

    assert type(given) is appointing.OutOfReach
    assert agent.memberships.get(replaced_at=None).academies == ["A09", "A25"]


def test_an_account_that_grows_while_it_is_closed_is_looked_at_again(heads):
    agent = a_member("agent@exemple.test", Role.MANAGER, ["A09"])
    closing = partial(
        inviting.close,
        email=agent.email,
        reach=reach(heads[0].memberships.all(), Permission.CLOSE_MEMBERS),
        by=author_of(heads[0]),
        at=NOW,
    )

    def grows(holds):
        inviting.change(email=agent.email, academies=["A09", "A25"], by=OPERATOR, at=NOW)
        holds()

    _, closed = first(grows, closing)

    assert type(closed) is inviting.Moved
    assert agent.memberships_on(NOW.date())


def test_an_account_is_closed_though_what_it_proposed_is_decided_in_that_instant(heads):
    made = proposing(heads[0], uuid4())()
    closing = partial(
        inviting.close, email=heads[0].email, by=author_of(heads[1]), at=NOW + timedelta(minutes=1)
    )

    def gives(holds):
        giving(made, heads[2])()
        holds()

    _, closed = first(gives, closing)

    assert closed == heads[0]
    assert heads[0].memberships_on(NOW.date()) == []
    made.refresh_from_db()
    assert made.state == "given"


def test_a_press_that_is_doubled_at_one_instant_is_one_proposal(heads):
    press = proposing(heads[0], uuid4())

    one, other = together(press, press)

    assert one == other == RoleProposal.objects.get()
    assert Entry.objects.filter(verb="role proposed").count() == 1


def test_two_who_propose_the_same_person_at_once_make_one_proposal(heads):
    outcomes = together(proposing(heads[0], uuid4()), proposing(heads[1], uuid4()))

    assert sorted(type(one).__name__ for one in outcomes) == ["Refused", "RoleProposal"]
    assert RoleProposal.objects.count() == 1


def test_two_who_open_an_account_again_at_once_send_one_invitation(heads):
    agent = a_member("agent@exemple.test", Role.MANAGER, ["A09"])
    inviting.close(email=agent.email, by=OPERATOR, at=NOW)
    opening = partial(inviting.reopen, email=agent.email, ends_on=None, by=OPERATOR, at=NOW)

    def opens(holds):
        opening()
        holds()

    _, again = first(opens, opening)

    assert type(again) is StillOpen
    assert Message.objects.filter(kind="member_invited").count() == 1
    assert Entry.objects.filter(verb="member reopened").count() == 1
