"""The papers of health, to the doctor in charge: each opening is kept, its candidate sees it."""

from functools import partial
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse

from sporades.accommodations.models import Case
from sporades.acts.medical import reading
from sporades.core.refusals import Refused
from sporades.medical import sealing
from sporades.medical.models import Paper
from sporades.web.doctor.cases import Gone, author_on, case_of
from sporades.web.layout.papers import given, page_drawn, paper, turned_in


def file(request: HttpRequest, case: int, paper_id: UUID) -> HttpResponse:
    """A paper, whole."""
    found = _case(request, case)
    kept = _paper(request, found, paper_id)
    return paper(
        request,
        name=f"papier-{found.registration.number}",
        read=partial(_read, request, found, kept),
        instead=[("Revenir à la demande", reverse("doctor:case", args=[found.pk]))],
    )


def page(request: HttpRequest, case: int, paper_id: UUID, page: int) -> HttpResponse:
    """One page of a paper, as an image: it is read beside the opinion."""
    found = _case(request, case)
    kept = _paper(request, found, paper_id)
    if not 1 <= page <= kept.pages:
        raise Http404
    read = partial(_read, request, found, kept, is_by_page=True)
    return page_drawn(page, read=read, turned=turned_in(request.GET))


def _case(request: HttpRequest, key: int) -> Case:
    """Return a request of the reader; of one that is theirs no more there are no papers."""
    try:
        return case_of(request, key)
    except Gone:
        raise Http404 from None


def _read(request: HttpRequest, case: Case, kept: Paper, *, is_by_page: bool = False) -> bytes:
    try:
        with given(kept):
            return reading.read(
                paper=kept.pk,
                reader=request.user,
                is_by_page=is_by_page,
                by=author_on(request, case),
                at=request.arrived_at,
            )
    except Paper.DoesNotExist:
        raise Http404 from None  # another doctor is in charge by now
    except sealing.Unreadable:
        raise Refused(sealing.UNREADABLE) from None


def _paper(request: HttpRequest, case: Case, key: UUID) -> Paper:
    visible = Paper.objects.visible_to(request.user).filter(compartment__doctor=request.user)
    found: Paper = get_object_or_404(
        visible, pk=key, compartment__registration=case.registration_id
    )
    return found
