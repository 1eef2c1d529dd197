"""Pages for what goes wrong. None of them ever says that a service is closed (R-23)."""

import sys
from collections.abc import Iterable
from http import HTTPStatus
from textwrap import wrap
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db import InterfaceError, InternalError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import timezone
from psycopg.errors import DiskFull, ReadOnlySqlTransaction

from sporades.core import origin
from sporades.core.french import local_day, size_in_words
from sporades.notices import queries as notices
from sporades.web.layout import outage
from sporades.web.layout.arrivals import seal, typed_again
from sporades.web.layout.context import frame
from sporades.web.layout.kept import ARRIVED, SECRETS, keep, keeps_answers, page_of_form
from sporades.web.layout.readers import is_readers_own
from sporades.web.layout.refilling import is_written

RETRY_AFTER = "30"
JSON = "application/json"
UNREADABLE = "Ce que votre navigateur a envoyé est arrivé incomplet ou abîmé : rien n'est gardé."


def asks_json(request: HttpRequest) -> bool:
    """Return whether a script of ours asks, which reads words and no page."""
    return bool(request.get_preferred_type(["text/html", JSON]) == JSON)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Say that what the browser sent cannot be read."""
    if asks_json(request):
        return JsonResponse({"message": UNREADABLE}, status=HTTPStatus.BAD_REQUEST)
    return render(request, "errors/400.html", status=HTTPStatus.BAD_REQUEST)


def unreadable() -> HttpResponse:
    """Say the same before anything of the request is looked at."""
    return _bare("errors/400.html", HTTPStatus.BAD_REQUEST)


def too_large(request: HttpRequest, *, takes: int = 0) -> HttpResponse:
    """Say that the browser sends more than this page takes, without reading it.

    Args:
        request: what was sent.
        takes: how many bytes of files its route takes, 0 where it takes none.
    """
    # Whatever takes files is a page too.
    context = {"most": size_in_words(takes) if takes else "", "back": request.path if takes else ""}
    status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    return render(request, "errors/413.html", context, status=status)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Say that this page is not for this reader."""
    return render(request, "errors/403.html", status=HTTPStatus.FORBIDDEN)


class NoLongerYours(Http404):
    """What is asked for was the reader's, and was given to others at an instant, in words."""


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Say that nothing stands at this address, for this reader: it is they who choose the words.

    What is foreign, forbidden or was never there gives one page, at one price. Whose file was given
    away reads that, and what they have just written of it, to be copied.
    """
    if isinstance(exception, NoLongerYours):
        written = [said for _, said in typed_again(request) if is_written(said)]
        context = {"when": str(exception), "is_sent": request.method == "POST", "written": written}
        return render(request, "errors/no_longer_yours.html", context, status=HTTPStatus.NOT_FOUND)
    user = getattr(request, "user", None)
    is_staff = user is not None and user.is_authenticated and user.is_staff_member
    day = local_day(getattr(request, "arrived_at", timezone.now()), settings.TIME_ZONE)
    context = {"is_staff": is_staff, "is_closed": is_staff and not user.memberships_on(day)}
    return render(request, "errors/404.html", context, status=HTTPStatus.NOT_FOUND)


def not_allowed(request: HttpRequest, methods: Iterable[str]) -> HttpResponse:
    """Say that this address does something, and shows nothing by itself."""
    answer = render(request, "errors/405.html", status=HTTPStatus.METHOD_NOT_ALLOWED)
    answer.headers["Allow"] = ", ".join(methods)
    return answer


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Say that the form came from a page too old to be trusted, and how to lose nothing.

    Answers of a tab wait for their author to look at them; what any other form held is given back
    to be sent again, under a fresh token and as of its first arrival, to the reader for whom its page was made: on a shared
    computer, somebody else may have signed in since. Nothing is done with either before, and nothing of
    what another site sent is kept or shown.
    """
    is_ours = _sent_by_us(request)
    may_keep = is_ours and keeps_answers(request) and request.user.is_authenticated
    is_kept = may_keep and keep(request)
    is_given_back = is_ours and not is_kept and is_readers_own(request)
    context = {
        "kept_at": page_of_form(request) if is_kept else "",
        "typed": typed_again(request) if is_given_back else [],
        "arrived": (ARRIVED, seal(request))
        if is_given_back and request.user.is_authenticated
        else (),
        "asks_secret": any(request.POST.get(name) for name in SECRETS),
    }
    answer = render(request, "errors/csrf.html", context, status=HTTPStatus.FORBIDDEN)
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


def _sent_by_us(request: HttpRequest) -> bool:
    """Return whether a page of ours sent this, as its browser says, and says nothing else."""
    host = request.get_host()
    # Encryption ends at the proxy: by what scheme a browser came, the request does not say; nor
    # by what port, where the proxy gives the name alone.
    is_site = host in (urlsplit(settings.SITE_URL).netloc, settings.SITE_HOST)
    here = settings.SITE_URL if is_site else f"{request.scheme}://{host}"
    said = {
        request.headers[name] == ours
        for name, ours in (("Sec-Fetch-Site", "same-origin"), ("Origin", here))
        if name in request.headers
    }
    return said == {True}


def given_back(
    request: HttpRequest, template: str, *, retry_after: str = RETRY_AFTER, **more: Any
) -> HttpResponse:
    """Say that nothing is done now, and give back what was typed, to be sent again.

    Args:
        request: what was sent.
        template: of the page that says why.
        retry_after: in how many seconds.
        more: what else the page says.
    """
    context = {
        "typed": typed_again(request),
        "asks_secret": any(request.POST.get(name) for name in SECRETS),
        "has_files": bool(request.FILES),
        **more,
    }
    answer = render(request, template, context, status=HTTPStatus.SERVICE_UNAVAILABLE)
    answer.headers["Retry-After"] = retry_after
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


def server_error(request: HttpRequest) -> HttpResponse:
    """Say that the fault is ours, without the database, the session or the cache."""
    failure = sys.exception()
    outage.note(failure)
    if lacks_room(failure):
        notices.note_full_disk()
    if isinstance(failure, OperationalError | InterfaceError) or is_refused_writing(failure):
        return unavailable(request)
    answered = origin.current()
    number = " ".join(wrap(answered.number, 4)) if answered else ""
    return _bare("errors/500.html", HTTPStatus.INTERNAL_SERVER_ERROR, number=number)


def is_refused_writing(exception: BaseException | None) -> bool:
    """Return whether the database said that it is only read."""
    return isinstance(exception, InternalError) and isinstance(
        exception.__cause__, ReadOnlySqlTransaction
    )


def lacks_room(exception: BaseException | None) -> bool:
    """Return whether the database said that its disk is full."""
    return isinstance(exception, OperationalError) and isinstance(exception.__cause__, DiskFull)


def unavailable(request: HttpRequest) -> HttpResponse:
    """Say that the service cannot answer now and when to try again, without the database."""
    answer = _bare("errors/503.html", HTTPStatus.SERVICE_UNAVAILABLE)
    answer.headers["Retry-After"] = RETRY_AFTER
    return answer


def crowded(request: HttpRequest) -> HttpResponse:
    """Say that too many come at once, and when to come back, without the database."""
    answer = _bare("errors/crowd.html", HTTPStatus.SERVICE_UNAVAILABLE)
    answer.headers["Retry-After"] = RETRY_AFTER
    return answer


def _bare(template: str, status: int, **more: str) -> HttpResponse:
    context: dict[str, Any] = {"layout": frame(), **more}
    return HttpResponse(render_to_string(template, context), status=status)
