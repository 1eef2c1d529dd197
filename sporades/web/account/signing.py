"""« Me connecter »."""

from allauth.account.utils import get_next_redirect_url
from allauth.account.views import LoginView
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse


def sign_in(request: HttpRequest) -> HttpResponse:
    """Serve the page of allauth, after a word to those whose session has ended."""
    if request.session.pop("ended", False):
        messages.info(
            request,
            "Votre session s'est terminée, faute d'activité. Connectez-vous de nouveau : "
            "ce que vous aviez saisi est gardé.",
        )
    context = {
        "franceconnect": bool(settings.FRANCECONNECT_URL),
        "is_demo": settings.DEMO,
        "goes_on_to": get_next_redirect_url(request),
    }
    return LoginView.as_view(extra_context=context)(request)
