"""Pages for what goes wrong. None of them ever says that a service is closed (R-23)."""

import sys
from collections.abc import Iterable
from http import HTTPStatus
from typing import Any

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string

from sporades.web.layout.context import frame
from sporades.web.layout.kept import keep, keeps_answers

RETRY_AFTER = "30"


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Say that what the browser sent cannot be read."""
    return render(request, "errors/400.html", status=HTTPStatus.BAD_REQUEST)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Say that this page is not for this reader."""
    return render(request, "errors/403.html", status=HTTPStatus.FORBIDDEN)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Say that nothing stands at this address, for this reader."""
    return render(request, "errors/404.html", status=HTTPStatus.NOT_FOUND)


def not_allowed(request: HttpRequest, methods: Iterable[str]) -> HttpResponse:
    """Say that this address does something, and shows nothing by itself."""
    answer = render(request, "errors/405.html", status=HTTPStatus.METHOD_NOT_ALLOWED)
    answer.headers["Allow"] = ", ".join(methods)
    return answer


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Say that the form came from a page too old to be trusted, and how to lose nothing.

    Answers of a tab wait for their author to look at them: nothing is done with them before.
    A request from elsewhere keeps nothing: it comes without the cookie of the session, or, from
    another site of the same domain, its browser says so.
    """
    is_ours = request.headers.get("Sec-Fetch-Site", "same-origin") == "same-origin"
    may_keep = is_ours and keeps_answers(request) and request.user.is_authenticated
    is_kept = may_keep and keep(request)
    return render(request, "errors/csrf.html", {"is_kept": is_kept}, status=HTTPStatus.FORBIDDEN)


def server_error(request: HttpRequest) -> HttpResponse:
    """Say that the fault is ours, without the database, the session or the cache."""
    if isinstance(sys.exception(), OperationalError | InterfaceError):
        return unavailable(request)
    return _bare("errors/500.html", HTTPStatus.INTERNAL_SERVER_ERROR)


def unavailable(request: HttpRequest) -> HttpResponse:
    """Say that the service cannot answer now and when to try again, without the database."""
    answer = _bare("errors/503.html", HTTPStatus.SERVICE_UNAVAILABLE)
    answer.headers["Retry-After"] = RETRY_AFTER
    return answer


def _bare(template: str, status: int) -> HttpResponse:
    context: dict[str, Any] = {"layout": frame()}
    return HttpResponse(render_to_string(template, context), status=status)
