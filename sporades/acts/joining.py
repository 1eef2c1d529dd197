"""Everything that happens to an account: made, activated, changed, forgotten."""

from collections.abc import Callable, Collection
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from sporades import journal, mail
from sporades.accounts import limits
from sporades.accounts import operations as accounts
from sporades.accounts.keys import activation_key, change_key, reset_key
from sporades.accounts.models import AddressChange, User, normalised_address
from sporades.candidates import operations as candidates
from sporades.candidates.models import Candidate
from sporades.core.actors import SYSTEM, Actor
from sporades.core.french import day_in_words, instant_in_words, local_day
from sporades.core.links import absolute
from sporades.core.locks import lock_value
from sporades.core.refusals import Refused

ZONE = settings.TIME_ZONE


class AddressKnown(Refused):
    """An account or a candidate record already carries this address."""

    def __init__(self) -> None:
        """Say it in the words of the candidates' guide."""
        super().__init__(
            f"Cette adresse mail existe déjà dans l'application {settings.SERVICE_NAME}"
        )


# --- Making an account ------------------------------------------------------------------------


def join(
    *,
    identity: dict[str, Any],
    email: str,
    password: str | None,
    by: Actor | None = None,
    at: datetime,
    network: str = "",
    also: Callable[[User], None] | None = None,
) -> User:
    """« Créer mon compte »: an account, its candidate, the mail that activates it.

    Args:
        identity: civil data, as `IdentityForm.identity()` gives them.
        email: the address, in any form.
        password: nothing for an account that signs in through FranceConnect only.
        by: who does it; the candidate, unless said otherwise.
        at: the instant at which the request arrived.
        network: where it came from; counted, never kept in clear.
        also: what must be kept with the account, in the same transaction.

    Raises:
        AddressKnown: an account or a candidate record carries the address. Two sign-ups, or
            a sign-up and an import, at the same instant: one of them gets this.
    """
    # Slow on purpose: done before the lock, and for known addresses too.
    password_hash = accounts.hashed(password)
    with transaction.atomic():
        address = hold_address(email, at=at)
        if is_known(address):
            raise AddressKnown
        user = accounts.open_account(email=address, password_hash=password_hash, at=at)
        candidates.enrol(user=user, identity=identity, email=address, at=at)
        if also:
            also(user)
        may_write(address, network=network, at=at)  # counted; the first mail always leaves
        _write_activation(user, at=at)
        journal.record("account opened", by=by or author(user), on=user, at=at)
    return user


@transaction.atomic
def complete(user: User, *, identity: dict[str, Any], at: datetime) -> Candidate:
    """Give an account that has none its civil data."""
    hold_address(user.email, at=at)
    candidate = candidates.enrol(user=user, identity=identity, email=user.email, at=at)
    journal.record("identity given", by=author(user), on=candidate, at=at)
    return candidate


def hold_address(email: str, *, at: datetime) -> str:
    """Lock an address until the end of the transaction and return it normalised.

    Whoever gives an address to an account or to a candidate record holds it first, then asks
    `is_known`. An account of this address whose 48 hours are over is forgotten on the way.
    """
    address = normalised_address(email)
    lock_value("address", address)
    for user in accounts.unactivated(at=at).filter(email=address):
        _forget_unactivated(user.pk, at=at)
    return address


def is_known(address: str) -> bool:
    """Return whether an account or a candidate record carries this normalised address."""
    return (
        User.objects.filter(email=address).exists()
        or Candidate.objects.filter(email=address).exists()
    )


def warn_owner(email: str, *, network: str, at: datetime) -> None:
    """Tell the owner of an address that somebody wanted to make an account with it."""
    address = normalised_address(email)
    user = User.objects.filter(email=address).first()
    if user and user.activated_at is None:
        send_activation_again(address, network=network, at=at)
        return
    if limits.spend(limits.WARNINGS_TO_AN_ADDRESS, address, at=at) and may_write(
        address, network=network, at=at
    ):
        mail.write(
            "address_known",
            to=address,
            at=at,
            key=f"address-known {at.isoformat()}",
            urgent=True,
            has_account=user is not None,
            sign_in=absolute(reverse("account_login")),
            reset=absolute(reverse("account_reset_password")),
            sign_up=absolute(reverse("account_signup")),
        )


# --- Activating it ------------------------------------------------------------------------------


@transaction.atomic
def activate(user_id: int, *, at: datetime) -> User:
    """« Activer mon compte ». Raises accounts' TooOld, AlreadyActivated."""
    user = accounts.activate(user_id, at=at)
    journal.record("account activated", by=author(user), on=user, at=at)
    return user


