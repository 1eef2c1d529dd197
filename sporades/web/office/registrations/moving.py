"""« Changer d'académie »: a registration is given to another one, for good (I4)."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from sporades.acts import moving
from sporades.core.refusals import Refused
from sporades.registrations.models import Registration
from sporades.web.office.forms import MoveForm
from sporades.web.office.registrations.files import TRAIL, author_on
from sporades.web.office.registrations.walking import back_to_file


def move_registration(request: HttpRequest, number: str) -> HttpResponse:
    """Choose the academy and say why; nothing is done before the button is pressed."""
    visible = Registration.objects.within(request.reach).active().whole()
    found = get_object_or_404(visible, number=number)
    services = list(moving.services_for(found))
    posted = request.POST if request.method == "POST" else None
    form = MoveForm(posted, services=services)
    if posted is not None and form.is_valid():
        try:
            version = moving.move_for_good(
                registration=found,
                academy=form.cleaned_data["academie"],
                reason=form.cleaned_data["motif"],
                by=author_on(request, found),
                at=request.arrived_at,
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            moved = version.registration
            messages.success(
                request,
                f"L'inscription n°{moved.number} est donnée à l'{moved.academy.full_name}.",
            )
            if Registration.objects.within(request.reach).filter(pk=moved.pk).exists():
                return back_to_file(request, moved.number)
            return redirect("office:search")
    at = request.arrived_at
    context = {
        "registration": found,
        "form": form,
        "services": services,
        "not_open": [
            (one.academy.name, one.closed_in_words(at)) for one in services if not one.accepts(at)
        ],
        "trail": TRAIL,
    }
    status = 422 if form.errors else 200
    return render(request, "office/move_registration.html", context, status=status)
