"""Who deals with a request."""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import (
    BooleanField,
    Case,
    CharField,
    Exists,
    ExpressionWrapper,
    OuterRef,
    Q,
    Subquery,
    When,
)
from django.db.models.functions import Cast, Coalesce

from sporades.accounts.models import User
from sporades.accounts.permissions import Permission, allowing
from sporades.acts.requests import CHANGE_ASSIGNED, CORRECTION_ASSIGNED
from sporades.core.actors import Actor
from sporades.core.french import local_day, time_left_in_words
from sporades.core.refusals import Refused
from sporades.journal.models import Entry
from sporades.registrations.models import CorrectionRequest, Registration
from sporades.registrations.models.request import Request

HELD_FOR = timedelta(days=7)
"""For how long a request is theirs alone: then it is offered to whoever is there."""


class DecidedAlready(Refused):
    """A colleague, or its candidate, was quicker."""

    message = "Cette demande vient d'être décidée, ou retirée par le candidat."


def assign(request: Request, *, user: User, by: Actor) -> None:
    """Keep who deals with a request. Raises DecidedAlready."""
    waiting = type(request)._default_manager.filter(pk=request.pk, decided_at=None)
    if not waiting.update(assigned_to=user, assigned_name=by.name):
        raise DecidedAlready


def with_holders(requests: Any, *, permission: Permission, at: datetime) -> Any:
    """Say of each since when somebody deals with it, `held_since`, and whether they may no more, `is_left`.

    Their role has ended, their account is closed, or their perimeter has changed.

    Args:
        requests: of one kind.
        permission: what whoever decides them is allowed.
        at: the instant.
    """
    on = local_day(at, settings.TIME_ZONE)
    there = {"academy": "registration__academy", "domain": "registration__exam__domain__code"}
    sent_there = allowing(
        permission,
        user=OuterRef("assigned_to"),
        **{name: OuterRef(path) for name, path in there.items()},
        on=on,
    )
    if requests.model is CorrectionRequest:
        about, verb = "candidate", CORRECTION_ASSIGNED
        # As its `within` has it: where a registration stands, or else where it was sent.
        standing = Registration.objects.active().filter(candidate=OuterRef("candidate"))
        theirs = allowing(
            permission,
            user=OuterRef(OuterRef("assigned_to")),
            academy=OuterRef("academy"),
            domain=OuterRef("exam__domain__code"),
            on=on,
        )
        may = Q(Exists(standing.filter(Exists(theirs)))) | ~Exists(standing) & Q(Exists(sent_there))
    else:
        about, verb, may = "registration", CHANGE_ASSIGNED, Q(Exists(sent_there))
    taken = Entry.objects.filter(
        object_kind=about, object_id=Cast(OuterRef(about), CharField()), verb=verb
    ).order_by("-at", "-pk")
    # Of which the journal says nothing there, it counts from its sending.
    since = Coalesce(Subquery(taken.values("at")[:1]), "sent_at")
    is_held = Q(assigned_to__isnull=False)
    return requests.annotate(
        held_since=Case(When(is_held, then=since)),
        is_left=ExpressionWrapper(is_held & ~may, BooleanField()),
    )


def is_free(at: datetime) -> Q:
    """Return what a request satisfies with which nobody deals, or that was taken in charge and left there.

    Args:
        at: the instant.
    """
    return Q(assigned_to=None) | Q(is_left=True) | Q(held_since__lt=at - HELD_FOR)


def held_in_words(request: Any, *, at: datetime) -> str:
    """Say, after the name of whoever deals with a request, since when, or that they may no more.

    Args:
        request: as `with_holders` reads it; of one that waits no more nothing is said.
        at: the instant.
    """
    if not request.is_waiting or request.held_since is None:
        return ""
    if request.is_left:
        return ", qui ne peut plus la traiter"
    return f", depuis {time_left_in_words(at - request.held_since)}"
