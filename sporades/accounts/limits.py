"""What may not be done too often.

Uses are rows of the same database, counted under a lock on what is limited: two processes
never both take the last one, and nobody can empty the count by filling a cache.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.crypto import salted_hmac

from sporades.accounts.models import Attempt
from sporades.core.locks import lock_value

REMEMBERED = timedelta(days=1)


@dataclass(frozen=True)
class Limit:
    """How often something may be done.

    Attributes:
        name: what is limited.
        allowed: pairs of a length of time and the number of uses within it.
    """

    name: str
    allowed: tuple[tuple[timedelta, int], ...]


HOUR, DAY = timedelta(hours=1), timedelta(days=1)

MAILS_TO_AN_ADDRESS = Limit("mails-to-address", ((HOUR, 3), (DAY, 5)))
# Of those, what strangers may use: the owner of an account always has the rest.
MAILS_FROM_STRANGERS = Limit("mails-from-strangers", ((HOUR, 2), (DAY, 3)))
MAILS_FROM_A_NETWORK = Limit("mails-from-network", ((HOUR, 2_000),))
WARNINGS_TO_AN_ADDRESS = Limit("warnings-to-address", ((DAY, 1),))
KNOWN_ADDRESSES_SHOWN = Limit("known-addresses-shown", ((HOUR, 20), (DAY, 60)))
CHANGES_OF_ADDRESS = Limit("changes-of-address", ((HOUR, 5), (DAY, 10)))


def key_of(value: str) -> str:
    """Return the digest under which a value is counted: the value itself is not kept."""
    return salted_hmac("sporades.accounts.limits", value, algorithm="sha256").hexdigest()


@transaction.atomic
def spend(limit: Limit, value: str, *, at: datetime) -> bool:
    """Use a limited thing once more.

    Args:
        limit: what is limited.
        value: on what it is counted: an address, a network, an account.
        at: the instant of the use.

    Returns:
        Whether it was allowed; a refused use is not counted.
    """
    key = key_of(value)
    lock_value(limit.name, key)
    longest = max(length for length, _ in limit.allowed)
    uses = list(
        Attempt.objects.filter(
            limit=limit.name, key=key, at__gt=at - longest, at__lte=at
        ).values_list("at", flat=True)
    )
    for length, most in limit.allowed:
        if sum(use > at - length for use in uses) >= most:
            return False
    Attempt.objects.create(limit=limit.name, key=key, at=at)
    return True


def forget_old(*, at: datetime) -> int:
    """Delete the uses that no limit counts any more; return how many there were."""
    deleted, _ = Attempt.objects.filter(at__lte=at - REMEMBERED).delete()
    return deleted
