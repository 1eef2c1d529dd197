"""What awaits the candidate, then the cards of registrations."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from sporades.registrations.models import Draft, Registration
from sporades.web.candidate.awaiting import awaiting


def home(request: HttpRequest) -> HttpResponse:
    """The first page after signing in."""
    candidate = request.user.candidate
    registrations = list(Registration.objects.visible_to(request.user).active().for_list())
    drafts = list(Draft.objects.visible_to(request.user).open().for_list())
    context = {
        "candidate": candidate,
        "registrations": registrations,
        "drafts": drafts,
        "awaiting": awaiting(registrations, drafts, at=request.arrived_at),
        "at": request.arrived_at,
    }
    return render(request, "candidate/home.html", context)
