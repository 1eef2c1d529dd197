"""Keys that mails carry: signed, useless once used, without an address in them."""

from datetime import datetime

from django.core import signing
from django.utils.http import int_to_base36

from sporades.accounts.models import AddressChange, LeftAddress, User
from sporades.accounts.tokens import ResetTokens

ACTIVATION = "sporades.accounts.activation"
CHANGE = "sporades.accounts.address-change"
UNDO = "sporades.accounts.address-left"


def activation_key(user: User) -> str:
    """Return the key that activates an account."""
    return signing.dumps(user.pk, salt=ACTIVATION)


def account_to_activate(key: str) -> int | None:
    """Return the number of the account that a key activates, or nothing if we did not sign it.

    The account may be gone: then the key is ours and too old.
    """
    return _opened(key, ACTIVATION)


def change_key(change: AddressChange) -> str:
    """Return the key that confirms a new address."""
    return signing.dumps(change.pk, salt=CHANGE)


def change_to_confirm(key: str) -> int | None:
    """Return the number of the change that a key confirms, or nothing if we did not sign it."""
    return _opened(key, CHANGE)


def undo_key(left: LeftAddress) -> str:
    """Return the key that gives an account back to the address it left."""
    return signing.dumps(left.pk, salt=UNDO)


def change_to_undo(key: str) -> int | None:
    """Return the number of the address left that a key restores, or nothing if we did not sign it."""
    return _opened(key, UNDO)


def _opened(key: str, salt: str) -> int | None:
    try:
        number = signing.loads(key, salt=salt)
    except signing.BadSignature:
        return None
    return number if isinstance(number, int) else None


def reset_key(user: User, *, at: datetime) -> tuple[str, str]:
    """Return the two parts of a link to a new password; the links sent before die."""
    user.reset_asked_at = at
    user.save(update_fields=["reset_asked_at"])
    return int_to_base36(user.pk), ResetTokens().make_token(user)
