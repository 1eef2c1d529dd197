"""The office's door: who is signed in, and for which perimeter."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from sporades.core.french import local_day
from sporades.territory import queries as territory

CLOCK = "Europe/Paris"


def home(request: HttpRequest) -> HttpResponse:
    """The signed-in member's roles and perimeters."""
    today = local_day(request.arrived_at, CLOCK)
    roles = [
        {
            "label": membership.get_role_display(),
            "academies": [territory.academy(code).full_name for code in membership.academies],
            "domains": membership.domains,
        }
        for membership in request.user.memberships.current(today)
    ]
    return render(request, "office/home.html", {"roles": roles})
