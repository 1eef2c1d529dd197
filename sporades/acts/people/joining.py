"""An account is made, activated. What its owner changes of it: `changing`; its end: `forgetting`."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction

from sporades import journal, mail
from sporades.accounts import operations as accounts
from sporades.accounts.keys import activation_key
from sporades.accounts.models import User, normalised_address
from sporades.acts.people.addressing import (
    AddressKnown,
    hold_address,
    is_known,
    may_write,
    waiting_at,
)
from sporades.acts.people.attaching import attach
from sporades.acts.people.forgetting import give_way
from sporades.candidates import claims
from sporades.candidates import operations as candidates
from sporades.candidates.models import Candidate, ClaimCode
from sporades.core.actors import CANDIDATE, Actor
from sporades.core.french import instant_in_words
from sporades.core.links import link_to
from sporades.core.refusals import Refused

ZONE = settings.TIME_ZONE


class NoMailLeft(Refused):
    """No mail may leave for a new sign-up: the one that waits stays, and its link."""

    message = (
        "Trop de mails sont déjà partis à cette adresse, ou depuis votre réseau : celui qui activerait "
        "ce compte ne peut pas partir, et rien de ce que vous venez de saisir n'est gardé. "
        "Ouvrez le dernier mail reçu : il active le compte, ou permet de le recommencer."
    )


class TooManyMails(Refused):
    """No mail may leave for the account that would take a record: nobody could activate it."""

    message = (
        "Trop de mails sont déjà partis à cette adresse, ou depuis votre réseau : celui qui active "
        "votre compte ne peut pas partir. Rien n'est changé : réessayez plus tard avec le même code."
    )


def join(
    *,
    identity: dict[str, Any] | None,
    email: str,
    password: str | None,
    at: datetime,
    network: str = "",
    holds_letter_box: bool = False,
    is_told: bool = False,
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
        at: the instant at which the request arrived.
        network: where it came from; counted, never kept in clear.
        holds_letter_box: whether who asks has just opened a mail sent to this address: no
            stranger's demands keep the next one from leaving.
        is_told: whether who asks may be told that another sign-up waits, and stays; where it is
            hidden who has an account they may not.
        record: the record that the account will take, whose address it may have.
        also: what must be kept with the account, in the same transaction.

    Returns:
        The account that waits for its activation.

    Raises:
        AddressKnown: an activated account or a candidate record carries the address.
        TooManyMails: a record is to be taken, and no mail may leave.
        NoMailLeft: another sign-up waits and stays, which is to be told.
    """
    # Slow on purpose: done before the lock, and for known addresses too.
    password_hash = accounts.hashed(password)
    with transaction.atomic():
        address = hold_address(email, at=at)
        waiting = waiting_at(address)
        if is_known(address, but_of=record):
            raise AddressKnown
        may_leave = holds_letter_box or may_write(address, network=network, at=at)
        if record is not None and not may_leave:
            raise TooManyMails
        if waiting:
            if not may_leave and is_told:
                raise NoMailLeft
            if not may_leave:
                return waiting
            give_way(waiting, at=at)
        user = accounts.open_account(email=address, password_hash=password_hash, at=at)
        if identity is not None:
            candidates.enrol(user=user, identity=identity, email=address, at=at)
        if also:
            also(user)
        if may_leave:
            _write_activation(user, at=at)
        journal.record("account opened", by=author(user), on=user, at=at)
    return user


@transaction.atomic
def complete(user: User, *, identity: dict[str, Any], at: datetime) -> Candidate:
    """Give an account that has none its civil data; pressed twice, those of the first time."""
    # In the order of every act: the account, whose address may just have changed, then that.
    accounts.lock(user)
    user.refresh_from_db(fields=["email"])
    hold_address(user.email, at=at)
    given = Candidate.objects.filter(user=user).first()
    if given is not None:
        return given
    candidate = candidates.enrol(user=user, identity=identity, email=user.email, at=at)
    journal.record("identity given", by=author(user), on=candidate, at=at)
    return candidate


@transaction.atomic
def activate(user_id: int, *, at: datetime) -> User:
    """« Activer mon compte », with the record that it takes (B8). Raises TooOld, AlreadyActivated."""
    # In the order of every act: the code, then the account.
    ClaimCode.objects.select_for_update(of=("self",)).filter(taken_by=user_id).first()
    user = accounts.activate(user_id, at=at)
    journal.record("account activated", by=author(user), on=user, at=at)
    attach(user, at=at)
    return user


@transaction.atomic
def send_activation_again(
    email: str, *, network: str, at: datetime, is_forgotten: bool = False
) -> None:
    """Send the activation mail once more; an address that waits for none gets none.

    Args:
        email: the address typed.
        network: where the demand came from.
        at: the instant of the demand.
        is_forgotten: whether it is a new password that was asked for.
    """
    address = normalised_address(email)
    accounts = User.objects.select_for_update(no_key=True, of=("self",))
    user = accounts.filter(email=address, activated_at__isnull=True).first()
    if user and at <= user.activation_deadline and may_write(address, network=network, at=at):
        _write_activation(user, at=at, is_forgotten=is_forgotten)


def _write_activation(user: User, *, at: datetime, is_forgotten: bool = False) -> None:
    mail.write(
        "activation",
        to=user.email,
        at=at,
        key=f"activation {user.pk} {at.isoformat()}",
        about=user,
        urgent=True,
        link=link_to("account_confirm_email", activation_key(user)),
        is_forgotten=is_forgotten,
        has_password=user.has_usable_password(),
        deadline=instant_in_words(user.activation_deadline, ZONE),
        has_code=claims.is_taken_by(user),
    )


def author(user: User) -> Actor:
    """Return the owner of an account as the author of an act, without a name.

    The journal outlives an account that was never used.
    """
    return Actor(CANDIDATE, f"compte {user.pk}", user.identifier)


def unnamed(by: Actor, candidate: Candidate) -> Actor:
    """Return the author of an act before any filing: its candidate is not named in the journal."""
    user = candidate.user
    if user is None or candidate.is_frozen or by.identifier != user.identifier:
        return by
    return author(user)
