"""What was posted once the session had ended, and is not kept: after signing in, it is said not to be done.

Files, buttons, and what is too long: nothing of them waits. The address to which signing in leads
back says the route that was posted to, and no more: whoever forges one has a sentence of ours shown,
about nothing. The words are of what was posted alone: it may have been done since from another window,
and the page says what stands.
"""

from urllib.parse import parse_qs, urlsplit

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.encoding import escape_uri_path
from django.utils.http import escape_leading_slashes

from sporades.web.access import Route
from sporades.web.layout.proofs import second_factor_missing

MARK = "non-fait"
BEFORE = "Votre session s'était terminée : "
FILE = (
    "le fichier que vous veniez d'envoyer n'a pas été pris en compte. S'il manque encore, "
    "choisissez-le de nouveau."
)
ANSWERS = "les réponses que vous veniez d'envoyer n'ont pas pu être gardées. Vérifiez celles de cette page."
REST = "ce que vous veniez de demander n'a pas été pris en compte. Recommencez, si c'est toujours à faire."


def marked(request: HttpRequest, where: str) -> str:
    """Return the address to come back to, which says what was posted and not taken."""
    name = request.resolver_match.view_name if request.resolver_match else ""
    route = _route(name)
    if request.method != "POST" or route is None:
        return where
    return f"{where}{'&' if '?' in where else '?'}{MARK}={name}"


def is_marked(where: str | None) -> bool:
    """Return whether an address to come back to says that something was not taken."""
    return MARK in parse_qs(urlsplit(where or "").query)


def said(request: HttpRequest) -> HttpResponse | None:
    """Say what was not taken, then show the page without that mark: it is said once, to who may read it."""
    if request.method != "GET" or MARK not in request.GET or not request.user.is_authenticated:
        return None
    if second_factor_missing(request):
        return None
    query = request.GET.copy()
    route = _route(query.pop(MARK)[-1])
    if route is not None:
        messages.warning(request, f"{BEFORE}{in_words(route)}")
    # The address is not resolved yet: two slashes would lead to another site.
    where = escape_leading_slashes(escape_uri_path(request.path))
    return redirect(f"{where}?{query.urlencode()}" if query else where)


def in_words(route: Route) -> str:
    """Return what is said of what was posted to a route, and not taken."""
    if route.undone:
        return route.undone
    if route.keeps_answers:
        return ANSWERS
    return FILE if route.takes_files else REST


def _route(name: str) -> Route | None:
    from sporades.web.registry import ACCESS  # noqa: PLC0415 - the audiences import `access`

    return ACCESS.get(name)
