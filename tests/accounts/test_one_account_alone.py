"""What is done to one account is done to no other: not one row of anybody else moves."""

from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession

from sporades.accounts import operations, second_factor
from sporades.accounts.models import AddressChange, LeftAddress, Membership, User
from tests.factories import NOW
from tests.web.registry.world import a_member

DAY = timedelta(days=1)
HELD = (
    Membership,
    EmailAddress,
    AddressChange,
    LeftAddress,
    SocialAccount,
    UserSession,
    Authenticator,
)
OPENS_ALONE = {"credential": {"clientExtensionResults": {"credProps": {"rk": True}}}}

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stopped_clock")]


def holding_everything(name):
    """Make the account of a member of staff who has one of all that an account may have."""
    user = a_member(f"{name}@exemple.test", Membership.Role.MANAGER, ["A09"])
    Membership.objects.create(
        user=user,
        role=Membership.Role.HEAD,
        full_name="Claude Martin",
        academies=["A25"],
        ends_on=NOW.date() - 9 * DAY,
    )
    EmailAddress.objects.create(user=user, email=user.email, primary=True, verified=False)
    operations.leave(user, email=f"{name}.avant@exemple.test", at=NOW)
    operations.ask_change(user, email=f"{name}.apres@exemple.test", at=NOW)
    SocialAccount.objects.create(user=user, provider="franceconnect", uid=name)
    UserSession.objects.create(user=user, ip="192.0.2.1", session_key=name, user_agent="x")
    TOTP.activate(user, generate_totp_secret())
    Authenticator.objects.create(user=user, type="webauthn", data=OPENS_ALONE)
    return user


def rows_of(user):
    """Return all that is kept of an account."""
    kept = [list(model.objects.filter(user=user).order_by("pk").values()) for model in HELD]
    return [User.objects.filter(pk=user.pk).values().get(), *kept]


def activated(user):
    User.objects.filter(pk=user.pk).update(activated_at=None)
    operations.activate(user.pk, at=NOW)


def given_back(user):
    operations.shut_intruders_out(user, left=LeftAddress.objects.get(user=user))


def given_back_to_a_candidate(user):
    user.memberships.all().delete()
    given_back(user)


def reopened(user):
    Membership.objects.filter(user=user).current(NOW.date()).delete()
    operations.reopen_memberships(user, until=None, on=NOW.date(), at=NOW)


ACTS = {
    "activated": activated,
    "another address": lambda user: operations.change_address(user, email="neuve@exemple.test"),
    "another address wished for": lambda user: operations.ask_change(
        user, email="voulue@exemple.test", at=NOW
    ),
    "given back": given_back,
    "given back to a candidate": given_back_to_a_candidate,
    "its roles ended": lambda user: operations.end_memberships(user, on=NOW.date()),
    "its roles replaced": lambda user: operations.replace_memberships(user, on=NOW.date(), at=NOW),
    "its roles reopened": reopened,
    "another application": second_factor.enrol_totp,
    "one application for another": lambda user: second_factor.replace_totp(
        Authenticator.objects.get(user=user, type="totp"), secret=generate_totp_secret()
    ),
    "no second factor": second_factor.remove,
    "its password taken": operations.shut,
    "its ways in taken": operations.shut_everybody_out,
    "nobody's": operations.empty,
}


@pytest.mark.parametrize("act", ACTS.values(), ids=ACTS)
def test_what_is_done_to_one_account_is_done_to_no_other(act):
    mine, other = holding_everything("une"), holding_everything("autre")
    own, before = rows_of(mine), rows_of(other)

    act(mine)

    assert rows_of(mine) != own
    assert rows_of(other) == before
