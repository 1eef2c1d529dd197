"""« Me connecter »."""

from allauth.account.utils import get_next_redirect_url
from allauth.account.views import LoginView
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse

from sporades.web.layout.kept import ENDED, KEPT, LOST
from sporades.web.layout.undone import is_marked

UNDONE = "pour recommencer : ce que vous venez d'envoyer n'a pas été pris en compte."


def sign_in(request: HttpRequest) -> HttpResponse:
    """Serve the page of allauth, after a word to those whose session has ended."""
    goes_on_to = get_next_redirect_url(request)
    is_undone = is_marked(goes_on_to)
    waits = "dans l'heure : les réponses que vous venez d'envoyer vous attendent."
    ended = request.session.pop(ENDED, False)
    if request.user.is_authenticated:
        pass  # signed in from another window: led on at once, where these words would be untrue
    elif ended:
        then = waits if KEPT in request.session else ": ce que vous aviez saisi est gardé."
        then = UNDONE if is_undone or ended == LOST else then
        messages.info(
            request,
            f"Votre session s'est terminée, faute d'activité. Connectez-vous de nouveau {then}",
        )
    elif request.method == "GET" and is_undone:
        messages.info(request, f"Connectez-vous {UNDONE}")
    elif request.method == "GET" and KEPT in request.session:
        messages.info(request, f"Connectez-vous {waits}")
    context = {
        "franceconnect": bool(settings.FRANCECONNECT_URL),
        "is_demo": settings.DEMO and settings.REHEARSAL is None,
        "goes_on_to": goes_on_to,
    }
    return LoginView.as_view(extra_context=context)(request)
