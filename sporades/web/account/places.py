"""Communes whose name begins as one types."""

from django.http import HttpRequest, JsonResponse

from sporades.territory import queries as territory

LONGEST = 80


def communes(request: HttpRequest) -> JsonResponse:
    """Return the communes that somebody who types may mean."""
    found = territory.communes_matching(
        request.GET.get("q", "")[:LONGEST],
        department=request.GET.get("birth_department", "")[:3] or None,
    )
    return JsonResponse(
        {
            "results": [
                {"code": place.code, "label": place.name, "detail": str(place.department)}
                for place in found
            ]
        }
    )
