"""« Mot de passe oublié »: the link by mail, and what its use proves."""

from allauth.account.views import password_reset_from_key
from django.http import HttpRequest, HttpResponse

from sporades.acts import tasks
from sporades.web.account import devices
from sporades.web.layout.network import network_of


def send_link(request: HttpRequest, address: str) -> None:
    """Have the link sent; the page says the same thing, as fast, whatever the address is."""
    tasks.help_back_in.defer(
        address=address,
        network=network_of(request),
        known_accounts=devices.accounts_known(request),
        at=request.arrived_at.isoformat(),
    )


def choose_new_password(request: HttpRequest, **parts: str) -> HttpResponse:
    """Serve the page of allauth; a device that used the link is the owner's."""
    response = password_reset_from_key(request, **parts)
    owner = getattr(request, "has_new_password", None)
    if owner is not None:
        devices.remember(request, response, owner)
    return response
