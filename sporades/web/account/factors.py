"""allauth's pages that add a second factor: adding one shows one."""

from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as webauthn
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect


def activate_totp(request: HttpRequest) -> HttpResponse:
    """Serve the page of allauth; the code that activates the application is a second factor shown."""
    try:
        return _add(request, totp.activate_totp, Authenticator.Type.TOTP)
    except IntegrityError:  # the same click twice: the other one has added it
        return redirect("mfa_index")


def add_webauthn(request: HttpRequest) -> HttpResponse:
    """Serve the page of allauth; the passkey that is added is a second factor shown."""
    return _add(request, webauthn.add_webauthn, Authenticator.Type.WEBAUTHN)


def download_codes(request: HttpRequest) -> HttpResponse:
    """Serve the file of allauth, by a name and in letters that its owner reads."""
    response = codes.download_recovery_codes(request)
    response["Content-Type"] = "text/plain; charset=utf-8"
    response["Content-Disposition"] = 'attachment; filename="codes-de-secours.txt"'
    return response


def _add(request: HttpRequest, page, kind: str) -> HttpResponse:
    if request.method != "POST":
        return page(request)
    own = Authenticator.objects.filter(user=request.user, type=kind)
    before = own.count()
    response = page(request)
    if own.count() > before:
        record_authentication(request, request.user, "mfa", type=kind)
    return response