def send_activation_again(email: str, *, network: str, at: datetime) -> None:
    """Send the activation mail once more; an address that waits for none gets none."""
    address = normalised_address(email)
    user = User.objects.filter(email=address, activated_at__isnull=True).first()
    if user and at <= user.activation_deadline and may_write(address, network=network, at=at):
        _write_activation(user, at=at)


def _write_activation(user: User, *, at: datetime) -> None:
    mail.write(
        "activation",
        to=user.email,
        at=at,
        key=f"activation {user.pk} {at.isoformat()}",
        about=user,
        urgent=True,
        link=absolute(reverse("account_confirm_email", args=[activation_key(user)])),
        deadline=instant_in_words(user.activation_deadline, ZONE),
    )


def delete_unactivated(*, at: datetime) -> int:
    """Delete the accounts that nobody activated in 48 hours, with their data; return how many."""
    return sum(_forget_unactivated(user.pk, at=at) for user in accounts.unactivated(at=at))


def _forget_unactivated(user_id: int, *, at: datetime) -> int:
    def due() -> Any:
        return accounts.unactivated(at=at)

    return _forget_if(user_id, due, "unactivated account deleted", at=at)


# --- Changing it ---------------------------------------------------------------------------------


@transaction.atomic
def ask_address_change(user: User, *, email: str, network: str, at: datetime) -> None:
    """Send to a new address the link that will make it the account's.

    Raises:
        AddressKnown: it is another's. Its owner is told.
    """
    address = normalised_address(email)
    lock_value("address", address)
    if _belongs_to_another(address, user):
        raise AddressKnown
    change = accounts.ask_change(user, email=address, at=at)
    if may_write(address, network=network, at=at):
        mail.write(
            "address_change",
            to=address,
            at=at,
            key=f"address-change {change.pk}",
            about=user,
            urgent=True,
            old=user.email,
            link=absolute(reverse("account_confirm_address", args=[change_key(change)])),
            deadline=instant_in_words(change.expires_at, ZONE),
        )


@transaction.atomic
def confirm_address_change(change_id: int, *, at: datetime) -> User:
    """Make a new address the login and the address of every message; tell the old one.

    Raises:
        TooOld: the link was used, replaced by another, or its day is over.
        AddressKnown: the address became another's in the meantime.
    """
    change = (
        AddressChange.objects.select_for_update(of=("self",))
        .select_related("user")
        .filter(pk=change_id)
        .first()
    )
    if change is None or at > change.expires_at:
        raise accounts.TooOld
    user, old, new = change.user, change.user.email, change.email
    hold_address(new, at=at)
    if _belongs_to_another(new, user):
        raise AddressKnown
    accounts.change_address(user, email=new)
    candidate = Candidate.objects.filter(user=user).first()
    if candidate:
        candidates.change_address(candidate, email=new)
    _tell_change(user, old=old, at=at)
    journal.record("address changed", by=author(user), on=user, at=at)
    return user


def _tell_change(user: User, *, old: str, at: datetime) -> None:
    for to in (old, user.email):
        mail.write(
            "address_changed",
            to=to,
            at=at,
            key=f"address-changed {user.pk} {at.isoformat()}",
            about=user,
            old=old,
            new=user.email,
            when=instant_in_words(at, ZONE),
            help_page=absolute(reverse("public:contact")),
        )


def _belongs_to_another(address: str, user: User) -> bool:
    return (
        User.objects.filter(email=address).exclude(pk=user.pk).exists()
        or Candidate.objects.filter(email=address).exclude(user=user).exists()
    )


@transaction.atomic
def change_identity(
    candidate: Candidate, *, identity: dict[str, Any], by: Actor, at: datetime
) -> None:
    """Correct civil data that no saved registration has frozen. Raises candidates' Frozen."""
    before = candidates.civil_data(candidate.identity)
    if candidates.change_identity(candidate, identity=identity, at=at):
        # Nothing was filed yet: which data changed is enough, what they were is forgotten.
        changed = sorted(name for name, value in identity.items() if before[name] != value)
        journal.record("identity changed", by=by, on=candidate, at=at, after=changed)


