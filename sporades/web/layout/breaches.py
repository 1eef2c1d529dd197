"""Breaches of the content policy, as browsers report them (ASVS 3.4.7).

A line of the log says which directive and on which page, and nothing of who read it: neither the
query nor what an address names. Whoever forges reports fills no log.
"""

import json
import logging
import re
from collections import deque
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from http import HTTPStatus
from threading import Lock
from typing import Any
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, UnreadablePostError
from django.urls import Resolver404, resolve

from sporades.core.numbers import whole

type Page = Callable[[HttpRequest], HttpResponse]

ADDRESS = "/-/politique"
LONGEST = 16_000
"""Bytes of a report, or of several sent together."""
TOLD_IN_A_MINUTE = 30
"""Lines of the log that one process writes: a page that breaks the policy says it at each reading."""
MINUTE = timedelta(minutes=1)
FROM_ELSEWHERE = {"cross-site", "same-site"}
DIRECTIVE = re.compile(r"[a-z]+(?:-[a-z]+){0,3}")
LONGEST_DIRECTIVE = 30

logger = logging.getLogger(__name__)

_told: deque[datetime] = deque()
_one_at_a_time = Lock()


def breaches(get_response: Page) -> Page:
    """Take reports before there is a session: a browser sends them by itself, without a token.

    Taken as a page, they would keep alive the session of somebody who has gone.
    """

    def answer(request: HttpRequest) -> HttpResponse:
        return receive(request) if request.path == ADDRESS else get_response(request)

    return answer


def receive(request: HttpRequest) -> HttpResponse:
    """Write a line of the log for each breach that a browser reports."""
    request.get_host()  # One that is not ours is refused, here too.
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    if request.headers.get("Sec-Fetch-Site") in FROM_ELSEWHERE:
        return HttpResponse(status=HTTPStatus.FORBIDDEN)
    if not _is_short(request):
        return HttpResponse(status=HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    try:
        said = json.loads(request.body)
    except (ValueError, RecursionError, UnreadablePostError):
        return HttpResponse(status=HTTPStatus.BAD_REQUEST)
    for directive, address in _breaches(said):
        if _may_tell(request.arrived_at):
            logger.warning(
                "Politique de contenu enfreinte : %s, sur %s",
                _directive(directive),
                _page(address),
            )
    return HttpResponse(status=HTTPStatus.NO_CONTENT)


def _is_short(request: HttpRequest) -> bool:
    """Return whether a request says its length, and how long that may be: it is read whole."""
    return 0 < (whole(request.META.get("CONTENT_LENGTH") or "") or 0) <= LONGEST


def _breaches(said: Any) -> Iterator[tuple[Any, Any]]:
    """Give the directive and the page of each, in the two forms that browsers send."""
    if isinstance(said, dict):
        report = said.get("csp-report")
        if isinstance(report, dict):
            directive = report.get("effective-directive") or report.get("violated-directive")
            yield directive, report.get("document-uri")
        return
    for one in said if isinstance(said, list) else []:
        body = one.get("body") if isinstance(one, dict) else None
        if isinstance(body, dict) and one.get("type") == "csp-violation":
            yield body.get("effectiveDirective"), body.get("documentURL")


def _may_tell(at: datetime) -> bool:
    """Count a line, unless the minute has had its own already."""
    with _one_at_a_time:
        while _told and not at - MINUTE < _told[0] <= at:
            _told.popleft()
        if len(_told) >= TOLD_IN_A_MINUTE:
            return False
        _told.append(at)
        return True


def _directive(said: Any) -> str:
    first = str(said).split(" ")[0]
    is_one = len(first) <= LONGEST_DIRECTIVE and DIRECTIVE.fullmatch(first)
    return first if is_one else "directive inconnue"


def _page(address: Any) -> str:
    """Return a page by the pattern of its address: what it names, a number or a key, is left out."""
    try:
        return f"/{resolve(urlsplit(str(address)).path).route}"
    except (Resolver404, ValueError):
        return "une adresse inconnue"
