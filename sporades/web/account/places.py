"""Where somebody was born: communes as one types, and what was understood."""

import re

from django.contrib import messages
from django.http import HttpRequest, JsonResponse

from sporades.candidates.forms import IdentityForm
from sporades.territory import queries as territory
from sporades.territory.rules import POSTCODE, joined

LONGEST = 80
MOST = 20
"""How many are suggested at once: see suggest.js."""
DEPARTMENT = re.compile(r"[0-9AB]{2,3}")


def communes(request: HttpRequest) -> JsonResponse:
    """Return the communes that somebody who types may mean, where a postcode or a department says.

    Before anything is typed, all those of a postcode.
    """
    postcode = joined(request.GET.get("postcode", "").strip())
    typed = request.GET.get("q", "")[:LONGEST].replace("\0", "")
    if postcode and not POSTCODE.fullmatch(postcode):
        found = []
    elif postcode and not typed.strip():
        found = territory.communes_of_postcode(postcode)[:MOST]
    else:
        found = territory.communes_matching(
            typed, department=_said_department(request), postcode=postcode or None, limit=MOST
        )
    return JsonResponse(
        {
            "results": [
                {
                    "code": place.code,
                    "label": place.name,
                    "detail": f"{place.department.name}, {place.department.code}",
                    "within": place.department.code,
                }
                for place in found
            ]
        }
    )


def _said_department(request: HttpRequest) -> str | None:
    said = request.GET.get("birth_department", "")
    return said if DEPARTMENT.fullmatch(said) else None


def say_understood(request: HttpRequest, form: IdentityForm) -> None:
    """Say on the next page the department that was found without having been given."""
    if said := form.place_understood():
        messages.info(request, said)
