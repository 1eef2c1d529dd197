"""A paper as a PDF, or when to come back for it."""

from collections.abc import Callable
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from sporades.core import files
from sporades.documents.operations import BeingPrepared


def paper(
    request: HttpRequest,
    *,
    name: str,
    read: Callable[[], bytes],
    instead: list[tuple[str, str]],
    is_attached: bool = False,
) -> HttpResponse:
    """Answer with a PDF; while its seal or its store is late, say so and when to ask again.

    Args:
        name: of the file, without « .pdf ».
        read: returns the PDF; raises `BeingPrepared` while it cannot.
        instead: where the reader may go meanwhile: the words of each link and its address.
        is_attached: whether the browser keeps it beside the page, and does not show it.
    """
    try:
        content = read()
    except BeingPrepared as wait:
        context = {"wait": wait, "instead": instead}
        status = HTTPStatus.SERVICE_UNAVAILABLE
        response = render(request, "errors/being_prepared.html", context, status=status)
        response.headers["Retry-After"] = str(int(wait.retry_after.total_seconds()))
        return response
    shown = "attachment" if is_attached else "inline"
    return HttpResponse(
        content,
        content_type="application/pdf",
        headers={"Content-Disposition": f'{shown}; filename="{name}.pdf"'},
    )


def kept(key: str) -> bytes:
    """Return a file that was sent to us, by its key in the store.

    Raises:
        BeingPrepared: the store does not answer, or does not give it whole.
    """
    try:
        return files.get(key)
    except (files.OutOfReach, files.Unreadable) as failure:
        raise BeingPrepared from failure
