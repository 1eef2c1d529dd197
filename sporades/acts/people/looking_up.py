"""« Un compte, par son adresse »: what the office says on the telephone to who cannot sign in (S-13, S-14).

An account without a registration is in nobody's perimeter. Whoever has its address is told where it
stands, and no more: no name, nothing of who it is.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto

from sporades import journal
from sporades.accounts import limits
from sporades.accounts.models import Membership, User, normalised_address
from sporades.acts.people.addressing import is_known
from sporades.core.actors import Actor
from sporades.core.refusals import Refused
from sporades.mail.models import Message, about_of
from sporades.mail.queries import with_fate
from sporades.registrations.queries import OF_ACCOUNT

MOST_MAILS = 5


class TooManyLookedUp(Refused):
    """Whoever types one address after another would learn who has an account."""

    message = (
        "Vous avez cherché trop de comptes depuis hier : aucun autre ne vous est dit pour le moment. "
        "Recommencez demain."
    )


class Stands(Enum):
    """What stands at an address."""

    NOTHING = auto()
    KNOWN = auto()
    """No account, and nobody may make one with it: it was left some days ago, or is a record's."""
    WAITING = auto()
    TOO_LATE = auto()
    """An account that was not activated in time, which a new one replaces."""
    ACTIVE = auto()
    CLOSED = auto()


@dataclass(frozen=True)
class Account:
    """What is told of the account at an address.

    Attributes:
        stands: where it is.
        until: the last instant at which it can be activated, while it waits.
        last_sign_in: when somebody last signed in to it, if ever.
        has_second_factor: whether it asks for one.
        mails: the last ones about the account to this address, the last first.
    """

    stands: Stands
    until: datetime | None = None
    last_sign_in: datetime | None = None
    has_second_factor: bool = False
    mails: Sequence[Message] = ()


def look_up(email: str, *, by: Actor, academy: str, at: datetime) -> Account:
    """Return what stands at an address; who looked is in the journal, without the address.

    Of an account of the office nothing is said: it is as if there were none.

    Args:
        email: the whole address, in any form.
        by: who looks.
        academy: for which they do.
        at: the instant.

    Raises:
        TooManyLookedUp: they have looked up as many as a day allows.
    """
    if not limits.spend(limits.ACCOUNTS_LOOKED_UP, by.identifier, at=at):
        journal.record("accounts looked up too often", by=by, at=at, academy=academy)
        raise TooManyLookedUp
    address = normalised_address(email)
    members = Membership.objects.named().values("user")
    user = User.objects.filter(email=address).exclude(pk__in=members).first()
    journal.record("account looked up", by=by, on=user, at=at, academy=academy)
    if user is None:
        is_staff = User.objects.filter(email=address).exists()
        return Account(Stands.KNOWN if is_known(address) and not is_staff else Stands.NOTHING)
    theirs = Message.objects.filter(**about_of(user), kind__in=OF_ACCOUNT, recipient=address)
    return Account(
        _stands(user, at=at),
        until=user.activation_deadline if user.activated_at is None else None,
        last_sign_in=user.last_login,
        has_second_factor=user.has_second_factor,
        mails=list(with_fate(theirs)[:MOST_MAILS]),
    )


def _stands(user: User, *, at: datetime) -> Stands:
    if user.activated_at is None:
        return Stands.WAITING if at <= user.activation_deadline else Stands.TOO_LATE
    return Stands.ACTIVE if user.is_active else Stands.CLOSED


def note_activation_asked(*, by: Actor, academy: str, at: datetime) -> None:
    """Keep that somebody had an activation mail sent again, whatever the address is.

    Args:
        by: who asks for it.
        academy: for which they do.
        at: the instant.
    """
    journal.record("activation mail asked for", by=by, at=at, academy=academy)
