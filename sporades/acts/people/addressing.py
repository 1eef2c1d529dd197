"""An address is an account's or a record's, and no other's; what may be written to it."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import QuerySet

from sporades import mail
from sporades.accounts import limits
from sporades.accounts import operations as accounts
from sporades.accounts.addresses import letter_box
from sporades.accounts.keys import undo_key
from sporades.accounts.models import LeftAddress, User, normalised_address
from sporades.acts.people.forgetting import forget_unactivated, give_way
from sporades.candidates.models import Candidate
from sporades.core.french import instant_in_words
from sporades.core.links import link_to
from sporades.core.locks import lock_value
from sporades.core.refusals import Refused


class AddressKnown(Refused):
    """An account or a candidate record already carries this address."""

    def __init__(self) -> None:
        """Say it in the words of the candidates' guide."""
        super().__init__(
            f"Cette adresse mail existe déjà dans l'application {settings.SERVICE_NAME}"
        )


def hold_address(email: str, *, at: datetime) -> str:
    """Lock an address until the end of the transaction and return it normalised.

    Whoever gives an address to an account or to a candidate record takes it (`take_address`),
    which holds it first. What keeps this address and whose time is over is forgotten on the way.
    """
    address = normalised_address(email)
    lock_value("address", address)
    for user in accounts.unactivated(at=at).filter(email=address):
        forget_unactivated(user.pk, at=at)
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
    waiting = waiting_at(address)
    if is_known(address, but_to=but_to):
        raise AddressKnown
    if waiting and waiting != spared:
        give_way(waiting, at=at)
    return address


def waiting_at(address: str) -> User | None:
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
        (
            LeftAddress.objects.filter(email=address)
            .select_related("user")
            .order_by("-is_moved", "pk"),
            "user",
        ),
        (
            Candidate.objects.filter(email=address)
            .exclude(user__isnull=False, user__activated_at__isnull=True)
            .exclude(pk=but_of.pk if but_of else 0),
            "user",
        ),
    )


def warn_owner(email: str, *, network: str, at: datetime) -> None:
    """Tell the owner of an address that somebody wanted to make an account with it.

    Whose account has just left it is given the way back again: it may be they who ask.
    """
    address = normalised_address(email)
    carriers = (found.first() for found, _ in _carriers(address))
    owner = next((carrier for carrier in carriers if carrier), None)
    if owner is None:
        return
    left = owner if isinstance(owner, LeftAddress) else None
    if limits.spend(limits.WARNINGS_TO_AN_ADDRESS, letter_box(address), at=at) and may_write(
        address, network=network, at=at
    ):
        mail.write(
            "address_known",
            to=address,
            at=at,
            key=f"address-known {at.isoformat()}",
            about=left.user if left else owner,
            urgent=True,
            has_account=isinstance(owner, User),
            sign_in=link_to("account_login"),
            reset=link_to("account_reset_password"),
            sign_up=link_to("account_signup"),
            claim=link_to("account_claim"),
            undo=way_back(left) if left else "",
            left=instant_in_words(left.left_at, settings.TIME_ZONE) if left else "",
            deadline=instant_in_words(left.expires_at, settings.TIME_ZONE) if left else "",
            help_page=link_to("public:contact"),
        )


def way_back(left: LeftAddress) -> str:
    """Return the link « Ce n'était pas moi » of an address that was left: for that address alone."""
    return link_to("account_undo_address", undo_key(left))


def may_write(
    address: str,
    *,
    network: str | None,
    at: datetime,
    is_reset: bool = False,
    by_owner: bool = False,
) -> bool:
    """Return whether one more mail may be caused to an address (S-14), and count it.

    Args:
        address: whom to write to.
        network: where the demand comes from; none for what an act of a registration causes.
        at: its instant.
        is_reset: whether the mail is for a new password: a share is kept for these.
        by_owner: whether who asks holds the account: once it has been signed in to, a share
            is kept for its owner.
    """
    uses = [] if by_owner or network is None else [(limits.MAILS_FROM_A_NETWORK, network)]
    box = letter_box(address)
    if not is_reset:
        uses.append((limits.MAILS_BUT_RESETS, box))
    if not by_owner and User.objects.filter(email=address, last_login__isnull=False).exists():
        uses.append((limits.MAILS_FROM_STRANGERS, box))
        if not is_reset:
            uses.append((limits.STRANGERS_BUT_RESETS, box))
    return limits.spend_all([*uses, (limits.MAILS_TO_AN_ADDRESS, box)], at=at)
