"""« Coordonnées »: how the managing services are reached (I1)."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse_lazy

from sporades.accounts.permissions import Permission
from sporades.acts.services import contacting
from sporades.acts.services.contacting import mark_of
from sporades.core.french import day_in_words, local_day
from sporades.core.refusals import Refused
from sporades.exams.models import RegistrationService
from sporades.territory.models import REACHED, ManagingService
from sporades.territory.queries import managing_services
from sporades.web.layout.proofs import needs_second_factor_again, second_factor_again
from sporades.web.office.services.contact_forms import ContactForm
from sporades.web.office.services.services import TRAIL

LIST_TRAIL = [*TRAIL, ("Coordonnées", reverse_lazy("office:contacts"))]


def contacts(request: HttpRequest) -> HttpResponse:
    """The managing services of the perimeter, by academy and sector."""
    mine = RegistrationService.objects.within(request.reach).values("managing_service")
    changes = request.reaches(Permission.CHANGE_CONTACTS)
    changed = set(contacting.within(changes).values_list("pk", flat=True))
    context = {
        "rows": [
            {
                "service": one,
                "may_change": one.pk in changed,
                "to_come": _to_come(one, at=request.arrived_at),
            }
            for one in managing_services().filter(pk__in=mine)
        ],
        "changes": bool(changes),
        "trail": TRAIL,
    }
    return render(request, "office/contacts.html", context)


def _said(changed: list[str], informs: dict[str, Any] | None) -> str:
    """Say what was changed, of what is typed."""
    if set(changed) & set(REACHED):
        return "Les coordonnées sont changées. Ce qui est déjà enregistré ou publié garde les anciennes."
    if informs and not informs["information"]:
        return "L'information du service est retirée."
    return "L'information du service est enregistrée."


def _to_come(managing: ManagingService, *, at: datetime) -> str:
    """Say from which day a managing service will tell what it does not yet; nothing where it tells it."""
    first = managing.information_from
    if first is None or first <= local_day(at, managing.academy.zone):
        return ""
    return f"À partir du {day_in_words(first)} : {managing.information}"


def contact(request: HttpRequest, managing: int) -> HttpResponse:
    """Change how one is reached, where all that it serves is of the perimeter.

    It is asked who is there (S-17): papers of health are posted to that address, and what went to a
    wrong one does not come back. What the service tells for some days asks nothing.
    """
    visible = contacting.within(request.reach).select_related("academy")
    found = get_object_or_404(visible, pk=managing)
    today = local_day(request.arrived_at, found.academy.zone)
    form = ContactForm(request.POST if request.method == "POST" else None, managing=found, on=today)
    if request.method == "POST" and form.is_valid():
        if form.said["reached"] != found.reached and needs_second_factor_again(request):
            return second_factor_again(request)
        by = contacting.author_on(found, request.reach)
        try:
            changed = contacting.change(managing=found, **form.said, by=by, at=request.arrived_at)
        except contacting.Overtaken as refusal:
            # Shown beside what was typed, the others may now be replaced.
            found.refresh_from_db()
            sent = {**request.POST.dict(), "vu": mark_of(found)}
            form = ContactForm(sent, managing=found, on=today)
            form.add_error(None, str(refusal))
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _said(changed, form.said["informs"]))
            return redirect("office:contacts")
    status = 422 if form.errors else 200
    context = {"service": found, "form": form, "trail": LIST_TRAIL}
    return render(request, "office/contact.html", context, status=status)
