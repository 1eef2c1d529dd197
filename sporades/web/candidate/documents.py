"""« Mes documents »: choose a registration, then read what was published for it."""

from http import HTTPStatus

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from sporades.acts import reading
from sporades.documents.models import DocumentVersion
from sporades.documents.operations import BeingPrepared
from sporades.documents.queries import documents_in
from sporades.registrations.models import Registration
from sporades.registrations.queries import registration_of, registrations_of


def documents(request: HttpRequest) -> HttpResponse:
    """The candidate's registrations, withdrawn ones included."""
    context = {"registrations": registrations_of(user=request.user.pk)}
    return render(request, "candidate/documents.html", context)


def folder(request: HttpRequest, number: str) -> HttpResponse:
    """« Liste des documents publiés pour la candidature n° … »: the last version of each."""
    found = _registration(request, number)
    context = {
        "registration": found,
        "versions": documents_in(folder=found.folder_id, at=request.arrived_at),
    }
    return render(request, "candidate/folder.html", context)


def document(request: HttpRequest, number: str, kind: str) -> HttpResponse:
    """A document as a page: it says what its PDF says."""
    found = _registration(request, number)
    version = _version(request, found, kind)
    reading.open_document(version=version, by=request.actor, at=request.arrived_at)
    context = {
        "pdf_url": reverse("candidate:document_pdf", args=[found.number, kind]),
        **version.twin_context(),
    }
    return render(request, version.twin_template, context)


def pdf(request: HttpRequest, number: str, kind: str) -> HttpResponse:
    """A document as a PDF."""
    found = _registration(request, number)
    version = _version(request, found, kind)
    try:
        content = reading.open_pdf(version=version, by=request.actor, at=request.arrived_at)
    except BeingPrepared as wait:
        return _not_yet(request, found, kind, wait)
    name = f"{kind}-{found.number}-v{version.number}.pdf"
    return HttpResponse(
        content,
        content_type="application/pdf",
        headers={"Content-Disposition": f'inline; filename="{name}"'},
    )


def _not_yet(
    request: HttpRequest, registration: Registration, kind: str, wait: BeingPrepared
) -> HttpResponse:
    context = {"registration": registration, "kind": kind, "wait": wait}
    response = render(
        request,
        "candidate/being_prepared.html",
        context,
        status=HTTPStatus.SERVICE_UNAVAILABLE,
    )
    response.headers["Retry-After"] = str(int(wait.retry_after.total_seconds()))
    return response


def _registration(request: HttpRequest, number: str) -> Registration:
    return get_object_or_404(registration_of, user=request.user.pk, number=number)


def _version(request: HttpRequest, registration: Registration, kind: str) -> DocumentVersion:
    found = documents_in(folder=registration.folder_id, at=request.arrived_at)
    version = next((one for one in found if one.document.kind == kind), None)
    if version is None:
        raise Http404
    return version
