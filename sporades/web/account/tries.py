"""A secret that somebody types is a try, counted by account and by where it comes from."""

from django.core.exceptions import ValidationError
from django.http import HttpRequest

from sporades.accounts import guessing
from sporades.accounts.guessing import PASSWORD, Secret, Try
from sporades.accounts.models import User
from sporades.web.account import devices


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
        raise ValidationError(str(refusal), code="too_many_tries") from None
