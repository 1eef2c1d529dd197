"""Whom a message is for is chosen once: who has left, or was set aside, since then is written to no more."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import Case, Q, Value, When

from sporades.registrations.models import Registration
from sporades.registrations.states import STANDING

_LEFT = "left"
WORDS = {_LEFT: "désinscrite ou écartée depuis"}
"""What is seen of a line, in words."""
LEFT_SINCE = (
    "Elle est désinscrite ou écartée depuis que vous avez préparé ce message : rien n'est écrit à son "
    "candidat."
)
REFUSALS = {_LEFT: LEFT_SINCE}
"""Why its candidate is not written to, by what is seen of it."""


def marks(keys: Iterable[int], piece: str) -> dict[int, str]:  # noqa: ARG001 - every act is told it
    """Return where some registrations stand, by their key."""
    return dict(Registration.objects.filter(pk__in=list(keys)).values_list("pk", "state"))


def has_left(piece: str, at: datetime) -> Any:  # noqa: ARG001 - of any piece, at any instant
    """Return whether the registration of a line stood when it was chosen, and stands no more."""
    has = Q(mark__in=STANDING) & ~Q(registration__state__in=STANDING)
    return Case(When(has, then=Value(_LEFT)), default=Value(""))


def overtaken(was: str, state: str) -> str:
    """Return why a candidate is not written to, by where the registration stood and stands; or nothing."""
    return LEFT_SINCE if was in STANDING and state not in STANDING else ""
