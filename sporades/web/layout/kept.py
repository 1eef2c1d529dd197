"""Answers that wait in the session for their author to look at them and send them again.

Posted when the session had ended, or from a page older than the last signing in (ADR 0012).
"""

from collections.abc import Mapping

from django.http import HttpRequest

KEPT = "kept"
KEPT_AT_MOST = 100_000
KEPT_OF_A_STRANGER = 30_000
"""Several tabs, with a long text: what whoever has not signed in makes us keep."""

type Answers = Mapping[str, list[str]]


def keep(request: HttpRequest) -> bool:
    """Keep what was posted to this address; return whether it could be, being short enough."""
    answers = dict(request.POST.lists())
    size = sum(len(name) + sum(map(len, values)) for name, values in answers.items())
    kept = {path: one for path, one in _all(request).items() if path != request.path}
    most = KEPT_AT_MOST if request.user.is_authenticated else KEPT_OF_A_STRANGER
    if size + sum(one["size"] for one in kept.values()) > most:
        return False
    request.session[KEPT] = {**kept, request.path: {"size": size, "answers": answers}}
    return True


def kept(request: HttpRequest) -> Answers | None:
    """Return the answers that wait at this address, if any."""
    found = _all(request).get(request.path)
    return found["answers"] if found else None


def forget(request: HttpRequest) -> None:
    """Let go of the answers that waited at this address."""
    waiting = _all(request)
    if waiting.pop(request.path, None):
        request.session[KEPT] = waiting


def _all(request: HttpRequest) -> dict:
    return dict(request.session.get(KEPT) or {})


def keeps_answers(request: HttpRequest) -> bool:
    """Return whether what this request posts must wait for its author when it cannot be taken."""
    from sporades.web.registry import ACCESS  # noqa: PLC0415 - the audiences import `access`

    match = request.resolver_match
    return bool(match) and request.method == "POST" and ACCESS[match.view_name].keeps_answers
