"""« Candidatures incomplètes »: registrations that lack pieces, declared so one by one or together (I7)."""

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse, reverse_lazy

from sporades.acts.registrations import completing
from sporades.batches import operations as batches
from sporades.batches.actions import INCOMPLETE
from sporades.core.french import time_left_in_words
from sporades.core.presses import a_press
from sporades.core.refusals import Refused
from sporades.evidence.completeness import lacking_within, missing_rows
from sporades.evidence.queries import by_registration
from sporades.evidence.states import State
from sporades.letters.words import announced
from sporades.registrations.models import Registration
from sporades.web.layout.presses import press_of
from sporades.web.office.bounded import ticked_in
from sporades.web.office.noting import author_on
from sporades.web.office.places import PlacesForm
from sporades.web.office.registrations.files import registration_of
from sporades.web.office.registrations.walking import back_to_file
from sporades.web.office.searches.choosing import NOTHING_TICKED

ON_THE_PAGE = 50
TRAIL = [("Accueil", reverse_lazy("office:home"))]


def listed(request: HttpRequest) -> HttpResponse:
    """Those that lack pieces after their deadline; what is done to those that are chosen is seen first."""
    at = request.arrived_at
    form = PlacesForm(request.GET, reach=request.reach)
    waiting = lacking_within(request.reach, at).filter(**form.where()).for_office()
    if request.method == "POST" and not form.errors:  # of a choice that is none, nothing is done
        return _prepare(request, waiting, form)
    page = Paginator(waiting.order_by("pk"), ON_THE_PAGE).get_page(request.GET.get("page"))
    found = list(page)
    rows = by_registration(missing_rows(at).filter(registration__in=found).order_by("place"))
    context = {
        "page": page,
        "form": form,
        "is_chosen": bool(form.chosen),
        "query": form.query(),
        "count": page.paginator.count,
        "lines": [
            {
                "registration": one,
                "missing": [
                    f"{row.label}{' (non conforme)' if row.state == State.REFUSED else ''}"
                    for row in rows[one.pk]
                ],
                "phones": _phones(one, at),
                "age": time_left_in_words(at - min(row.until for row in rows[one.pk])),
            }
            for one in found
            if one.pk in rows  # nothing has come for it meanwhile
        ],
        "base": f"{reverse('office:incomplete')}?{urlencode({**form.chosen, 'page': ''})}",
        "press": a_press(),
        "trail": TRAIL,
    }
    status = 422 if form.errors else 200
    return render(request, "office/incomplete.html", context, status=status)


def _phones(registration: Registration, at: datetime) -> list[tuple[str, str]]:
    """Return whom to call: whose number, where it is not the candidate's, and the number."""
    own = registration.mobile or registration.phone or registration.candidate.phone
    guardian = registration.guardian_phone if registration.is_minor(at) else ""
    said = (("", own), ("Représentant légal", guardian))
    return [(whose, number) for whose, number in said if number]


def _prepare(request: HttpRequest, waiting: Any, form: PlacesForm) -> HttpResponse:
    """Prepare a batch of those that are ticked, or of all that are listed."""
    back = f"{reverse('office:incomplete')}{form.query()}"
    if "toutes" not in request.POST:
        numbers = ticked_in(request.POST, most=ON_THE_PAGE)
        if not numbers:
            messages.error(request, NOTHING_TICKED)
            return redirect(back)
        waiting = waiting.filter(number__in=numbers)
    try:
        made = batches.prepare(
            registrations=waiting,
            action=INCOMPLETE,
            reason="",
            reach=request.reach,
            by=request.user,
            at=request.arrived_at,
            sending=press_of(request),
        )
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect(back)
    return redirect("office:one_batch", made.pk)


def declare(request: HttpRequest, number: str) -> HttpResponse:
    """Declare one incomplete."""
    found = registration_of(request, number)
    try:
        completing.declare_incomplete(
            registration=found, by=author_on(request, found), at=request.arrived_at
        )
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        told = announced(found.candidate)
        messages.success(request, f"L'inscription est déclarée incomplète, {told}")
    return back_to_file(request, found.number, tab="pieces")
