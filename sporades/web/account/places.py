"""Communes whose name begins as one types."""

import re

from django.http import HttpRequest, JsonResponse

from sporades.territory import queries as territory

LONGEST = 80
POSTCODE = re.compile(r"[0-9]{5}")


def communes(request: HttpRequest) -> JsonResponse:
    """Return the communes that somebody who types may mean, where a postcode or a department says."""
    postcode = request.GET.get("postcode", "").strip()
    is_french = not postcode or POSTCODE.fullmatch(postcode)
    found = (
        territory.communes_matching(
            request.GET.get("q", "")[:LONGEST],
            department=request.GET.get("birth_department", "")[:3] or None,
            postcode=postcode or None,
        )
        if is_french
        else []
    )
    return JsonResponse(
        {
            "results": [
                {
                    "code": place.code,
                    "label": place.name,
                    "detail": f"{place.department.name}, {place.department.code}",
                }
                for place in found
            ]
        }
    )
