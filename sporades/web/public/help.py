"""« J'ai besoin d'aide »: the guide's questions, answered from the reader's own state (M1)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from sporades.exams import queries as exams
from sporades.registrations.clocks import zone_of_reader
from sporades.registrations.exclusion import exclusion_of, standing_instead_of
from sporades.registrations.models import Draft, LateRequest, Registration
from sporades.registrations.queries import late_requests_of, open_drafts_of, registrations_of
from sporades.territory.models import ManagingService


@dataclass(frozen=True)
class Own:
    """What the answers may say of the signed-in reader.

    Attributes:
        is_frozen: whether the civil data are greyed.
        services: the managing services of the reader's registrations and drafts, each once.
        active: those that stand.
        editable: those of them that may be changed now.
        askable: those whose candidate may ask for a modification that they can make no more.
        leaving: those of them that may be left now.
        withdrawn: those that were withdrawn, and in whose place no other stands.
        drafts: what is begun and not filed, and may still be.
        stuck: what is begun of a new registration and cannot be filed now, with why and what to do.
        late: what they have asked late to be registered for, and wait for.
        set_aside: those that their managing service has set aside.
    """

    is_frozen: bool
    services: list[ManagingService]
    active: list[Registration]
    editable: list[Registration]
    askable: list[Registration]
    leaving: list[Registration]
    withdrawn: list[Registration]
    drafts: list[Draft]
    stuck: list[tuple[Draft, str]]
    late: list[LateRequest]
    set_aside: list[Registration]


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
    mine = list(registrations_of(user=request.user.pk))
    withdrawn = [one for one in mine if one.withdrawn_at and not standing_instead_of(one, mine)]
    shown = [one for one in mine if not one.withdrawn_at or one in withdrawn]
    active = [one for one in mine if one.is_active]
    standing = {one.pk for one in active}
    begun = [
        one for one in open_drafts_of(user=request.user.pk) if one.amends_id in (None, *standing)
    ]
    reader = zone_of_reader(request.user.pk, mine) if begun else ""
    late = list(late_requests_of(user=request.user.pk))
    whys = {one: _why_not(one, mine, at=at, reader=reader) for one in begun}
    return Own(
        is_frozen=candidate.is_frozen,
        services=list(
            dict.fromkeys(one.service.managing_service for one in (*shown, *begun, *late))
        ),
        active=active,
        editable=[one for one in mine if one.is_amendable(at)],
        askable=[one for one in mine if one.is_askable(at)],
        leaving=[one for one in mine if one.is_editable(at)],
        withdrawn=withdrawn,
        drafts=[one for one, why in whys.items() if not why],
        stuck=[(one, why) for one, why in whys.items() if why and one.amends_id is None],
        late=late,
        set_aside=[one for one in mine if one.is_set_aside],
    )


def _why_not(draft: Draft, mine: list[Registration], *, at: datetime, reader: str) -> str:
    """Say why what is begun cannot be filed now, as its card does; nothing where it can."""
    filed = next((one for one in mine if one.pk == draft.amends_id), None)
    if gone := draft.gone_in_words:
        return gone
    if closed := draft.closed_in_words(at, reader, filed=filed):
        return closed
    exclusion = exclusion_of(draft, mine)
    return exclusion.in_words(at) if exclusion else ""
