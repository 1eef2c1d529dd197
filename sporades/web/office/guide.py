"""The guide of the office, beside the pages that it speaks of."""

from django.http import HttpRequest, HttpResponse
from django.urls import reverse_lazy

from sporades.web.layout.guides import guide_page

GUIDE = "guide-de-la-gestion"
TRAIL = [("Accueil", reverse_lazy("office:home"))]


def guide(request: HttpRequest, part: str = "") -> HttpResponse:
    """Show the guide's first page, or one part of it."""
    said = {"title": "Guide de la gestion", "of_part": "office:guide_part", "trail": TRAIL}
    return guide_page(request, GUIDE, part, **said)
