"""« Mot de passe oublié »: the link by mail, and what its use proves."""

from allauth.account.views import password_reset_from_key
from django.http import HttpRequest, HttpResponse

from sporades.accounts import limits
from sporades.accounts.models import User
from sporades.acts import joining
from sporades.web.account import devices
from sporades.web.layout.network import network_of


def send_link(request: HttpRequest, address: str) -> None:
    """Send what helps: a link to a new password, or the activation mail again, or nothing.

    The page says the same thing in every case. A device that has signed in before has a count
    of its own: strangers who ask too often never keep the owner from asking.
    """
    at, network = request.arrived_at, network_of(request)
    user = User.objects.filter(email=address, is_active=True).first()
    if user is None:
        return
    if user.activated_at is None:
        joining.send_activation_again(address, network=network, at=at)
        return
    if devices.knows(request, user):
        is_allowed = limits.spend(limits.MAILS_TO_AN_OWNER, address, at=at)
    else:
        is_allowed = joining.may_write(address, network=network, at=at)
    if is_allowed:
        joining.send_reset(user, at=at)


def choose_new_password(request: HttpRequest, **parts: str) -> HttpResponse:
    """Serve the page of allauth; a device that used the link is the owner's."""
    response = password_reset_from_key(request, **parts)
    owner = getattr(request, "has_new_password", None)
    if owner is not None:
        devices.remember(request, response, owner)
    return response
