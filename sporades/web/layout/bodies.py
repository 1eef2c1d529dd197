"""What a request carries: read whole before anything is done with it, or refused at once."""

import codecs
from collections.abc import Callable
from datetime import timedelta

from django.conf import settings
from django.core.files.uploadhandler import TemporaryFileUploadHandler
from django.http import HttpRequest, HttpResponse, UnreadablePostError
from django.urls import Resolver404, resolve
from django.utils import timezone

from sporades.web.layout.errors import too_large, unreadable

LONGEST_READING = timedelta(seconds=30)
"""A page as large as they come, on a bad telephone. A proxy that buffers leaves nothing to wait for."""


def carried(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[..., HttpResponse]:
    """Read what a request carries; refuse before that what is too large, or in other signs than ours.

    A request that took long to come arrived when it was whole: held open by its sender, it would
    otherwise decide after a closing with the instant of before (R-22).
    """

    def answer(request: HttpRequest) -> HttpResponse:
        if request.encoding and codecs.lookup(request.encoding).name != "utf-8":
            return unreadable()
        length = _length(request)
        if length > _most(request):
            return too_large()
        if request.upload_handlers:  # its files are read to the disk, not to memory
            return get_response(request)
        began = timezone.now()
        try:
            _ = length and request.body
        except UnreadablePostError:  # who sent it is gone
            return unreadable()
        now = timezone.now()
        if now - began > LONGEST_READING:
            request.arrived_at = now
        return get_response(request)

    return answer


def _most(request: HttpRequest) -> int:
    """Return how much a request may carry; let it carry files where its route takes some."""
    from sporades.web.registry import ACCESS  # noqa: PLC0415 - the audiences import `access`

    usual: int = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    is_a_form = request.content_type == "multipart/form-data"
    # Nobody fills the disk who has not signed in.
    if not is_a_form or settings.SESSION_COOKIE_NAME not in request.COOKIES:
        return usual
    try:
        route = ACCESS.get(resolve(request.path_info).view_name)
    except Resolver404:
        return usual
    if route is None or not route.takes_files:
        return usual
    request.upload_handlers = [TemporaryFileUploadHandler(request)]
    return usual + route.takes_files


def _length(request: HttpRequest) -> int:
    said = request.META.get("CONTENT_LENGTH") or "0"
    return int(said) if said.isascii() and said.isdigit() else 0
