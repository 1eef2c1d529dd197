"""Proofs of who is there: second factor, recent sign-in."""

from datetime import timedelta
from urllib.parse import urlencode

from allauth.account.internal.flows.login import get_authentication_records
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from sporades.web.layout.kept import keep, keeps_answers, page_of_form

RECENT = timedelta(minutes=5)
TO_TYPE = timedelta(minutes=15)


def second_factor_missing(request: HttpRequest) -> bool:
    """Return whether a member of staff has not shown a second factor in this session.

    One that the account has no more counts for nothing: a session outlives no factor.
    """
    user = request.user
    if not user.is_authenticated or not user.is_staff_member:
        return False
    records = get_authentication_records(request, user)
    return not user.has_second_factor or not any(one["method"] == "mfa" for one in records)


def where_to_show_it(request: HttpRequest) -> HttpResponse:
    """Send a member of staff to show the second factor, or first to choose one.

    What they typed waits there, as it does for whoever is to sign in.
    """
    if keeps_answers(request):
        keep(request)
    if request.user.has_second_factor:
        back = urlencode({"next": page_of_form(request)})
        return redirect(f"{reverse('mfa_reauthenticate')}?{back}")
    return redirect("mfa_activate_totp")


def needs_recent_sign_in(request: HttpRequest, *, patience: timedelta = RECENT) -> bool:
    """Return whether what follows asks for a sign-in less than five minutes old (S-18).

    Args:
        request: what is asked for.
        patience: how old it may be, if not that.
    """
    records = get_authentication_records(request, request.user)
    newest = max((record["at"] for record in records), default=0)
    return request.arrived_at.timestamp() - newest > patience.total_seconds()


def needs_the_strongest_proof(request: HttpRequest) -> bool:
    """Return whether what opens an account asks who is there, by the most that they can show.

    For whoever has a second factor this is the second factor: a password that somebody has seen
    typed would otherwise be worth both.
    """
    if request.user.has_second_factor:
        return needs_second_factor_again(request)
    return needs_recent_sign_in(request)


def needs_second_factor_again(request: HttpRequest) -> bool:
    """Return whether what follows asks for a second factor shown less than five minutes ago (S-17).

    What is posted has a quarter of an hour, to read and type in: nothing keeps when its page was opened.
    """
    patience = TO_TYPE if request.method == "POST" else RECENT
    records = get_authentication_records(request, request.user)
    newest = max((one["at"] for one in records if one["method"] == "mfa"), default=0)
    return request.arrived_at.timestamp() - newest > patience.total_seconds()


def second_factor_again(request: HttpRequest) -> HttpResponse:
    """Send a member of staff to show the second factor, then back to this page.

    What they typed waits there, where the route keeps answers.
    """
    if keeps_answers(request):
        keep(request)
    back = urlencode({"next": request.get_full_path()})
    return redirect(f"{reverse('mfa_reauthenticate')}?{back}")


def second_factor_first(
    request: HttpRequest, *, page: str, then: str, is_asked: bool = True
) -> HttpResponse | None:
    """Ask for the second factor before an act whose button stands on another page (S-17).

    Whoever has shown it comes back to the address of the act by a GET, which does nothing: it leads
    to the page of the button.

    Args:
        page: the address of that page.
        then: what is to be done there, to come after « Votre second facteur est vérifié : ».
        is_asked: whether it is asked for, by an act that hurts only where there are many.

    Returns:
        What to answer instead of acting; nothing where the act may be done.
    """
    if is_asked and needs_second_factor_again(request):
        return second_factor_again(request)
    if request.method == "POST":
        return None
    if is_asked:
        messages.info(request, f"Votre second facteur est vérifié : {then}.")
    return redirect(page)


def signed_out(request: HttpRequest, why: str) -> HttpResponse:
    """Send a reader whose session is no longer good to sign in, and say why.

    The session goes first: what it holds would go with it, the message too.
    """
    logout(request)
    messages.error(request, why)
    return redirect("account_login")


def sign_in_again(request: HttpRequest) -> HttpResponse:
    """Send the reader to prove who is there, then back to this page."""
    back = urlencode({"next": request.path})
    if request.user.has_usable_password():
        return redirect(f"{reverse('account_reauthenticate')}?{back}")
    if request.user.has_second_factor:
        return redirect(f"{reverse('mfa_reauthenticate')}?{back}")
    if settings.FRANCECONNECT_URL:
        return redirect(f"{reverse('openid_connect_login', args=['franceconnect'])}?{back}")
    return redirect("account_set_password")
