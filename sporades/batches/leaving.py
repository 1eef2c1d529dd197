"""Whom a message is for is chosen once: who has left since, or answers the search no more, is not written to."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import Case, Exists, OuterRef, Q, Value, When

from sporades.registrations.models import Registration
from sporades.registrations.states import STANDING

_LEFT, _NO_MORE = "left", "no-more"
WORDS = {_LEFT: "désinscrite ou écartée depuis", _NO_MORE: "ne répond plus à la recherche"}
"""What is seen of a line, in words."""
LEFT_SINCE = (
    "Elle est désinscrite ou écartée depuis que vous avez préparé ce message : rien n'est écrit à son "
    "candidat."
)
FOUND_NO_MORE = (
    "Elle ne répond plus à la recherche qui l'a trouvée quand vous avez préparé ce message : rien n'est "
    "écrit à son candidat."
)
REFUSALS = {_LEFT: LEFT_SINCE, _NO_MORE: FOUND_NO_MORE}
"""Why its candidate is not written to, by what is seen of it."""


def marks(keys: Iterable[int], piece: str) -> dict[int, str]:  # noqa: ARG001 - every act is told it
    """Return where some registrations stand, by their key."""
    return dict(Registration.objects.filter(pk__in=list(keys)).values_list("pk", "state"))


def has_left(piece: str, at: datetime, *, found: Any = None) -> Any:  # noqa: ARG001 - of any piece, at any instant
    """Return whether the registration of a line stood when it was chosen, and stands no more.

    Or answers no more what it was found by.

    Args:
        piece, at: as every act is told them.
        found: what the search finds now; nothing where nobody kept it.
    """
    stands = Q(registration__state__in=STANDING)
    known = [When(Q(mark__in=STANDING) & ~stands, then=Value(_LEFT))]
    if found is not None:
        is_found = Exists(found.filter(pk=OuterRef("registration")))
        known.append(When(stands & ~is_found, then=Value(_NO_MORE)))
    return Case(*known, default=Value(""))


def overtaken(was: str, registration: Registration) -> str:
    """Return why a candidate is not written to, by where the registration stood and stands; or nothing."""
    return LEFT_SINCE if was in STANDING and registration.state not in STANDING else ""
