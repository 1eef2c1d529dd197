"""What a request carries: read whole before anything is done with it, or refused at once."""

import codecs
from collections.abc import Callable
from datetime import timedelta

from django.conf import settings
from django.http import HttpRequest, HttpResponse, UnreadablePostError
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
        if length > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
            return too_large()
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


def _length(request: HttpRequest) -> int:
    said = request.META.get("CONTENT_LENGTH") or "0"
    return int(said) if said.isascii() and said.isdigit() else 0
