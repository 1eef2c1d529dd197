"""What happens around every page: arrival, headers, sessions, access, refusals."""

import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.models import AnonymousUser
from django.contrib.auth.views import redirect_to_login
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseForbidden, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.cache import patch_vary_headers

from sporades.accounts.models import User
from sporades.accounts.permissions import reach
from sporades.core import origin
from sporades.core.actors import CANDIDATE, Actor
from sporades.core.origin import Origin
from sporades.core.refusals import Refused
from sporades.notices import queries as notices
from sporades.web.access import Route, Who
from sporades.web.layout import breaches, outage, undone
from sporades.web.layout.arrivals import OLDEST_ARRIVAL, sent_in
from sporades.web.layout.clock import day_of
from sporades.web.layout.errors import asks_json, not_allowed, unavailable
from sporades.web.layout.homes import home_of
from sporades.web.layout.kept import ENDED, IDLE, OVER, keep, keeps_answers, page_of_form
from sporades.web.layout.network import client_address, comes_by_our_proxy
from sporades.web.layout.proofs import second_factor_missing, where_to_show_it

logger = logging.getLogger("sporades.access")

type Page = Callable[[HttpRequest], HttpResponse]

REFUSED = (HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND)
HEALTH = ("/-/vivant", "/-/pret")
SEEN_EVERY = timedelta(minutes=1)
PERMISSIONS = "camera=(), geolocation=(), microphone=(), payment=(), usb=(), browsing-topics=()"
SAYING_IN_ADVANCE = ("Sec-Purpose", "Purpose", "X-Purpose", "X-Moz")
"""Where browsers say that a page is fetched in advance: the standard's name, and those of older ones."""

ENDPOINTS = f'politique="{breaches.ADDRESS}"'


def health_by_any_name(get_response: Page) -> Page:
    """Let a load balancer, which knows a machine by its number, ask how it is."""

    def answer(request: HttpRequest) -> HttpResponse:
        if request.path in HEALTH:
            request.META["HTTP_HOST"] = settings.SITE_HOST
        return get_response(request)

    return answer


def arrival(get_response: Page) -> Page:
    """Note when a request arrived: that instant, not its processing, meets a deadline (R-22).

    It has a number too, which its acts, the lines of its log and its answer say (S-60).

    A trusted proxy says it (`X-Request-Start`) where the deployer says that it does: one that
    does not would hand us what its reader wrote. Nobody else is believed.
    """

    def answer(request: HttpRequest) -> HttpResponse:
        said = _said_by_proxy(request)
        request.is_arrival_said = said is not None
        request.arrived_at = said or timezone.now()
        came = Origin(origin.drawn(), client_address(request))
        with origin.coming_from(came):
            response = get_response(request)
        response.headers["X-Request-Id"] = came.number
        return response

    return answer


def _said_by_proxy(request: HttpRequest) -> datetime | None:
    if not (settings.PROXY_SAYS_ARRIVAL and comes_by_our_proxy(request)):
        return None
    said = request.headers.get("X-Request-Start", "").removeprefix("t=")
    try:
        instant = datetime.fromtimestamp(float(said), tz=UTC)
    except (ValueError, OverflowError, OSError):
        return None
    now = timezone.now()
    return instant if now - OLDEST_ARRIVAL <= instant <= now else None


