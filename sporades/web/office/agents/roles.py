"""« Votre rôle »: what one may do, who does the rest in the same perimeter, who adds a colleague."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse_lazy

from sporades.accounts.members import meeting
from sporades.accounts.models import Membership
from sporades.accounts.permissions import GRANTED, Permission, reach, reach_of
from sporades.core.french import day_in_words
from sporades.exams.queries import domain_labels
from sporades.territory import queries as territory
from sporades.web.layout.clock import day_of

TRAIL = [("Accueil", reverse_lazy("office:home"))]
MOST_NAMED = 5
"""How many colleagues are named for one thing: it is asked of one of them."""


def role(request: HttpRequest) -> HttpResponse:
    """Say what the reader's roles let them do, and whom to ask for what they do not."""
    today = day_of(request)
    mine = request.user.memberships_on(today)
    others = list(_colleagues(mine, of=request.user.pk, on=today))
    context = {
        "roles": in_words(mine),
        "may": [one.value for one in Permission if reach(mine, one)],
        "may_not": _asked_of(others, [one for one in Permission if not reach(mine, one)]),
        "proposes": bool(reach(mine, Permission.PROPOSE_ROLES)),
        "finds_accounts": bool(reach(mine, Permission.FIND_ACCOUNTS)),
        "deployer": settings.DEPLOYER_NAME,
        "trail": TRAIL,
    }
    return render(request, "office/role.html", context)


def in_words(memberships: Iterable[Membership]) -> list[dict[str, Any]]:
    """Return, for each role, what it is called, where it counts and until when."""
    return [
        {
            "label": one.get_role_display(),
            "academies": [territory.academy(code).full_name for code in one.academies],
            "domains": domain_labels(one.domains),
            "until": day_in_words(one.ends_on) if one.ends_on else "",
        }
        for one in memberships
    ]


def _colleagues(mine: Iterable[Membership], *, of: int, on: date) -> Iterable[Membership]:
    """Return the memberships of others that count somewhere where those of a reader do."""
    found: Iterable[Membership] = (
        Membership.objects.current(on)
        .filter(meeting(reach_of(mine)), user__is_active=True)
        .exclude(user=of)
        .order_by("full_name", "pk")
    )
    return found


def _asked_of(
    colleagues: Iterable[Membership], permissions: Iterable[Permission]
) -> list[tuple[tuple[str, ...], list[str]]]:
    """Return what is asked of whom, said once for what is asked of the same people; nobody comes last."""
    acts: dict[tuple[str, ...], list[str]] = {}
    for one in permissions:
        acts.setdefault(_named(one, colleagues), []).append(one.value)
    return sorted(acts.items(), key=lambda asked: not asked[0])


def _named(permission: Permission, colleagues: Iterable[Membership]) -> tuple[str, ...]:
    """Name the first of those who may do something, each with their role; count the others."""
    able = [one for one in colleagues if one.role in GRANTED[permission]]
    names = [f"{one.full_name} ({one.get_role_display().lower()})" for one in able[:MOST_NAMED]]
    left = len(able) - len(names)
    more = [f"et {left} autre{'s' if left > 1 else ''}"] if left else []
    return (*names, *more)
