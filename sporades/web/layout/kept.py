"""Answers that wait in the session for their author to look at them and send them again.

Posted when the session had ended, from a page older than the last signing in (ADR 0012), or before
the second factor was shown again.
"""

from collections.abc import Mapping
from datetime import timedelta

from django.http import HttpRequest

from sporades.accounts import limits
from sporades.web.access import Route
from sporades.web.layout.device import said_by

ENDED = "ended"
"""Said by the session that follows one which we have just ended."""
KEPT = "kept"
KEPT_AT_MOST = 100_000
KEPT_OF_A_STRANGER = 30_000
"""Several tabs, with a long text: what whoever has not signed in makes us keep."""
KEPT_FOR_A_STRANGER = timedelta(hours=1)

type Answers = Mapping[str, list[str]]


def keep(request: HttpRequest) -> bool:
    """Keep what was posted to this address; return whether it could be.

    It is short enough, and comes from where somebody is or was signed in.
    """
    answers = dict(request.POST.lists())
    size = sum(len(name) + sum(map(len, values)) for name, values in answers.items())
    kept = {path: one for path, one in _all(request).items() if path != request.path}
    most = KEPT_AT_MOST if request.user.is_authenticated else KEPT_OF_A_STRANGER
    if size + sum(one["size"] for one in kept.values()) > most or not _was_signed_in(request):
        return False
    sealed = _route(request).kept_sealed
    held = {"sealed": sealed.seal(answers, at=request.path)} if sealed else {"answers": answers}
    request.session[KEPT] = {**kept, request.path: {"size": size, **held}}
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
    """Return the answers that wait at an address, this one where none is given."""
    found = _all(request).get(at or request.path)
    if found is None or "answers" in found:
        return found["answers"] if found else None
    sealed = _route(request).kept_sealed  # of its own page alone
    return sealed.unseal(found["sealed"], at=at or request.path) if sealed else None


def typed_before(request: HttpRequest, *, at: str = "") -> dict[str, str]:
    """Return what waits at an address, as a form begins with it."""
    return {name: values[-1] for name, values in (kept(request, at=at) or {}).items() if values}


def forget(request: HttpRequest) -> None:
    """Let go of the answers that waited at this address."""
    waiting = _all(request)
    if waiting.pop(request.path, None):
        request.session[KEPT] = waiting


def _all(request: HttpRequest) -> dict:
    return dict(request.session.get(KEPT) or {})


def keeps_answers(request: HttpRequest) -> bool:
    """Return whether what this request posts must wait for its author when it cannot be taken."""
    is_posted = request.method == "POST"
    return bool(request.resolver_match) and is_posted and _route(request).keeps_answers


def _route(request: HttpRequest) -> Route:
    from sporades.web.registry import ACCESS  # noqa: PLC0415 - the audiences import `access`

    return ACCESS[request.resolver_match.view_name]
