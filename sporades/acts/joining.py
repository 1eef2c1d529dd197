"""An account is made, activated, forgotten. What its owner changes of it: `changing`."""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse

from sporades import journal, mail
from sporades.accounts import limits
from sporades.accounts import operations as accounts
from sporades.accounts.addresses import letter_box
from sporades.accounts.keys import activation_key
from sporades.accounts.models import LeftAddress, User, normalised_address
from sporades.acts.attaching import attach
from sporades.candidates import operations as candidates
from sporades.candidates.models import Candidate, ClaimCode
from sporades.core.actors import SYSTEM, Actor
from sporades.core.french import day_in_words, instant_in_words, local_day
from sporades.core.links import absolute
from sporades.core.locks import lock_value
from sporades.core.refusals import Refused
from sporades.doubles.queries import rows_about
from sporades.journal.operations import forget as forget_acts
from sporades.journal.queries import entries_about

ZONE = settings.TIME_ZONE
REPLACED = "sign-up replaced"


class AddressKnown(Refused):
    """An account or a candidate record already carries this address."""

    def __init__(self) -> None:
        """Say it in the words of the candidates' guide."""
        super().__init__(
            f"Cette adresse mail existe déjà dans l'application {settings.SERVICE_NAME}"
        )


class TooManyMails(Refused):
    """No mail may leave for the account that would take a record: nobody could activate it."""

    message = (
        "Trop de mails sont déjà partis à cette adresse, ou depuis votre réseau : celui qui active "
        "votre compte ne peut pas partir. Rien n'est changé : réessayez plus tard avec le même code."
    )


# --- Making an account ------------------------------------------------------------------------


def join(
    *,
    identity: dict[str, Any] | None,
    email: str,
    password: str | None,
    by: Actor | None = None,
    at: datetime,
    network: str = "",
    holds_letter_box: bool = False,
    record: Candidate | None = None,
    also: Callable[[User], None] | None = None,
) -> User:
    """« Créer mon compte »: an account, its candidate, the mail that activates it.

    A sign-up that nobody has activated yet gives way to this one: its password, its civil data
    and its link are gone. Where no mail may leave for the new one, the one that waits stays:
    a stranger who keeps signing up does not kill the link that its owner was sent.

    Args:
        identity: civil data, as `IdentityForm.identity()` gives them; nothing where there is a
            record to take.
        email: the address, in any form.
        password: nothing for an account that signs in through FranceConnect only.
        by: who does it; the candidate, unless said otherwise.
        at: the instant at which the request arrived.
        network: where it came from; counted, never kept in clear.
        holds_letter_box: whether who asks has just opened a mail sent to this address: no
            stranger's demands keep the next one from leaving.
        record: the record that the account will take, whose address it may have.
        also: what must be kept with the account, in the same transaction.

    Returns:
        The account that waits for its activation.

    Raises:
        AddressKnown: an activated account or a candidate record carries the address.
        TooManyMails: a record is to be taken, and no mail may leave.
    """
    # Slow on purpose: done before the lock, and for known addresses too.
    password_hash = accounts.hashed(password)
    with transaction.atomic():
        address = hold_address(email, at=at)
        waiting = _waiting_at(address)
        if is_known(address, but_of=record):
            raise AddressKnown
        may_leave = holds_letter_box or may_write(address, network=network, at=at)
        if record is not None and not may_leave:
            raise TooManyMails
        if waiting:
            if not may_leave:
                return waiting
            _forget(waiting, REPLACED, at=at)
        user = accounts.open_account(email=address, password_hash=password_hash, at=at)
        if identity is not None:
            candidates.enrol(user=user, identity=identity, email=address, at=at)
        if also:
            also(user)
        if may_leave:
            _write_activation(user, at=at)
        journal.record("account opened", by=by or author(user), on=user, at=at)
    return user


@transaction.atomic
def complete(user: User, *, identity: dict[str, Any], at: datetime) -> Candidate:
    """Give an account that has none its civil data; pressed twice, those of the first time."""
    hold_address(user.email, at=at)
    given = Candidate.objects.filter(user=user).first()
    if given is not None:
        return given
    candidate = candidates.enrol(user=user, identity=identity, email=user.email, at=at)
    journal.record("identity given", by=author(user), on=candidate, at=at)
    return candidate


