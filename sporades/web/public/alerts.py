"""« Me prévenir »: a mail when a service opens, for those who ask and confirm (A3)."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from sporades.accounts.forms import NewAddressForm
from sporades.acts.services import announcing
from sporades.exams import queries as exams
from sporades.exams.schema import Audience
from sporades.notices import operations as notices
from sporades.web.layout.network import network_of


def ask(request: HttpRequest, service: int) -> HttpResponse:
    """Ask to be told; the same page answers for every address.

    A page left open may come too late: it is told that the service is open, or was.
    """
    found = exams.service(service)
    if found is None or found.audience != Audience.PUBLIC:
        raise Http404
    if found.opens_at <= request.arrived_at:
        context = {"service": found, "is_over": found.has_closed(request.arrived_at)}
        return render(request, "public/alert_too_late.html", context)
    usual = {"email": request.user.email} if request.user.is_authenticated else None
    form = NewAddressForm(request.POST or None, initial=usual)
    is_asked = request.method == "POST" and form.is_valid()
    if is_asked:
        email = form.cleaned_data["email"]
        announcing.ask_alert(
            service=found,
            email=email,
            network=network_of(request),
            at=request.arrived_at,
            by_owner=usual is not None and email == usual["email"],
        )
    context = {
        "service": found,
        "form": form,
        "asked_for": form.cleaned_data["email"] if is_asked else "",
    }
    return render(request, "public/ask_alert.html", context)


def confirm(request: HttpRequest, key: str) -> HttpResponse:
    """Confirm by a click on the page: a mail scanner that follows links confirms nothing.

    Nobody is promised a mail once the service has opened: the page leads in, or says that it has closed.
    """
    try:
        alert = notices.named_by(key)
    except notices.TooOld as refusal:
        return render(request, "public/alert.html", {"refusal": refusal}, status=410)
    if alert.service.opens_at <= request.arrived_at:
        context = {
            "service": alert.service,
            "is_over": alert.service.has_closed(request.arrived_at),
        }
        return render(request, "public/alert_too_late.html", context)
    is_confirmed = request.method == "POST"
    if is_confirmed:
        announcing.confirm_alert(alert=alert, at=request.arrived_at)
    context = {"refusal": None, "service": alert.service, "is_confirmed": is_confirmed}
    return render(request, "public/alert.html", context)
