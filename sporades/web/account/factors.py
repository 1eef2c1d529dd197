"""Second factors: allauth's pages, which ask for the one that there is before anything of another."""

from base64 import b64encode
from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account.internal.flows.login import record_authentication
from allauth.mfa import app_settings
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base import views as mfa
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes import views as recovery
from allauth.mfa.totp import views as totp
from allauth.mfa.totp.internal.auth import clear_totp_secret
from allauth.mfa.webauthn import views as webauthn
from django.contrib import messages
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from sporades.accounts import second_factor
from sporades.accounts.operations import lock
from sporades.acts.people import changing
from sporades.web.account.factor_forms import ActivateTOTPForm, spend_code
from sporades.web.account.proving import held
from sporades.web.layout.proofs import (
    TO_TYPE,
    needs_second_factor_again,
    second_factor_again,
)

type Page = Callable[..., HttpResponse]


def _by_the_second_factor(page: Page) -> Page:
    """Let whoever has a second factor show it first: a password alone gives none away (S-17).

    Of whoever has none yet, allauth's page asks for the password.
    """

    @wraps(page)
    def asked(request: HttpRequest, **named: Any) -> HttpResponse:
        if request.user.has_second_factor and needs_second_factor_again(request):
            return second_factor_again(request)
        return page(request, **named)

    return asked


def index(request: HttpRequest) -> HttpResponse:
    """Serve the page of allauth; it does not propose to remove what has to stay."""
    return mfa.IndexView.as_view(extra_context=_what_stays(request))(request)


@_by_the_second_factor
def activate_totp(request: HttpRequest) -> HttpResponse:
    """Serve the page of allauth; the code that activates the application is a second factor shown."""
    try:
        return _add(request, totp.activate_totp, Authenticator.Type.TOTP)
    except IntegrityError:  # the same click twice: the other one has added it
        return redirect("mfa_index")


@_by_the_second_factor
def replace_totp(request: HttpRequest) -> HttpResponse:
    """Put the application of another telephone in the place of one: there is no instant without."""
    replaced = _own(request, Authenticator.Type.TOTP).first()
    if replaced is None:
        return redirect("mfa_activate_totp")
    if request.method == "POST" and request.POST.get("remplace") != str(replaced.pk):
        return redirect("mfa_index")  # the same click twice, or another page has replaced it
    form = ActivateTOTPForm(request.POST if request.method == "POST" else None, user=request.user)
    if request.method == "POST" and form.is_valid():
        spend_code(request.user, form.cleaned_data["code"])
        return held(request, lambda: _replaced(request, replaced, form.secret))
    adapter = get_adapter()
    url = adapter.build_totp_url(request.user, form.secret)
    picture = b64encode(adapter.build_totp_svg(url).encode()).decode()
    context = {
        "form": form,
        "replaced": replaced.pk,
        "totp_url": url,
        "totp_svg_data_uri": f"data:image/svg+xml;base64,{picture}",
    }
    return render(request, "mfa/totp/replace_form.html", context)


def _replaced(request: HttpRequest, replaced: Authenticator, secret: str) -> HttpResponse:
    if second_factor.replace_totp(replaced, secret=secret) is None:
        return redirect("mfa_index")
    clear_totp_secret(request)
    record_authentication(request, request.user, "mfa", type=Authenticator.Type.TOTP)
    changing.tell_sign_in_changed(
        request.user,
        change="totp_replaced",
        news="l'application de codes a été remplacée par une autre",
        is_added=True,
        at=request.arrived_at,
    )
    messages.success(
        request, "L'application est remplacée : celle d'avant ne donne plus de code qui serve."
    )
    return redirect("mfa_index")


@_by_the_second_factor
def deactivate_totp(request: HttpRequest) -> HttpResponse:
    """Serve the page of allauth, unless the application is the one that has to stay."""
    return _remove(request, totp.deactivate_totp, _own(request, Authenticator.Type.TOTP))


@_by_the_second_factor
def add_webauthn(request: HttpRequest) -> HttpResponse:
    """Serve the page of allauth; the passkey that is added is a second factor shown."""
    return _add(request, webauthn.add_webauthn, Authenticator.Type.WEBAUTHN)


