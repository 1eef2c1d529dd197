"""The draft that a page of « M'inscrire » is about."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse

from sporades.core.french import hour_in_words, local_day
from sporades.registrations.dossier import Dossier, dossier_of
from sporades.registrations.models import Draft
from sporades.registrations.queries import draft_of


def own(request: HttpRequest, pk: UUID) -> Draft:
    """Return the reader's own draft, with everything a tab needs. Raises Http404."""
    found: Draft = get_object_or_404(draft_of, user=request.user.pk, draft=pk)
    return found


def dossier(request: HttpRequest, draft: Draft) -> Dossier:
    """Return what a draft is judged on, at the day of the request where its service is."""
    return dossier_of(draft, day=local_day(request.arrived_at, draft.service.zone))


def account_from(address: str) -> str:
    """Return the address of « Modifier mon compte », which leads back to one of ours."""
    return f"{reverse('account_edit')}?{urlencode({'next': address}, safe='/')}"


def after(draft: Draft) -> HttpResponse:
    """Go to what a draft became."""
    if draft.filed_as is not None:
        return redirect("candidate:number", draft.filed_as.registration.number)
    if draft.sent_at is not None and draft.amends is not None:
        return redirect("candidate:registration", draft.amends.number)
    return redirect("candidate:registrations")


def timing(request: HttpRequest, draft: Draft, judged: Dossier) -> dict[str, Any]:
    """Return what a page says of time: what is left, the closing, the last answer kept."""
    service, reader = draft.service, judged.reader_zone
    return {
        "time_left": service.time_left_in_words(request.arrived_at),
        "closing": service.said(service.closes_at, reader),
        "closed": draft.closed_in_words(request.arrived_at, reader),
        "saved_at": hour_in_words(draft.answered_at, draft.service.zone),
    }