def help_back_in(
    email: str, *, network: str, known_accounts: Collection[int], at: datetime
) -> None:
    """Send what helps: a link to a new password, or the activation mail again, or nothing.

    Args:
        email: the address typed.
        network: where the demand came from.
        known_accounts: the accounts that the device has signed in to before. Their owners have
            a count of their own: strangers who ask too often never keep them from asking.
        at: the instant of the demand.
    """
    address = normalised_address(email)
    user = User.objects.filter(email=address, is_active=True).first()
    if user is None:
        return
    if user.activated_at is None:
        send_activation_again(address, network=network, at=at)
        return
    if user.pk in known_accounts:
        is_allowed = limits.spend(limits.MAILS_TO_AN_OWNER, address, at=at)
    else:
        is_allowed = may_write(address, network=network, at=at)
    if is_allowed:
        _send_reset(user, at=at)


@transaction.atomic
def _send_reset(user: User, *, at: datetime) -> None:
    """Send the link to a new password; those sent before are no longer good."""
    account, token = reset_key(user, at=at)
    mail.write(
        "password_reset",
        to=user.email,
        at=at,
        key=f"password-reset {user.pk} {at.isoformat()}",
        about=user,
        urgent=True,
        link=absolute(reverse("account_reset_password_from_key", args=[account, token])),
    )


def tell_password_changed(user: User, *, at: datetime) -> None:
    """Write to the owner of an account whose password has just changed, and to the journal."""
    mail.write(
        "password_changed",
        to=user.email,
        at=at,
        key=f"password-changed {user.pk} {at.isoformat()}",
        about=user,
        when=instant_in_words(at, ZONE),
        reset=absolute(reverse("account_reset_password")),
        help_page=absolute(reverse("public:contact")),
    )
    journal.record("password changed", by=author(user), on=user, at=at)


# --- Forgetting it -------------------------------------------------------------------------------


def warn_unused(*, at: datetime) -> int:
    """Warn, thirty days before, the accounts without a registration that will be erased."""
    since = accounts.KEPT_WITHOUT_REGISTRATION - accounts.WARNED_BEFORE
    users = accounts.unused(at=at, since=since).filter(candidate__frozen_at__isnull=True)
    return sum(_warn_unused(user.pk, at=at) for user in users if not _is_warned(user))


@transaction.atomic
def _warn_unused(user_id: int, *, at: datetime) -> int:
    user = User.objects.select_for_update().filter(pk=user_id).first()
    if user is None or _is_warned(user):
        return 0
    user.warned_at = at
    user.save(update_fields=["warned_at"])
    erased_on = at + accounts.WARNED_BEFORE
    mail.write(
        "account_unused",
        to=user.email,
        at=at,
        key=f"account-unused {user.pk} {at.date().isoformat()}",
        about=user,
        day=day_in_words(local_day(erased_on, ZONE)),
        sign_in=absolute(reverse("account_login")),
    )
    journal.record("unused account warned", by=SYSTEM, on=user, at=at)
    return 1


def _is_warned(user: User) -> bool:
    last_use = max(user.created_at, user.last_login or user.created_at)
    return user.warned_at is not None and user.warned_at > last_use


def erase_unused(*, at: datetime) -> int:
    """Erase the accounts without a registration, six months after their last use; return how many.

    None is erased that was not warned thirty days before.
    """

    def due() -> Any:
        return accounts.unused(at=at, since=accounts.KEPT_WITHOUT_REGISTRATION).filter(
            candidate__frozen_at__isnull=True,
            warned_at__lte=at - accounts.WARNED_BEFORE,
        )

    return sum(
        _forget_if(user.pk, due, "unused account erased", at=at)
        for user in due()
        if _is_warned(user)
    )


@transaction.atomic
def _forget_if(user_id: int, due: Callable[[], Any], verb: str, *, at: datetime) -> int:
    # Looked at again under its lock: its owner may be at the door in this very second.
    user = due().select_for_update(of=("self",)).filter(pk=user_id).first()
    if user is None:
        return 0
    _forget(user, verb, at=at)
    return 1


def _forget(user: User, verb: str, *, at: datetime) -> None:
    """Delete an account and all it told us; the journal keeps a number, no personal data."""
    journal.record(verb, by=SYSTEM, on=user, at=at)
    candidate = Candidate.objects.filter(user=user).first()
    if candidate:
        candidates.erase(candidate)
    user.delete()


# --- Shared ----------------------------------------------------------------------------------------


def may_write(address: str, *, network: str, at: datetime) -> bool:
    """Return whether one more mail may be caused to an address by somebody not signed in (S-14)."""
    return limits.spend(limits.MAILS_FROM_A_NETWORK, network, at=at) and limits.spend(
        limits.MAILS_TO_AN_ADDRESS, address, at=at
    )


def author(user: User) -> Actor:
    """Return the owner of an account as the author of an act, without a name.

    The journal outlives an account that was never used.
    """
    return Actor("candidate", f"compte {user.pk}", f"user:{user.pk}")
