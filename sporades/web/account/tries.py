"""A secret that somebody types is a try, counted by account and by where it comes from."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from django.core.exceptions import ValidationError
from django.http import HttpRequest

from sporades.accounts import guessing, sign_ins
from sporades.accounts.guessing import PASSWORD, Secret, Try
from sporades.accounts.limits import key_of
from sporades.accounts.models import User
from sporades.web.account import devices
from sporades.web.layout.network import client_address

logger = logging.getLogger("sporades.accounts")


def begin(
    request: HttpRequest, address: str, user: User | None, *, secret: Secret = PASSWORD
) -> Try:
    """Count a try before the secret is looked at.

    Raises:
        ValidationError: too many wrong ones came before; it says how long to wait.
    """
    place = devices.place_of(request, user)
    try:
        return guessing.begin(address, place, secret=secret, at=request.arrived_at)
    except guessing.TooManyTries as refusal:
        # A line alone: the secret was not looked at (ASVS 16.3.3).
        logger.info("sign-in held back %s", _of_whom(request, address))
        raise ValidationError(str(refusal), code="too_many_tries") from None


@contextmanager
def counted(
    request: HttpRequest, user: User, *, secret: Secret = PASSWORD, means: str = ""
) -> Iterator[None]:
    """Count a secret of an account as a try while it is looked at; note it where it is refused.

    Args:
        request: the request.
        user: the account.
        secret: what is tried, counted apart.
        means: what it is called, a name of `sign_ins.MEANS`; nothing where the secret says it.

    Raises:
        ValidationError: too many wrong ones came before, or this one is wrong.
    """
    attempt = begin(request, user.email, user, secret=secret)
    try:
        yield
    except ValidationError:
        is_second = secret is guessing.SECOND_FACTOR
        called = means or (sign_ins.SECOND_FACTOR if is_second else sign_ins.PASSWORD)
        refused(request, user.email, user, means=called)
        raise
    attempt.succeeded()


def refused(
    request: HttpRequest, address: str, user: User | None, *, means: str = sign_ins.PASSWORD
) -> None:
    """Note that a secret was refused: in the log by nobody's name, and for the owner (ASVS 16.3.1).

    Args:
        request: the request.
        address: the address typed, normalised.
        user: the account that has it, if there is one.
        means: what was tried, a name of `sign_ins.MEANS`.
    """
    logger.info("sign-in refused means=%s %s", means, _of_whom(request, address))
    sign_ins.refused(
        user,
        means=means,
        network=client_address(request),
        device=devices.device_of(request),
        at=request.arrived_at,
    )


def _of_whom(request: HttpRequest, address: str) -> str:
    """Return what a line of the log says of who tries, by nobody's name."""
    return f"account={key_of(address)[:16]} from={client_address(request)}"
