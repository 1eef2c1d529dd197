"""« Me connecter »."""

from allauth.account.utils import get_next_redirect_url
from allauth.account.views import LoginView
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse

from sporades.web.layout.kept import ENDED, KEPT
from sporades.web.layout.undone import is_marked

UNDONE = "pour recommencer : ce que vous venez d'envoyer n'a pas été pris en compte."


def sign_in(request: HttpRequest) -> HttpResponse:
    """Serve the page of allauth, after a word to those whose session has ended."""
    goes_on_to = get_next_redirect_url(request)
    is_ended = request.session.pop(ENDED, False)
    # Who has signed in from another window is led on at once: these words would be untrue there.
    if not request.user.is_authenticated and (
        said := _said(request, goes_on_to, is_ended=is_ended)
    ):
        messages.info(request, said)
    context = {
        "franceconnect": bool(settings.FRANCECONNECT_URL),
        "is_demo": settings.DEMO and settings.REHEARSAL is None,
        "goes_on_to": goes_on_to,
    }
    return LoginView.as_view(extra_context=context)(request)


def _said(request: HttpRequest, goes_on_to: str | None, *, is_ended: bool) -> str:
    """Say that the session has ended, and what becomes of what was just sent; or nothing."""
    waits = "dans l'heure : les réponses que vous venez d'envoyer vous attendent."
    then = UNDONE if is_marked(goes_on_to) else waits if KEPT in request.session else ""
    if is_ended:
        then = then or ": ce que vous aviez saisi est gardé."
        return f"Votre session s'est terminée, faute d'activité. Connectez-vous de nouveau {then}"
    return f"Connectez-vous {then}" if then and request.method == "GET" else ""
