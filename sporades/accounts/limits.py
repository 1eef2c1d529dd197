"""What may not be done too often.

Uses are rows of the same database, counted under a lock on what is limited: two processes
never both take the last one, and nobody can empty the count by filling a cache.
"""

from collections.abc import Sequence
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
# Shares of those. The rest is always there for new passwords…
MAILS_BUT_RESETS = Limit("mails-but-resets", ((HOUR, 2), (DAY, 4)))
# … and, once an account has been signed in to, for the devices that it knows.
MAILS_FROM_STRANGERS = Limit("mails-from-strangers", ((HOUR, 2), (DAY, 3)))
STRANGERS_BUT_RESETS = Limit("strangers-but-resets", ((HOUR, 1), (DAY, 2)))
# One more, for a new password, while wrong ones keep every unknown device out.
RESETS_PAST_THE_COUNT = Limit("resets-past-the-count", ((DAY, 1),))
# One more, to a guardian, that a registration ended: undone within days, it cannot wait for a letter.
LEAVING_PAST_THE_COUNT = Limit("leaving-past-the-count", ((DAY, 1),))
# One more, to the same, that it is made anew: whoever reads the first is not left with it.
RETURN_PAST_THE_COUNT = Limit("return-past-the-count", ((DAY, 1),))
MAILS_FROM_A_NETWORK = Limit("mails-from-network", ((HOUR, 2_000),))
WARNINGS_TO_AN_ADDRESS = Limit("warnings-to-address", ((DAY, 1),))
KNOWN_ADDRESSES_SHOWN = Limit("known-addresses-shown", ((HOUR, 20), (DAY, 60)))
# To one member of the office, who types those that people give.
KNOWN_ADDRESSES_TOLD = Limit("known-addresses-told", ((HOUR, 10), (DAY, 30)))
# By one member of the office: each says whether an address has an account.
ACCOUNTS_LOOKED_UP = Limit("accounts-looked-up", ((DAY, 30),))
# By one member of the office, of what candidates began and did not save: the wrong ones.
NUMBERS_OF_DRAFTS = Limit("numbers-of-drafts", ((HOUR, 10), (DAY, 30)))
ANSWERS_KEPT_FOR_A_DEVICE = Limit("answers-kept", ((HOUR, 20),))
DEPOSITS_OF_A_REGISTRATION = Limit("deposits-of-a-registration", ((DAY, 30),))
CONFIDED_OF_A_REGISTRATION = Limit("confided-of-a-registration", ((DAY, 30),))
UPLOADS_OF_AN_ACCOUNT = Limit("uploads-of-an-account", ((DAY, 300),))
FILES_KEPT_BY_A_CANDIDATE = Limit("files-kept-by-a-candidate", ((DAY, 30),))
MESSAGES_OF_A_CANDIDATE = Limit("messages-of-a-candidate", ((DAY, 10),))
# Each is told to an address that nobody has confirmed, by a letter too the first time.
SIGNATURES_OF_A_CANDIDATE = Limit("signatures-of-a-candidate", ((DAY, 20),))
# A class may type its codes from one network; none is guessed in so few.
CODES_FROM_A_NETWORK = Limit("codes-from-network", ((HOUR, 100), (DAY, 300)))
CHANGES_OF_ADDRESS = Limit("changes-of-address", ((HOUR, 5), (DAY, 10)))
COPIES_OF_A_CANDIDATE = Limit("copies-of-a-candidate", ((DAY, 3),))
COPIES_TAKEN = Limit("copies-taken", ((DAY, 20),))
# Right or refused: the proof of each is read. Corrections and modifications together.
REQUESTS_OF_AN_ACCOUNT = Limit("requests-of-an-account", ((DAY, 30),))


def key_of(value: str) -> str:
    """Return the digest under which a value is counted: the value itself is not kept."""
    return salted_hmac("sporades.accounts.limits", value, algorithm="sha256").hexdigest()


def spend(limit: Limit, value: str, *, at: datetime) -> bool:
    """Use a limited thing once more.

    Args:
        limit: what is limited.
        value: on what it is counted: an address, a network, an account.
        at: the instant of the use.

    Returns:
        Whether it was allowed; a refused use is not counted.
    """
    return spend_all([(limit, value)], at=at)


@transaction.atomic
def spend_all(uses: Sequence[tuple[Limit, str]], *, at: datetime) -> bool:
    """Use several limited things once more, or none of them.

    Args:
        uses: what is limited, and on what each is counted; always in the same order.
        at: the instant of the use.

    Returns:
        Whether all were allowed; a refused use is counted nowhere.
    """
    keyed = [(limit, key_of(value)) for limit, value in uses]
    for limit, key in keyed:
        lock_value(limit.name, key)
    if not all(_is_left(limit, key, at=at) for limit, key in keyed):
        return False
    Attempt.objects.bulk_create(Attempt(limit=limit.name, key=key, at=at) for limit, key in keyed)
    return True


def is_left(limit: Limit, value: str, *, at: datetime) -> bool:
    """Return whether a limited thing may be used once more; nothing is counted."""
    return _is_left(limit, key_of(value), at=at)


def _is_left(limit: Limit, key: str, *, at: datetime) -> bool:
    """Return whether one more is allowed; what arrived later and was dealt with first counts too."""
    longest = max(length for length, _ in limit.allowed)
    uses = list(
        Attempt.objects.filter(limit=limit.name, key=key, at__gt=at - longest).values_list(
            "at", flat=True
        )
    )
    return all(sum(use > at - length for use in uses) < most for length, most in limit.allowed)


def forget_old(*, at: datetime) -> int:
    """Delete the uses that no limit counts any more; return how many there were."""
    deleted, _ = Attempt.objects.filter(at__lte=at - REMEMBERED).delete()
    return deleted
