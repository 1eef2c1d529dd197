"""What was chosen of a request that is written no more: it is shown, and waits where it may serve."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.datastructures import MultiValueDict

from sporades.accommodations.models import Case
from sporades.accommodations.states import State
from sporades.registrations.fields import as_data
from sporades.registrations.models import Registration
from sporades.web.candidate.accommodating import PAGE, may_take_up
from sporades.web.candidate.accommodation_forms import ChoicesForm
from sporades.web.layout.kept import forget, keep, kept
from sporades.web.wizard import conflicts

SENT = (
    "Votre demande a été envoyée d'une autre fenêtre ou d'un autre appareil : ce que vous aviez "
    "choisi ici n'en fait pas partie."
)
LOOKED_AT = (
    "Votre demande est étudiée : elle ne se change plus. Ce que vous aviez choisi ici n'en fait pas "
    "partie."
)
NOT_STANDING = (
    "Votre inscription n'est plus en cours : ce que vous aviez choisi ici n'est pas demandé."
)
TOO_LATE = (
    "La date limite des demandes d'aménagement est passée : ce que vous aviez choisi ici n'est pas "
    "demandé."
)
GONE = (
    "Votre demande a changé dans une autre fenêtre ou sur un autre appareil : les épreuves que vous "
    "veniez de cocher ne sont pas enregistrées."
)


def unkept(
    request: HttpRequest,
    registration: Registration,
    make: Callable[..., ChoicesForm] | None,
    case: Case | None,
) -> HttpResponse:
    """Show what was chosen and is not kept, with the way to ask it; it waits there.

    Args:
        request: of the page where it was chosen, or which shows what has waited for its author.
        registration: whose request it is.
        make: the form of the page, with what the request asks now; nothing where it has none.
        case: the request that is open, if one is.
    """
    answers = (
        as_data(conflicts.posted(request.POST)) if request.method == "POST" else _waiting(request)
    )
    if answers is None:
        return redirect(PAGE, registration.number)
    if make is None:
        forget(request)
        messages.warning(request, GONE)
        return redirect(PAGE, registration.number)
    mine, theirs = make(answers), make(as_data(make().kept()))
    differences = in_two_ways(mine=mine, theirs=theirs)
    if not differences:
        forget(request)
        return redirect(PAGE, registration.number)
    may_ask = case is not None and may_take_up(case, registration)
    waits = may_ask and (request.method != "POST" or keep(request))
    if not may_ask:
        forget(request)
    context = {
        "registration": registration,
        "why": _why(case, registration),
        "chosen": [(one.label, one.mine) for one in differences],
        "asked": [(one.label, one.theirs) for one in differences] if case else [],
        "may_take_up": may_ask,
        "waits": waits,
    }
    status = 409 if request.method == "POST" else 200
    return render(request, "candidate/accommodation_unkept.html", context, status=status)


def in_two_ways(*, mine: ChoicesForm, theirs: ChoicesForm) -> list[conflicts.Difference]:
    """Return what differs, each question under its own name."""
    return [
        replace(one, label=str(mine.fields[one.name].label))
        for one in conflicts.differences(mine=mine, theirs=theirs)
    ]


def _waiting(request: HttpRequest) -> MultiValueDict[str, Any] | None:
    waiting = kept(request)
    return as_data(waiting) if waiting else None


def _why(case: Case | None, registration: Registration) -> str:
    if not registration.is_active:
        return NOT_STANDING
    if case is None or case.is_writable:
        return TOO_LATE
    return SENT if case.state == State.ASKED else LOOKED_AT
