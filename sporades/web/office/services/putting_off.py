"""« Repousser plusieurs ouvertures »: many open later, before any has opened (I1)."""

from collections.abc import Sequence

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from sporades.acts.services import opening
from sporades.core.presses import a_press
from sporades.core.refusals import Refused
from sporades.exams.models import RegistrationService
from sporades.exams.operations.openings import NotMoved, awaiting, check_put_off, marks_of
from sporades.web.layout.presses import press_of
from sporades.web.office.services.extending_form import PutOffForm
from sporades.web.office.services.services import TRAIL, where_of

PUT_OFF, AGAIN = "repousser", "relire"
"""What is pressed on the page that shows what would be put off."""


def put_off_services(request: HttpRequest) -> HttpResponse:
    """Put off several openings at once: what would be is read first, then in force at once."""
    at = request.arrived_at
    posted = request.POST if request.method == "POST" else None
    form = PutOffForm(posted, services=_offered(request), at=at)
    step = request.POST.get("etape")
    if posted is None or step == AGAIN or not form.is_valid():
        context = {"form": form, "trail": TRAIL}
        status = 422 if form.errors and step != AGAIN else 200
        return render(request, "office/put_off_services.html", context, status=status)
    later, left = _foreseen(request, form)
    refusal = ""
    if step == PUT_OFF:
        try:
            count = _put_off(request, form, later)
        except Refused as refused:
            refusal = str(refused)
        else:
            many = count > 1
            done = f"{count} ouvertures sont repoussées" if many else "L'ouverture est repoussée"
            messages.success(request, f"{done}.")
            return redirect("office:services")
    context = {
        "form": form,
        "refusal": refusal,
        "later": [(one, one.said(form.instants[one.pk])) for one in later],
        "left": left,
        "mark": marks_of(later),
        "press": a_press(),
        "trail": TRAIL,
    }
    return render(request, "office/put_off_read.html", context, status=409 if refusal else 200)


def _offered(request: HttpRequest) -> list[RegistrationService]:
    """Return the services that have not opened."""
    found = RegistrationService.objects.within(request.reach).to_open(request.arrived_at)
    return list(
        found.for_list().order_by("domain__label", "session__code", "academy__name", "audience")
    )


def _foreseen(
    request: HttpRequest, form: PutOffForm
) -> tuple[list[RegistrationService], list[tuple[RegistrationService, str]]]:
    """Return the services that would open later, and those that would not, each with why."""
    waiting = awaiting(form.chosen)
    later: list[RegistrationService] = []
    left: list[tuple[RegistrationService, str]] = []
    for one in form.chosen:
        try:
            check_put_off(one, form.instants[one.pk], waiting=waiting, at=request.arrived_at)
        except NotMoved as refusal:
            left.append((one, str(refusal)))
        else:
            later.append(one)
    return later, left


def _put_off(
    request: HttpRequest, form: PutOffForm, services: Sequence[RegistrationService]
) -> int:
    """Put the openings off, and return how many; pressed twice, they are put off once."""
    together = press_of(request)
    if made := opening.extended(together):
        return len(made)
    wanted = [
        opening.PutOff(one, form.instants[one.pk], request.reach.author(**where_of(one)))
        for one in services
    ]
    done = opening.put_off(
        wanted=wanted,
        reason=form.cleaned_data["motif"],
        seen=form.cleaned_data["vu"] or "?",
        together=together,
        at=request.arrived_at,
    )
    return len(done)
