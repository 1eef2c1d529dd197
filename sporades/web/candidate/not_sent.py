"""What was written and is taken no more: its author has it back, to be copied (ADR 0012)."""

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from sporades.registrations.models import Registration
from sporades.web.layout.kept import forget, typed_before


def written(request: HttpRequest, name: str) -> str:
    """Return what was written in a field: as it is sent now, or was once the session had ended."""
    if request.method == "POST":
        return request.POST.get(name, "")
    return typed_before(request).get(name, "")


def not_sent(
    request: HttpRequest,
    text: str,
    *,
    title: str,
    why: str,
    back: str,
    leads: str,
    about: Registration | None = None,
) -> HttpResponse:
    """Give back what was written and is not sent; it waits no more.

    Args:
        request: what sends it, or the page that it waited for.
        text: what was written.
        title: of the page.
        why: why it is not sent.
        back: the address where its link goes.
        leads: what that link says.
        about: the registration that it is about, if it is about one.
    """
    forget(request)
    context = {
        "title": title,
        "why": why,
        "text": text,
        "back": back,
        "leads": leads,
        "about": about,
    }
    status = HTTPStatus.CONFLICT if request.method == "POST" else HTTPStatus.OK
    return render(request, "candidate/not_sent.html", context, status=status)
