"""Open, activate, change and close accounts."""

from datetime import datetime, timedelta

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.functions import Coalesce, Greatest

from sporades.accounts.models import (
    ACTIVATION_LASTS,
    CHANGE_LASTS,
    AddressChange,
    Membership,
    User,
    normalised_address,
)
from sporades.core.refusals import Refused

KEPT_WITHOUT_REGISTRATION = timedelta(days=183)
WARNED_BEFORE = timedelta(days=30)


class AddressTaken(Refused):
    """Another account has this address."""

    message = "Cette adresse est déjà celle d'un compte."


class TooOld(Refused):
    """The link of a mail is no longer good."""

    message = "Ce lien n'est plus valable."


class AlreadyActivated(Refused):
    """The account was activated before."""

    message = "Votre compte est déjà activé."


def hashed(password: str | None) -> str:
    """Return a password as it is kept; slow on purpose, so done before any lock is taken."""
    user = User()
    user.set_password(password)
    return user.password or make_password(None)


@transaction.atomic
def open_account(*, email: str, password_hash: str, at: datetime) -> User:
    """Make an account that waits for its activation.

    Args:
        email: the address, in any form.
        password_hash: what `hashed` returned.
        at: the instant.

    Raises:
        AddressTaken: another account has this address.
    """
    address = normalised_address(email)
    try:
        with transaction.atomic():
            user = User.objects.create(email=address, password=password_hash, created_at=at)
    except IntegrityError:
        raise AddressTaken from None
    EmailAddress.objects.create(user=user, email=address, primary=True, verified=False)
    return user


@transaction.atomic
def activate(user_id: int, *, at: datetime) -> User:
    """Activate an account, once, within 48 hours.

    Raises:
        TooOld: the account's time is over, or it is already gone.
        AlreadyActivated: it was done before.
    """
    user = User.objects.select_for_update().filter(pk=user_id).first()
    if user is None:
        raise TooOld
    if user.activated_at is not None:
        raise AlreadyActivated
    if at > user.activation_deadline:
        raise TooOld
    user.activated_at = at
    user.save(update_fields=["activated_at"])
    EmailAddress.objects.filter(user=user, email=user.email).update(verified=True)
    return user


def unactivated(*, at: datetime) -> QuerySet[User]:
    """Return the accounts whose time to be activated is over."""
    return User.objects.filter(activated_at__isnull=True, created_at__lt=at - ACTIVATION_LASTS)


def ask_change(user: User, *, email: str, at: datetime) -> AddressChange:
    """Note that an account wants another address; an earlier wish is forgotten with its link."""
    AddressChange.objects.filter(user=user).delete()
    return AddressChange.objects.create(user=user, email=normalised_address(email), asked_at=at)


@transaction.atomic
def change_address(user: User, *, email: str) -> None:
    """Give an account another address, confirmed by its owner.

    Raises:
        AddressTaken: another account has it.
    """
    user.email = normalised_address(email)
    try:
        with transaction.atomic():
            user.save(update_fields=["email"])
            EmailAddress.objects.filter(user=user).delete()
            EmailAddress.objects.create(user=user, email=user.email, primary=True, verified=True)
    except IntegrityError:
        raise AddressTaken from None
    AddressChange.objects.filter(user=user).delete()


def forget_old_changes(*, at: datetime) -> int:
    """Delete the new addresses that nobody confirmed in time; return how many."""
    deleted, _ = AddressChange.objects.filter(asked_at__lt=at - CHANGE_LASTS).delete()
    return deleted


def unused(*, at: datetime, since: timedelta) -> QuerySet[User]:
    """Return the candidates' accounts that nobody has signed in to for so long.

    Members of staff are not among them, nor accounts still waiting for their activation.
    """
    members = Membership.objects.filter(user=OuterRef("pk"))
    last_use = Greatest("created_at", Coalesce("last_login", "created_at"))
    return (
        User.objects.filter(activated_at__isnull=False)
        .alias(last_use=last_use, is_member=Exists(members))
        .filter(is_member=False, last_use__lte=at - since)
    )