def hold_address(email: str, *, at: datetime) -> str:
    """Lock an address until the end of the transaction and return it normalised.

    Whoever gives an address to an account or to a candidate record takes it (`take_address`),
    which holds it first. What keeps this address and whose time is over is forgotten on the way.
    """
    address = normalised_address(email)
    lock_value("address", address)
    for user in accounts.unactivated(at=at).filter(email=address):
        _forget_unactivated(user.pk, at=at)
    accounts.left_for_good(at=at).filter(email=address).delete()
    return address


def take_address(
    email: str, *, but_to: User | None = None, spared: User | None = None, at: datetime
) -> str:
    """Hold an address, free it of a sign-up that nobody has activated, return it normalised.

    Args:
        email: the address, in any form.
        but_to: an account that may have it.
        spared: the one sign-up that stays.
        at: the instant.

    Raises:
        AddressKnown: an activated account or a candidate record carries it.
    """
    address = hold_address(email, at=at)
    waiting = _waiting_at(address)
    if is_known(address, but_to=but_to):
        raise AddressKnown
    if waiting and waiting != spared:
        _forget(waiting, REPLACED, at=at)
    return address


def _waiting_at(address: str) -> User | None:
    """Return the account that waits for its activation at an address, locked.

    Once it is, nobody activates it: what `is_known` says stays true.
    """
    return (
        User.objects.select_for_update(of=("self",))
        .filter(email=address, activated_at__isnull=True)
        .first()
    )


def is_known(address: str, *, but_to: User | None = None, but_of: Candidate | None = None) -> bool:
    """Return whether an activated account or a candidate record carries this normalised address.

    Nobody has shown yet that an account that waits is the address's: it bars nobody.
    An address that was left is kept for its account as long as it may come back: whoever
    took it away must not bar its return by signing up with it.

    Args:
        address: the address.
        but_to: an account that may have it.
        but_of: a record that may have it.
    """
    return any(
        (found.exclude(**{owner: but_to.pk}) if but_to else found).exists()
        for found, owner in _carriers(address, but_of=but_of)
    )


def _carriers(
    address: str, *, but_of: Candidate | None = None
) -> tuple[tuple[QuerySet[Any], str], ...]:
    """Return where an address may be, each with the way to its account."""
    return (
        (User.objects.filter(email=address, activated_at__isnull=False), "pk"),
        (LeftAddress.objects.filter(email=address).select_related("user"), "user"),
        (
            Candidate.objects.filter(email=address)
            .exclude(user__isnull=False, user__activated_at__isnull=True)
            .exclude(pk=but_of.pk if but_of else 0),
            "user",
        ),
    )


def warn_owner(email: str, *, network: str, at: datetime) -> None:
    """Tell the owner of an address that somebody wanted to make an account with it."""
    address = normalised_address(email)
    carriers = (found.first() for found, _ in _carriers(address))
    owner = next((carrier for carrier in carriers if carrier), None)
    if owner is None:
        return
    user = owner if isinstance(owner, User) else None
    if limits.spend(limits.WARNINGS_TO_AN_ADDRESS, letter_box(address), at=at) and may_write(
        address, network=network, at=at
    ):
        mail.write(
            "address_known",
            to=address,
            at=at,
            key=f"address-known {at.isoformat()}",
            about=owner.user if isinstance(owner, LeftAddress) else owner,
            urgent=True,
            has_account=user is not None,
            sign_in=absolute(reverse("account_login")),
            reset=absolute(reverse("account_reset_password")),
            sign_up=absolute(reverse("account_signup")),
            claim=absolute(reverse("account_claim")),
        )


# --- Activating it ------------------------------------------------------------------------------


@transaction.atomic
def activate(user_id: int, *, at: datetime) -> User:
    """« Activer mon compte », with the record that it takes (B8). Raises TooOld, AlreadyActivated."""
    # In the order of every act: the code, then the account.
    ClaimCode.objects.select_for_update(of=("self",)).filter(taken_by=user_id).first()
    user = accounts.activate(user_id, at=at)
    journal.record("account activated", by=author(user), on=user, at=at)
    attach(user, at=at)
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
        proof="avec le mot de passe choisi" if user.has_usable_password() else "avec FranceConnect",
        deadline=instant_in_words(user.activation_deadline, ZONE),
    )


