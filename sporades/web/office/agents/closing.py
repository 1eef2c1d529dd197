"""The account of somebody who works in the office, closed at once."""

from datetime import date

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse_lazy

from sporades.accommodations.doctors import left_without_doctor, waiting_with
from sporades.accounts.models import Membership
from sporades.accounts.permissions import Permission, reach_of
from sporades.acts.agents import inviting
from sporades.batches.states import BatchState
from sporades.core.french import listed
from sporades.core.refusals import Refused
from sporades.territory import queries as territory
from sporades.web.layout.clock import day_of
from sporades.web.layout.proofs import needs_second_factor_again, second_factor_again
from sporades.web.office.agents.forms import CloseForm
from sporades.web.office.agents.roles import in_words

TRAIL = [("Accueil", reverse_lazy("office:home")), ("Agents", reverse_lazy("office:agents"))]


def close_agent(request: HttpRequest, agent: int) -> HttpResponse:
    """Close an account whose every role is within the perimeter; nobody closes their own."""
    roles = roles_of(request, agent)
    user = roles[0].user
    today = day_of(request)
    if request.method == "GET" and not any(one.is_current(today) for one in roles):
        messages.error(request, f"Le compte d'agent de {user.email} est déjà fermé.")
        return redirect("office:agents")
    form = CloseForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        if needs_second_factor_again(request):
            return second_factor_again(request)
        try:
            inviting.close(
                email=user.email,
                reason=form.cleaned_data["motif"],
                reach=request.reach,
                by=request.reach.author_of(reach_of(roles)),
                at=request.arrived_at,
            )
        except Refused as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(
                request, f"{roles[0].full_name} : le compte est fermé, il n'ouvre plus rien."
            )
        return redirect("office:agents")
    context = {
        "user_closed": user,
        "name": roles[0].full_name,
        "roles": in_words(roles),
        "held": waiting_with([user.pk]).get(user.pk, 0),
        "without_doctor": _without_doctor(roles, today),
        "running": user.batches.filter(state=BatchState.RUNNING).order_by("asked_at", "pk"),
        "may_propose": bool(request.reaches(Permission.PROPOSE_ROLES)),
        "form": form,
        "trail": TRAIL,
    }
    return render(request, "office/close_agent.html", context, status=422 if form.errors else 200)


def _without_doctor(roles: list[Membership], today: date) -> str:
    """Say where no doctor would be left: « l'académie de Lille (CAP) »; nothing where one is."""
    return listed(
        [
            f"{territory.academy(code).with_article}{f' ({listed([*domains])})' if domains else ''}"
            for code, domains in left_without_doctor(roles, day=today)
        ]
    )


def roles_of(request: HttpRequest, agent: int) -> list[Membership]:
    """Return what an account is there for, or was: all of it within the perimeter, or it is not there.

    Nor is that of who left so long ago that it is nobody's. Raises Http404.
    """
    every = Membership.objects.filter(user=agent, replaced_at=None).named()
    roles = list(every.select_related("user").order_by("pk"))
    today = day_of(request)
    held = [one for one in roles if one.is_current(today)] or roles
    if not held or agent == request.user.pk or not request.reach.includes(reach_of(held)):
        raise Http404
    return held
