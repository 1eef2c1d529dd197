"""« Gérer l'état de la candidature »: one decision, with its reason, told to its candidate."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from sporades.acts import deciding
from sporades.core.refusals import Refused
from sporades.registrations.models import Registration
from sporades.web.office.files import TRAIL
from sporades.web.office.forms import DecisionForm


def decide(request: HttpRequest, number: str) -> HttpResponse:
    """Ask what is decided and why; nothing is decided before the button is pressed."""
    visible = Registration.objects.within(request.reach).whole()
    found = get_object_or_404(visible, number=number)
    posted = request.POST if request.method == "POST" else None
    form = DecisionForm(posted, registration=found)
    if posted is not None and form.is_valid():
        try:
            deciding.decide(
                registration=found, **form.decided, by=request.actor, at=request.arrived_at
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _outcome(found))
            return redirect("office:registration", found.number)
    context = {"registration": found, "form": form, "trail": TRAIL}
    return render(request, "office/decide.html", context, status=422 if form.errors else 200)


def _outcome(registration: Registration) -> str:
    if registration.candidate.address:
        return "La décision est enregistrée, un mail part au candidat."
    return (
        "La décision est enregistrée. Ce candidat n'a pas d'adresse mail : prévenez-le autrement."
    )
