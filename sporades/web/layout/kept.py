"""Answers that wait in the session for their author to look at them and send them again.

Posted when the session had ended, from a page older than the last signing in (ADR 0012), or before
the second factor was shown again.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest
from django.urls import Resolver404, ResolverMatch, resolve, reverse
from django.utils.http import url_has_allowed_host_and_scheme

from sporades.accounts import limits
from sporades.web.access import Route
from sporades.web.layout.device import said_by
from sporades.web.layout.readers import READER, is_mark_of

ENDED = "ended"
"""Said by the session that follows one which we have just ended, with why."""
IDLE, OVER = "idle", "over"
"""Nobody used it any more; it had lasted as long as any may."""
KEPT = "kept"
KEPT_AT_MOST = 100_000
KEPT_OF_A_STRANGER = 30_000
"""Several tabs, with a long text: what whoever has not signed in makes us keep."""
KEPT_FOR_A_STRANGER = timedelta(hours=1)

TOKEN = "csrfmiddlewaretoken"  # noqa: S105 - the name of a field
SECRETS = frozenset({"password", "password1", "password2", "oldpassword", "code", "credential"})
"""The fields whose answer is never shown again: it is given once more."""
ARRIVED = "recue"
"""The field that says when what is sent again arrived first, under our seal."""
NEVER_KEPT = SECRETS | {TOKEN, READER, ARRIVED}

type Answers = Mapping[str, list[str]]


@dataclass(frozen=True)
class Waiting:
    """What waits for whoever reads now.

    Attributes:
        path: the address that it was posted to.
        page: the address of the page that held its form.
        was_open: whether the session had not ended: the second factor was to be shown again.
        answers: what was posted; nothing where what sealed it opens it no more.
    """

    path: str
    page: str
    was_open: bool
    answers: Answers | None


def keep(request: HttpRequest) -> bool:
    """Keep what was posted to this address; return whether it could be.

    It is short enough, comes from where somebody is or was signed in, and says for whom its page
    was made: at an address that several people read, it is shown to that one alone.
    """
    route, reader = _route(request), request.POST.get(READER, "")
    is_of_another = request.user.is_authenticated and reader and not is_mark_of(request, reader)
    if is_of_another or not (reader or route.owned):
        return False
    posted = request.POST.lists()
    answers = {name: values for name, values in posted if name not in NEVER_KEPT}
    size = sum(len(name) + sum(map(len, values)) for name, values in answers.items())
    others = {path: one for path, one in _all(request).items() if path != request.path}
    most = KEPT_AT_MOST if request.user.is_authenticated else KEPT_OF_A_STRANGER
    if size + sum(one["size"] for one in others.values()) > most or not _was_signed_in(request):
        return False
    sealed = route.kept_sealed
    held = {"sealed": sealed.seal(answers, at=request.path)} if sealed else {"answers": answers}
    was_open = request.user.is_authenticated
    told = {"reader": reader, "page": page_of_form(request), "was_open": was_open}
    request.session[KEPT] = {**others, request.path: {"size": size, **told, **held}}
    request.is_kept = True
    return True


def _was_signed_in(request: HttpRequest) -> bool:
    """Return whether an account is open here, or was: who never signed in has begun no tab.

    The session that has just ended says so, or that which holds answers already; where its row
    is gone, the device does, as often as a person may need it.
    """
    session = request.session
    if request.user.is_authenticated or session.get(ENDED) or KEPT in session:
        return True
    said = said_by(request)
    return said is not None and limits.spend(
        limits.ANSWERS_KEPT_FOR_A_DEVICE, said["device"], at=request.arrived_at
    )


def kept(request: HttpRequest, *, at: str = "") -> Answers | None:
    """Return the answers that wait for the reader at an address, this one where none is given."""
    path = at or request.path
    found = _all(request).get(path)
    if found is None or not _is_readers(request, found):
        return None
    return _answers(found, _route(request), path)


def typed_before(request: HttpRequest) -> dict[str, str]:
    """Return what waits for the reader at this address, as a form begins with it."""
    return {name: values[-1] for name, values in (kept(request) or {}).items() if values}


def waiting(request: HttpRequest) -> Iterator[Waiting]:
    """Give what waits for the reader and that no view shows."""
    for path, found in _all(request).items():
        route = _route_of(match) if (match := _at(path)) else None
        if route and route.is_refilled and _is_readers(request, found):
            answers = _answers(found, route, path)
            page, was_open = found.get("page", path), bool(found.get("was_open"))
            yield Waiting(path, page, was_open, answers)


def page_of_what_waits(request: HttpRequest) -> str:
    """Return the address of the page that shows what waits for the reader, the last if several; or nothing.

    Of a page that did not say for whom it was made nothing is known: it may be of somebody else who
    uses the same computer.
    """
    mine = [
        one.get("page", path)
        for path, one in _all(request).items()
        if one.get("reader") and _is_readers(request, one)
    ]
    return mine[-1] if mine else ""


def forget(request: HttpRequest, *, at: str = "") -> None:
    """Let go of the answers that waited at an address, this one where none is given."""
    held = _all(request)
    if held.pop(at or request.path, None):
        request.session[KEPT] = held


def page_of_form(request: HttpRequest) -> str:
    """Return the address of the page that was read, after a POST that which held the form.

    Its query is of it: the queue that is gone through, what the page was opened for.
    """
    route = _route(request)
    if request.method != "POST" or (route.allows("GET") and not route.shown_on):
        return request.get_full_path()
    page = request.headers.get("Referer", "")
    # A proxy may leave out the port that its browser says.
    hosts = {request.get_host(), urlsplit(settings.SITE_URL).netloc}
    is_ours = url_has_allowed_host_and_scheme(page, hosts, require_https=request.is_secure())
    said = urlsplit(page if is_ours else "")  # of another's, not even that it can be read is sure
    if said.path and (match := _at(said.path)) and _route_of(match).page:
        return f"{said.path}?{said.query}" if said.query else said.path
    if route.shown_on:
        where = reverse(route.shown_on, kwargs=request.resolver_match.captured_kwargs)
        query = request.META["QUERY_STRING"]
        return f"{where}?{query}" if query else where
    return reverse("public:home")


def keeps_answers(request: HttpRequest) -> bool:
    """Return whether what this request posts must wait for its author when it cannot be taken."""
    is_posted = request.method == "POST"
    return bool(request.resolver_match) and is_posted and _route(request).keeps_answers


def _all(request: HttpRequest) -> dict[str, dict[str, Any]]:
    return dict(request.session.get(KEPT) or {})


def _is_readers(request: HttpRequest, found: Mapping[str, Any]) -> bool:
    """Return whether what waits is the reader's: an address of one candidate says it by itself."""
    mark = found.get("reader", "")
    return not mark or is_mark_of(request, mark)


def _answers(found: Mapping[str, Any], route: Route, path: str) -> Answers | None:
    if "sealed" not in found:
        return found["answers"]
    return route.kept_sealed.unseal(found["sealed"], at=path) if route.kept_sealed else None


def _at(path: str) -> ResolverMatch | None:
    try:
        return resolve(path)
    except Resolver404:
        return None


def _route(request: HttpRequest) -> Route:
    return _route_of(request.resolver_match)


def _route_of(match: ResolverMatch) -> Route:
    from sporades.web.registry import ACCESS  # noqa: PLC0415 - the audiences import `access`

    return ACCESS[match.view_name]
