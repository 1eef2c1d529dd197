"""While the service only reads, pages are shown and nothing else is taken (R-05)."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse

from sporades.notices import queries as notices
from sporades.web.layout.errors import given_back, is_refused_writing, lacks_room

SAFE = ("GET", "HEAD")


class only_reading:  # noqa: N801 - a middleware, used as the functions beside it
    """Answer what would write with a page that says so and gives back what was typed."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        """Keep what comes next."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass on, and say of a page whose session cannot be kept that it leads nowhere now."""
        response = self.get_response(request)
        if request.session.modified and notices.is_database_read_only():
            request.session.modified = False
            return _refused(request)
        return response

    def process_view(
        self, request: HttpRequest, view: Any, args: Any, kwargs: Any
    ) -> HttpResponse | None:
        """Answer in the view's place when it would write."""
        from sporades.web.registry import ACCESS  # noqa: PLC0415 - the audiences import `access`

        if request.method in SAFE or not notices.stops_writing(request.arrived_at):
            return None
        route = ACCESS[request.resolver_match.view_name]
        is_possible = not notices.is_database_read_only()
        return None if route.while_reading and is_possible else _refused(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Say the same when the database is the first to know, or has no room left."""
        if lacks_room(exception):
            notices.note_full_disk()
            return given_back(request, "errors/only_reading.html", is_full=True)
        if not is_refused_writing(exception):
            return None
        notices.forget()
        return _refused(request)


def _refused(request: HttpRequest) -> HttpResponse:
    return given_back(request, "errors/only_reading.html")
