"""« Agents »: who may see or do something in a perimeter, and how things stand with their access."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.conf import settings
from django.core.paginator import Page
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse_lazy

from sporades.accounts.members import Access, access_in_words, in_access, meeting, members
from sporades.accounts.models import Membership
from sporades.accounts.permissions import Permission, Reach, reach_of
from sporades.core.french import day_in_digits
from sporades.core.numbers import in_groups
from sporades.core.text import search_key
from sporades.exams.queries import domain_labels
from sporades.territory import queries as territory
from sporades.web.layout.asking import FORGOTTEN, Asked, base_of
from sporades.web.layout.clock import day_of
from sporades.web.office.agents.forms import AgentsForm
from sporades.web.office.agents.proposing import decided_lately, proposals_of
from sporades.web.office.bounded import is_cut, page_of

TRAIL = [("Accueil", reverse_lazy("office:home"))]
NAMED = "nom"
"""The field that says who."""


@dataclass(frozen=True)
class Line:
    """One role of somebody who works in the office.

    Attributes:
        member: the role, with its account.
        where: academies, then domains, in words.
        access: how things stand with it, in words.
        email: their address; nothing once the role has ended: it may be of another place by now.
        last_seen: when they last signed in, in words; nothing once it has ended, likewise.
        is_mine: whether it is the reader's own.
        may_close: whether the reader may close the account, and propose another role.
        may_give_back: whether the reader may propose to give the access back.
    """

    member: Membership
    where: str
    access: str
    email: str
    last_seen: str
    is_mine: bool
    may_close: bool
    may_give_back: bool


def agents(request: HttpRequest) -> HttpResponse:
    """Those whose role counts somewhere within the perimeter; a name is sent, and stands in no address."""
    asked = Asked(request, hidden=NAMED)
    form = AgentsForm(asked.data, reach=request.reach)
    if asked.is_forgotten:
        form.add_error(NAMED, FORGOTTEN)
    if where := asked.leads_on(form):
        return redirect(where)
    found = _found(request, form)
    page = page_of(request, found)
    context = {
        "form": form,
        "page": page,
        "lines": _lines(request, list(page)),
        "counted": in_groups(str(page.paginator.count)),
        "several": _several(found, page),
        "is_cut": is_cut(page),
        "base": base_of(asked.filters(form)),
        **proposals_of(request),
        "decided": [
            (one, day_in_digits(one.decided_at, settings.TIME_ZONE))
            for one in decided_lately(request)
        ],
        "may_propose": bool(request.reaches(Permission.PROPOSE_ROLES)),
        "deployer": settings.DEPLOYER_NAME,
        "trail": TRAIL,
    }
    return render(request, "office/agents.html", context, status=422 if form.errors else 200)


def _found(request: HttpRequest, form: AgentsForm) -> QuerySet[Membership]:
    """Return what is asked for; nothing while what is asked for cannot be understood."""
    if form.errors:
        return Membership.objects.none()
    academy = form.said.get("academie")
    reach = request.reach.in_academy(academy) if academy else request.reach
    today = day_of(request)
    found = in_access(members(Membership.objects.filter(meeting(reach))), form.access, on=today)
    if role := form.said.get("role"):
        found = found.filter(role=role)
    if name := form.said.get(NAMED):
        found = found.filter(pk__in=_called(found, name, form.access))
    return found.order_by("full_name", "user", "pk")


def _several(found: QuerySet[Membership], page: Page) -> int:
    """Return how many agents hold the roles that are listed, where some hold several; else nothing."""
    held = page.paginator.count
    if is_cut(page):
        return 0
    agents = found.order_by().values("user").distinct().count()
    return agents if agents < held else 0


def _lines(request: HttpRequest, found: list[Membership]) -> list[Line]:
    today = day_of(request)
    left = _left(found, request.reaches(Permission.PROPOSE_ROLES), today)
    closable = _closable(found, request.reaches(Permission.CLOSE_MEMBERS), request)
    return [
        Line(
            member=one,
            where=_where(one),
            access=_access(one, today),
            email=one.user.email if one.is_current(today) else "",
            last_seen=_seen(one) if one.is_current(today) else "",
            is_mine=one.user_id == request.user.pk,
            may_close=one.user_id in closable and one.is_current(today),
            may_give_back=one.pk in left,
        )
        for one in found
    ]


def _seen(one: Membership) -> str:
    last = one.user.last_login
    return day_in_digits(last, settings.TIME_ZONE) if last else "Jamais"


def _where(one: Membership) -> str:
    academies = [territory.academy(code).name for code in one.academies]
    return ", ".join(
        [
            *(academies or ["toutes les académies"]),
            *(domain_labels(one.domains) or ["tous les domaines"]),
        ]
    )


def _access(one: Membership, today: date) -> str:
    """Say how things stand with a role, and whether a second factor stands where it is asked for."""
    said = access_in_words(one, on=today)
    if not one.is_current(today) or not one.user.has_usable_password():
        return said
    return f"{said}, {'avec' if one.is_doubled else 'sans'} double authentification"


def _called(found: QuerySet[Membership], name: str, access: Access) -> list[int]:
    """Return the memberships of whoever is called so: each word in any order, accents or not.

    The address of whoever left is not theirs to be found by: it may be of another place by now.
    """
    sought = search_key(name).split()
    return [
        pk
        for pk, full_name, email in found.values_list("pk", "full_name", "user__email")
        if all(
            word in f"{search_key(full_name)} {'' if access is Access.ENDED else search_key(email)}"
            for word in sought
        )
    ]


def _left(found: Iterable[Membership], reach: Reach, today: date) -> set[int]:
    """Return the last role of each account that is closed, and of which all was within the perimeter."""
    users = {one.user_id for one in found if not one.is_current(today)} if reach else set()
    theirs: dict[int, list[Membership]] = {}
    for one in Membership.objects.filter(user__in=users, replaced_at=None).order_by("pk"):
        theirs.setdefault(one.user_id, []).append(one)
    return {
        roles[-1].pk
        for roles in theirs.values()
        if not any(one.is_current(today) for one in roles) and reach.includes(reach_of(roles))
    }


def _closable(found: Iterable[Membership], reach: Reach, request: HttpRequest) -> set[int]:
    """Return the accounts that the reader may close: every role of theirs is within the perimeter."""
    if not reach:
        return set()
    today = day_of(request)
    theirs: dict[int, list[Membership]] = {}
    for one in Membership.objects.filter(user__in={one.user_id for one in found}).current(today):
        theirs.setdefault(one.user_id, []).append(one)
    return {
        user
        for user, roles in theirs.items()
        if user != request.user.pk and reach.includes(reach_of(roles))
    }
