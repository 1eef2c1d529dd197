"""« Mot de passe oublié »: the link by mail, and what its use proves."""

from contextlib import suppress
from http import HTTPStatus

from allauth.account.views import password_reset_from_key
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import base36_to_int

from sporades.accounts.models import User
from sporades.acts import tasks
from sporades.web.account import devices
from sporades.web.layout.network import network_of

SENT_TO = "reset_link_asked_for"


def send_link(request: HttpRequest, address: str) -> None:
    """Have the link sent; the page says the same thing, as fast, whatever the address is."""
    tasks.help_back_in.defer(
        address=address,
        network=network_of(request),
        known_accounts=devices.accounts_known(request),
        at=request.arrived_at.isoformat(),
    )


def link_sent(request: HttpRequest) -> HttpResponse:
    """Say that a link is on its way, once with the address typed: a slip in it shows there."""
    address = request.session.pop(SENT_TO, "")
    return render(request, "account/password_reset_done.html", {"address": address})


def choose_new_password(request: HttpRequest, **parts: str) -> HttpResponse:
    """Serve the page of allauth; a device that used the link is the owner's.

    The account is locked before its link is looked at: used twice at one instant, it serves
    once. One that serves no more is gone, as that of an activation is.
    """
    with transaction.atomic():
        if request.method == "POST":
            _lock(parts["uidb36"])
        response = password_reset_from_key(request, **parts)
    if (getattr(response, "context_data", None) or {}).get("token_fail"):
        response.status_code = HTTPStatus.GONE
    return devices.remember_new_password(request, response)


def _lock(uidb36: str) -> None:
    with suppress(ValueError):
        number = base36_to_int(uidb36)
        User.objects.select_for_update(no_key=True).filter(pk=number).first()
