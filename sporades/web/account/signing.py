"""« Me connecter »."""

from collections.abc import Iterable
from urllib.parse import urlsplit

from allauth.account.utils import get_next_redirect_url
from allauth.account.views import LoginView
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, resolve

from sporades.web.layout.kept import ENDED, KEPT, OVER
from sporades.web.layout.undone import is_marked

TAB = "candidate:tab"
"""Where a registration is filled."""
CONFIRMING = "account_confirm_address"
"""Where a new address is confirmed, by whoever signs in with the former one."""
TOO_LONG = "Votre session s'est terminée : une session ne dure qu'une journée."
UNUSED = "Votre session s'est terminée, faute d'activité."
UNDONE = "pour recommencer : ce que vous venez d'envoyer n'a pas été pris en compte."


def sign_in(request: HttpRequest) -> HttpResponse:
    """Serve the page of allauth, after a word to those whose session has ended."""
    goes_on_to = get_next_redirect_url(request)
    ended = request.session.pop(ENDED, "")
    # Who has signed in from another window is led on at once: these words would be untrue there.
    if not request.user.is_authenticated and (said := _said(request, goes_on_to, ended=ended)):
        messages.info(request, said)
    context = {
        "franceconnect": bool(settings.FRANCECONNECT_URL),
        "is_demo": settings.DEMO and settings.REHEARSAL is None,
        "goes_on_to": goes_on_to,
        "is_to_confirm": _leads_to_confirming(goes_on_to),
    }
    return LoginView.as_view(extra_context=context)(request)


def _leads_to_confirming(address: str | None) -> bool:
    try:
        return resolve(urlsplit(address or "").path).view_name == CONFIRMING
    except Resolver404:
        return False


def _waits(paths: Iterable[str]) -> str:
    """Say until when answers wait, and that those of a registration are of use until its closing."""
    is_to_file = any(resolve(path).view_name == TAB for path in paths)
    before = ", et avant la fermeture de votre service" if is_to_file else ""
    return f"dans l'heure{before} : les réponses que vous venez d'envoyer vous attendent."


def _said(request: HttpRequest, goes_on_to: str | None, *, ended: str) -> str:
    """Say that the session has ended, and what becomes of what was just sent; or nothing."""
    kept = request.session.get(KEPT, {})
    then = UNDONE if is_marked(goes_on_to) else _waits(kept) if kept else ""
    if ended:
        then = then or ": ce que vous aviez saisi est gardé."
        return f"{TOO_LONG if ended == OVER else UNUSED} Connectez-vous de nouveau {then}"
    return f"Connectez-vous {then}" if then and request.method == "GET" else ""
