"""« J'ai besoin d'aide »: the guide's questions, answered from the reader's own state (M1)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from sporades.exams import queries as exams
from sporades.registrations.models import Draft, Registration
from sporades.registrations.queries import open_drafts_of, registrations_of


@dataclass(frozen=True)
class Own:
    """What the answers may say of the signed-in reader.

    Attributes:
        is_frozen: whether the civil data are greyed.
        registrations: those of the reader, withdrawn ones too.
        active: those that stand.
        editable: those of them that may be changed now.
        withdrawn: those that were withdrawn.
        drafts: what is begun and not filed.
    """

    is_frozen: bool
    registrations: list[Registration]
    active: list[Registration]
    editable: list[Registration]
    withdrawn: list[Registration]
    drafts: list[Draft]


def help_page(request: HttpRequest) -> HttpResponse:
    """The questions, and the contacts."""
    at = request.arrived_at
    context: dict[str, Any] = {
        "own": _own(request, at),
        "open_count": len(exams.open_services(at)),
    }
    return render(request, "public/help.html", context)


def _own(request: HttpRequest, at: datetime) -> Own | None:
    candidate = getattr(request.user, "candidate", None)
    if candidate is None:
        return None
    mine = registrations_of(user=request.user.pk)
    return Own(
        is_frozen=candidate.is_frozen,
        registrations=mine,
        active=[one for one in mine if one.is_active],
        editable=[one for one in mine if one.is_editable(at)],
        withdrawn=[one for one in mine if one.withdrawn_at],
        drafts=open_drafts_of(user=request.user.pk),
    )