def security_headers(get_response: Page) -> Page:
    """Give every answer, errors included, the headers that protect its reader."""

    def answer(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.headers.setdefault("Permissions-Policy", PERMISSIONS)
        response.headers.setdefault("Reporting-Endpoints", ENDPOINTS)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        response.headers.setdefault("X-Content-Type-Options", "nosniff")
        if response.headers.get("Content-Type") == "text/plain":
            response.headers["Content-Type"] = "text/plain; charset=utf-8"
        if settings.SECURE_HSTS_SECONDS:
            response.headers.setdefault(
                "Strict-Transport-Security",
                f"max-age={settings.SECURE_HSTS_SECONDS}; includeSubDomains; preload",
            )
        if _is_personal(request, response) or _opens_by_its_address(request):
            response.headers["Cache-Control"] = "private, no-store"
            patch_vary_headers(response, ["Cookie"])
        elif "Cache-Control" not in response.headers:
            response.headers["Cache-Control"] = "no-cache"
        return response

    return answer


def _is_personal(request: HttpRequest, response: HttpResponse) -> bool:
    """Return whether an answer may be for one reader alone, without asking the database."""
    # A static file is served before there is a session.
    name = settings.SESSION_COOKIE_NAME
    return hasattr(request, "session") and (name in request.COOKIES or name in response.cookies)


def _opens_by_its_address(request: HttpRequest) -> bool:
    """Return whether the address holds a key or a code: whoever has the page has what it opens."""
    from sporades.web.registry import ACCESS  # noqa: PLC0415 - the audiences import `access`

    match = request.resolver_match
    route = ACCESS.get(match.view_name) if match else None
    return bool(route and route.opened_by)


def outages(get_response: Page) -> Page:
    """Say at once that the database is away, while another request waits for it."""

    def answer(request: HttpRequest) -> HttpResponse:
        if request.path in HEALTH:
            return get_response(request)
        with outage.attempt() as is_asked:
            return get_response(request) if is_asked else unavailable(request)

    return answer


def session_ends(get_response: Page) -> Page:
    """End a session that nobody uses any more, or that has lasted a working day."""

    def answer(request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            now = request.arrived_at
            seen = _instant(request.session.get("seen_at"))
            since = _instant(request.session.get("since")) or now
            # Nobody's clicks are noted while nothing is written: who reads on is not idle, but
            # who was idle before that stays so.
            noted_until = notices.read_only_since()
            is_noted = noted_until is None
            left = since + _longest(request.user) - now
            # A page tells its reader in time (RGAA 13.1).
            request.session_left = left
            # What was noted may be older than the last page by as much: its reader counts from there.
            longest = settings.SESSION_IDLE + SEEN_EVERY
            is_idle = seen is not None and (noted_until or now) - seen >= longest
            if is_idle or left < timedelta(0):
                _end_session(request, is_noted=is_noted, why=IDLE if is_idle else OVER)
            elif is_noted and (seen is None or now - seen >= SEEN_EVERY):
                request.session["seen_at"] = now.isoformat()
                request.session.setdefault("since", now.isoformat())
        return get_response(request)

    return answer


def _longest(user: User) -> timedelta:
    """Return how long somebody may stay signed in: whoever reads others' files, less (7.3.1)."""
    if user.is_staff_member:
        return settings.SESSION_OF_STAFF
    return timedelta(seconds=settings.SESSION_COOKIE_AGE)


def _end_session(request: HttpRequest, *, is_noted: bool, why: str) -> None:
    if not is_noted:
        request.user = AnonymousUser()
        return
    request.ended_of = request.user
    logout(request)
    request.session[ENDED] = why


def _instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


class access:  # noqa: N801 - a middleware, used as the functions beside it
    """Open a route to those it was declared for, and to nobody else."""

    def __init__(self, get_response: Page) -> None:
        """Keep what comes next."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass on; the view's own check happens in `process_view`.

        What opens a decision, or is noted of whoever reads a file, is a page that somebody reads:
        of a signed-in reader, a HEAD writes nothing and a page fetched in advance is not given.
        """
        if request.user.is_authenticated:
            if _is_in_advance(request):
                return HttpResponseForbidden()
            if request.method == "HEAD":
                return self._unwritten(request)
        answer = undone.said(request) or self.get_response(request)
        if request.user.is_authenticated and answer.status_code in REFUSED:
            _note_refused(request, answer.status_code)
        return answer

    def _unwritten(self, request: HttpRequest) -> HttpResponse:
        with transaction.atomic():
            answer = self.get_response(request)
            transaction.set_rollback(True)
        return answer

    def process_view(
        self, request: HttpRequest, view: Any, args: Any, kwargs: Any
    ) -> HttpResponse | None:
        """Answer in the view's place when its route is not for this reader."""
        from sporades.web.registry import ACCESS  # noqa: PLC0415 - the audiences import `access`

        if any("\0" in str(part) for part in kwargs.values()):
            raise Http404  # PostgreSQL keeps no U+0000: nothing stands at such an address
        route = ACCESS[request.resolver_match.view_name]
        if not route.allows(request.method):
            return not_allowed(request, route.methods)
        request.actor = _actor(request.user)
        if route.who is Who.ANYONE:
            return None
        if not request.user.is_authenticated:
            is_kept = keeps_answers(request) and keep(request)
            _note_press(request, route, kwargs)
            back = page_of_form(request)
            back = back if is_kept else undone.marked(request, back)
            return redirect_to_login(back, settings.LOGIN_URL)
        if request.user.is_staff_member:
            return self._for_staff(request, route)
        if route.who is Who.STAFF:
            raise Http404
        if route.who is Who.CANDIDATE and not hasattr(request.user, "candidate"):
            return redirect("account_complete")
        return None

    def _for_staff(self, request: HttpRequest, route: Route) -> HttpResponse | None:
        if route.who is Who.CANDIDATE:
            return redirect(home_of(request.user, request.arrived_at))
        if route.who is not Who.STAFF:
            return None
        day = day_of(request)
        memberships = request.user.memberships_on(day)
        if not memberships:
            raise Http404
        request.actor = memberships[0].as_actor()
        if second_factor_missing(request):
            return where_to_show_it(request)
        request.reaches = partial(reach, memberships)
        if route.permission is not None:
            request.reach = request.reaches(route.permission)
            if not request.reach:
                raise Http404
            request.actor = request.reach.member
        return None


def _is_in_advance(request: HttpRequest) -> bool:
    """Return whether a browser fetches a page that nobody has asked to read yet."""
    said = [request.headers.get(name, "").lower() for name in SAYING_IN_ADVANCE]
    return any("prefetch" in one or "preview" in one for one in said)


def _note_refused(request: HttpRequest, status: int) -> None:
    """Leave a line where somebody signed in found nothing at an address of ours (ASVS 16.3.2).

    It names the route, and not what its address holds: a number is of somebody.
    """
    match = request.resolver_match
    if match is not None:
        logger.warning(
            "refused route=%s status=%s by=%s from=%s",
            match.view_name,
            status,
            request.user.identifier,
            client_address(request),
        )


def _note_press(request: HttpRequest, route: Route, named: dict[str, Any]) -> None:
    """Keep that a button with a deadline was pressed as the session of its reader had just ended."""
    user = getattr(request, "ended_of", None)
    if user is None or request.method != "POST" or route.note_press is None:
        return
    said = {"by": _actor(user), "at": request.arrived_at, "sent": sent_in(request)}
    route.note_press(user=user, **said, **named)


def _actor(user: Any) -> Actor | None:
    """Return the candidate who reads; a member of staff acts in a role, known once it is asked."""
    if not user.is_authenticated or user.is_staff_member:
        return None
    candidate = getattr(user, "candidate", None)
    return Actor(CANDIDATE, str(candidate or user), user.identifier)


def refusals(get_response: Page) -> Page:
    """Say a refusal that no view caught, with its own words."""

    class Middleware:
        def __call__(self, request: HttpRequest) -> HttpResponse:
            return get_response(request)

        def process_exception(
            self, request: HttpRequest, exception: Exception
        ) -> HttpResponse | None:
            if not isinstance(exception, Refused):
                return None
            if asks_json(request):
                return JsonResponse({"message": str(exception)}, status=HTTPStatus.CONFLICT)
            context = {"refusal": exception}
            return render(request, "errors/refused.html", context, status=HTTPStatus.CONFLICT)

    return Middleware()
