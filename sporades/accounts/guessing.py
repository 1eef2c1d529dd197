"""Passwords and codes are not guessed: each wrong try makes the next one wait longer.

Tries are counted on an account and a place (a network, or a device that has signed in
before), and on the account for all unknown devices together. A known device has its own
count, and a new password by mail starts anew for passwords: strangers keep out an owner who has
neither, for a day at most.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet

from sporades.accounts.limits import key_of
from sporades.accounts.models import Attempt
from sporades.core.french import wait_in_words
from sporades.core.locks import lock_value
from sporades.core.refusals import Refused

FREE_TRIES = 5
FIRST_WAIT = timedelta(minutes=1)
COUNTED = timedelta(hours=24)
MOST_FROM_UNKNOWN_DEVICES = 25
KNOWN, UNKNOWN = "sign-in-known-device", "sign-in"
HALF = 32


@dataclass(frozen=True)
class Secret:
    """What may be guessed, counted apart from other secrets of the same account.

    Attributes:
        name: which one it is.
        way_round: what its owner may do instead of waiting.
    """

    name: str
    way_round: str


PASSWORD = Secret(
    "",
    "demandez un nouveau mot de passe par « Mot de passe oublié, réinitialisation du mot de "
    "passe » : une fois choisi par le lien du mail, il vous ouvre le compte aussitôt",
)
# A new password by mail does not start these anew: the letter box alone is not the owner.
SECOND_FACTOR = Secret(
    "second-factor", "servez-vous d'un appareil qui s'est déjà connecté à ce compte"
)

# Whoever tries it was sent the mail: wrong passwords typed at the door do not keep its owner out.
ACTIVATION = Secret("activation", "recommencez la création de votre compte")


class TooManyTries(Refused):
    """The secret is not looked at: too many wrong ones came before."""

    def __init__(self, wait: timedelta, secret: Secret) -> None:
        """Say how long to wait, and the way round."""
        super().__init__(
            f"Trop d'essais avec cette adresse. Réessayez dans {wait_in_words(wait)}, ou "
            f"{secret.way_round}."
        )
        self.wait = wait


@dataclass(frozen=True)
class Place:
    """Where a try comes from.

    Attributes:
        name: the network, or the device.
        is_known: whether this device has signed in to this account before.
    """

    name: str
    is_known: bool = False


@dataclass(frozen=True)
class Try:
    """A try that is under way, counted before the secret is looked at."""

    limit: str
    key: str

    def succeeded(self) -> None:
        """Forget the wrong tries that this place made before the right one."""
        Attempt.objects.filter(limit=self.limit, key=self.key).delete()


@transaction.atomic
def begin(address: str, place: Place, *, secret: Secret = PASSWORD, at: datetime) -> Try:
    """Count a try, so that a hundred at once are a hundred.

    Args:
        address: the address typed, normalised; whether it is an account's makes no difference.
        place: where the try comes from.
        secret: what is tried.
        at: its instant.

    Raises:
        TooManyTries: wait first.
    """
    account = _account(address, secret)
    key = account + key_of(f"{address}\0{place.name}")[:HALF]
    limit = KNOWN if place.is_known else UNKNOWN
    lock_value("sign-in", account)
    tries = list(_recent(account, at=at).values_list("limit", "key", "at"))
    here = [when for its_limit, its_key, when in tries if (its_limit, its_key) == (limit, key)]
    if here and at < (free_at := max(here) + wait_after(len(here))):
        raise TooManyTries(free_at - at, secret)
    elsewhere = [when for its_limit, _, when in tries if its_limit == UNKNOWN]
    if not place.is_known and len(elsewhere) >= MOST_FROM_UNKNOWN_DEVICES:
        raise TooManyTries(min(elsewhere) + COUNTED - at, secret)
    Attempt.objects.create(limit=limit, key=key, at=at)
    return Try(limit, key)


def keeps_strangers_out(address: str, *, at: datetime) -> bool:
    """Return whether too many wrong passwords keep every unknown device out of an account."""
    tries = _recent(_account(address, PASSWORD), at=at).filter(limit=UNKNOWN)
    return tries.count() >= MOST_FROM_UNKNOWN_DEVICES


def _recent(account: str, *, at: datetime) -> QuerySet[Attempt]:
    return Attempt.objects.filter(
        limit__in=(KNOWN, UNKNOWN), key__startswith=account, at__gt=at - COUNTED
    )


def _account(address: str, secret: Secret) -> str:
    """Return the first half of a key: no address that is typed counts for another secret."""
    return key_of(f"{secret.name}\0{address}")[:HALF]


def wait_after(tries: int) -> timedelta:
    """Return how long to wait after so many wrong tries: one minute at the fifth, then twice as long."""
    if tries < FREE_TRIES:
        return timedelta()
    return FIRST_WAIT * (1 << (tries - FREE_TRIES))


def forget(address: str) -> None:
    """Start anew for an account whose owner has just proved to hold its address."""
    account = _account(address, PASSWORD)
    Attempt.objects.filter(limit__in=(KNOWN, UNKNOWN), key__startswith=account).delete()
