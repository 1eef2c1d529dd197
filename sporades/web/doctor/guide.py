"""The guide of doctors, beside the pages that it speaks of."""

from django.http import HttpRequest, HttpResponse
from django.urls import reverse_lazy

from sporades.web.layout.guides import guide_page

GUIDE = "guide-du-medecin"
TRAIL = [("Demandes d'aménagement", reverse_lazy("doctor:home"))]


def guide(request: HttpRequest, part: str = "") -> HttpResponse:
    """Show the guide's first page, or one part of it."""
    said = {"title": "Guide du médecin", "of_part": "doctor:guide_part", "trail": TRAIL}
    return guide_page(request, GUIDE, part, **said)