def delete_unactivated(*, at: datetime) -> int:
    """Delete the accounts that nobody activated in 48 hours, with their data; return how many."""
    return sum(_forget_unactivated(user.pk, at=at) for user in accounts.unactivated(at=at))


def _forget_unactivated(user_id: int, *, at: datetime) -> int:
    due = partial(accounts.unactivated, at=at)
    return _forget_if(user_id, due, "unactivated account deleted", at=at)


# --- Forgetting it -------------------------------------------------------------------------------


def warn_unused(*, at: datetime) -> int:
    """Warn, thirty days before, the accounts without a registration that will be erased."""
    since = accounts.KEPT_WITHOUT_REGISTRATION - accounts.WARNED_BEFORE
    users = accounts.unused(at=at, since=since).filter(candidate__registrations__isnull=True)
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
    due = partial(unused_for_good, at=at)
    return sum(
        _forget_if(user.pk, due, "unused account erased", at=at)
        for user in due()
        if _is_warned(user)
    )


def unused_for_good(*, at: datetime) -> QuerySet[User]:
    """Return the accounts that were warned, whose time is over: no registration of theirs is kept.

    Either there was never any, or all of them are archived (P-20).
    """
    return accounts.unused(at=at, since=accounts.KEPT_WITHOUT_REGISTRATION).filter(
        candidate__registrations__isnull=True,
        warned_at__lte=at - accounts.WARNED_BEFORE,
    )


@transaction.atomic
def _forget_if(user_id: int, due: Callable[[], Any], verb: str, *, at: datetime) -> int:
    # Looked at again under its lock: its owner may be at the door in this very second.
    user = due().select_for_update(of=("self",)).filter(pk=user_id).first()
    if user is None:
        return 0
    _forget(user, verb, at=at)
    return 1


def give_way(user: User, *, at: datetime) -> None:
    """Forget an account that nobody has activated, for another that takes its place."""
    _forget(user, REPLACED, at=at)


def _forget(user: User, verb: str, *, at: datetime) -> None:
    """Delete an account and all it told us; the journal keeps a number, no personal data."""
    candidate = Candidate.objects.filter(user=user).first()
    rows = [
        user,
        *([candidate, *rows_about(candidate), *candidate.drafts.all()] if candidate else []),
    ]
    if candidate and candidate.is_frozen:
        # From the first filing on, acts name their author.
        forget_acts(entries_about(*rows), verb, by=SYSTEM, on=user, at=at)
    else:
        journal.record(verb, by=SYSTEM, on=user, at=at)
    mail.forget(rows)
    if candidate:
        candidates.erase(candidate)
    user.delete()


# --- Shared ----------------------------------------------------------------------------------------


def may_write(
    address: str, *, network: str, at: datetime, is_reset: bool = False, by_owner: bool = False
) -> bool:
    """Return whether one more mail may be caused to an address (S-14), and count it.

    Args:
        address: whom to write to.
        network: where the demand comes from.
        at: its instant.
        is_reset: whether the mail is for a new password: a share is kept for these.
        by_owner: whether who asks holds the account: once it has been signed in to, a share
            is kept for its owner.
    """
    uses = [] if by_owner else [(limits.MAILS_FROM_A_NETWORK, network)]
    box = letter_box(address)
    if not is_reset:
        uses.append((limits.MAILS_BUT_RESETS, box))
    if not by_owner and User.objects.filter(email=address, last_login__isnull=False).exists():
        uses.append((limits.MAILS_FROM_STRANGERS, box))
        if not is_reset:
            uses.append((limits.STRANGERS_BUT_RESETS, box))
    return limits.spend_all([*uses, (limits.MAILS_TO_AN_ADDRESS, box)], at=at)


def author(user: User) -> Actor:
    """Return the owner of an account as the author of an act, without a name.

    The journal outlives an account that was never used.
    """
    return Actor("candidate", f"compte {user.pk}", f"user:{user.pk}")


def unnamed(by: Actor, candidate: Candidate) -> Actor:
    """Return the author of an act before any filing: its candidate is not named in the journal."""
    user = candidate.user
    if user is None or candidate.is_frozen or by.identifier != f"user:{user.pk}":
        return by
    return author(user)
