"""What was proposed by who may propose no more is given by one person alone: it is refused."""

from datetime import timedelta

import pytest
from django.urls import reverse

from sporades.accounts.models import Membership
from sporades.acts.agents import inviting
from sporades.acts.services import opening
from sporades.core.actors import Actor
from sporades.core.refusals import NoLongerProposed
from sporades.doubles.states import DoubleState
from sporades.exams.models import RegistrationService
from sporades.exams.states import ChangeState
from tests.factories import NOW, OPERATOR
from tests.web.guide import main
from tests.web.office.test_doubles import FOREST, a_double, proposal, where


@pytest.fixture(autouse=True)
def _open(invented_exam):
    """The invented exam is open."""


@pytest.fixture
def head(member):
    return member("A09", role=Membership.Role.HEAD, email="chef@exemple.test")


def lose(user, how):
    """Take from somebody what they might propose."""
    if how == "closed":
        inviting.close(email=user.email, reason="compte volé", by=OPERATOR, at=NOW)
    elif how == "moved":
        user.memberships.update(academies=["A25"])
    else:
        user.memberships.update(role=Membership.Role.AUDITOR)


def extend(by):
    service = RegistrationService.objects.get(academy="A09")
    later = service.closes_at + timedelta(days=5)
    return opening.change(
        service=service, opens_at=service.opens_at, closes_at=later, reason="Panne", by=by, at=NOW
    )


@pytest.mark.parametrize("how", ["closed", "moved", "reads only"])
def test_a_merge_is_not_approved_whose_proposer_may_propose_no_more(manager, head, how):
    double = a_double(speciality="FOREST", epreuves=FOREST)
    manager.post(where("propose_merge", double), proposal(double))
    lose(manager.user, how)

    seen = {"vu": head.get(where("double", double)).context["seen"]}
    page = head.post(where("approve_merge", double), seen, follow=True)

    double.refresh_from_db()
    assert double.state == DoubleState.PROPOSED
    assert NoLongerProposed.message in main(page)


@pytest.mark.parametrize("how", ["closed", "moved", "reads only"])
def test_an_extension_is_not_approved_whose_proposer_may_propose_no_more(manager, head, how):
    made = extend(Actor("manager", "Claude Martin", manager.user.identifier))
    lose(manager.user, how)

    page = head.post(reverse("office:approve_change", args=[made.pk]), follow=True)

    made.refresh_from_db()
    assert made.state == ChangeState.PROPOSED
    assert NoLongerProposed.message in main(page)


def test_an_extension_that_the_operator_proposed_is_approved(head):
    made = extend(OPERATOR)

    head.post(reverse("office:approve_change", args=[made.pk]))

    made.refresh_from_db()
    assert made.state == ChangeState.APPLIED