@_by_the_second_factor
def remove_webauthn(request: HttpRequest, pk: int) -> HttpResponse:
    """Serve the page of allauth, unless the passkey is the one that has to stay."""
    own = _own(request, Authenticator.Type.WEBAUTHN).filter(pk=pk)
    return _remove(request, webauthn.remove_webauthn, own, pk=pk)


@_by_the_second_factor
def edit_webauthn(request: HttpRequest, pk: int) -> HttpResponse:
    """Serve the page of allauth, which gives a passkey a name without a word."""
    answer = webauthn.edit_webauthn(request, pk=pk)
    if request.method == "POST" and answer.headers.get("Location") == reverse("mfa_list_webauthn"):
        messages.success(request, "La clé d'accès est renommée.")
    return answer


@_by_the_second_factor
def generate_codes(request: HttpRequest) -> HttpResponse:
    """Serve the page of allauth; new codes are those of whoever the account is still that of."""
    if request.method != "POST":
        return recovery.generate_recovery_codes(request)
    return held(request, lambda: recovery.generate_recovery_codes(request))


@_by_the_second_factor
def view_codes(request: HttpRequest) -> HttpResponse:
    """Say how many recovery codes are left; they are read when they were just made, never after."""
    kept = get_object_or_404(_own(request, Authenticator.Type.RECOVERY_CODES))
    left = kept.wrap().get_unused_codes()
    context = {
        "codes": left if _are_new(request, kept) else [],
        "left": len(left),
        "total": app_settings.RECOVERY_CODE_COUNT,
    }
    return render(request, "mfa/recovery_codes/index.html", context)


@_by_the_second_factor
def download_codes(request: HttpRequest) -> HttpResponse:
    """Give the recovery codes that were just made as a file, by a name that its owner reads."""
    kept = get_object_or_404(_own(request, Authenticator.Type.RECOVERY_CODES))
    if not _are_new(request, kept):
        return redirect("mfa_view_recovery_codes")
    context, kind = {"codes": kept.wrap().get_unused_codes()}, "text/plain; charset=utf-8"
    response = render(request, "mfa/recovery_codes/download.txt", context, content_type=kind)
    response["Content-Disposition"] = 'attachment; filename="codes-de-secours.txt"'
    return response


def _are_new(request: HttpRequest, codes: Authenticator) -> bool:
    """Return whether codes were made so lately that their owner is still writing them down."""
    return request.arrived_at - codes.created_at <= TO_TYPE


def _own(request: HttpRequest, kind: str) -> Any:
    return Authenticator.objects.filter(user=request.user, type=kind)


def _what_stays(request: HttpRequest) -> dict[str, bool]:
    return {"keeps_one": second_factor.must_keep_one(request.user, at=request.arrived_at)}


def list_webauthn(request: HttpRequest) -> HttpResponse:
    """Serve the page of allauth; it does not propose to remove what has to stay."""
    context = _what_stays(request)
    has_application = context["keeps_one"] and _own(request, Authenticator.Type.TOTP).exists()
    context |= {"has_application": has_application}
    return webauthn.ListWebAuthnView.as_view(extra_context=context)(request)


@transaction.atomic
def _remove(request: HttpRequest, page: Page, own: Any, **named: Any) -> HttpResponse:
    """Serve a page that removes a second factor; a role keeps its last one (S-16).

    The account is held: two that are removed at once would each be the last but one.
    """
    if request.method == "POST":
        lock(request.user)
    removed = own.first()
    keeps_one = second_factor.must_keep_one(request.user, at=request.arrived_at)
    if removed is None or not keeps_one or not second_factor.is_last(removed):
        return page(request, **named)
    context = {"is_application": removed.type == Authenticator.Type.TOTP}
    status = 409 if request.method == "POST" else 200
    return render(request, "mfa/last.html", context, status=status)


def _add(request: HttpRequest, page: Page, kind: str) -> HttpResponse:
    """Serve a page that adds a second factor, to whoever the account is still that of."""
    if request.method != "POST":
        return page(request)
    return held(request, lambda: _added(request, page, kind))


def _added(request: HttpRequest, page: Page, kind: str) -> HttpResponse:
    before = _own(request, kind).count()
    response = page(request)
    if _own(request, kind).count() > before:
        clear_totp_secret(request)
        record_authentication(request, request.user, "mfa", type=kind)
        if kind == Authenticator.Type.TOTP:
            # What was read over somebody's shoulder opens no session next.
            spend_code(request.user, request.POST.get("code", ""))
    return response
