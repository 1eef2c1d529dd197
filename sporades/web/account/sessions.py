"""Where an account is open, and who has come to its door: shown, closed, kept open."""

from http import HTTPStatus

from allauth.account.internal.flows.logout import logout
from allauth.usersessions.internal.flows.sessions import end_other_sessions, end_sessions
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.text import capfirst

from sporades.accounts import sign_ins
from sporades.accounts.models import SignIn, User
from sporades.accounts.sessions import open_sessions
from sporades.acts.people import changing
from sporades.core.french import instant_in_words, times_in_words
from sporades.web.account.devices import device_in_words


def sessions(request: HttpRequest) -> HttpResponse:
    """Show where the account is open; close it elsewhere, or everywhere."""
    if request.method == "POST":
        is_everywhere = "everywhere" in request.POST
        # Whoever holds a session that was stolen throws its owner out by it too.
        changing.note_closed(request.user, is_everywhere=is_everywhere, at=request.arrived_at)
        if is_everywhere:
            end_sessions(request, list(UserSession.objects.filter(user=request.user)))
            logout(request, show_message=False)
            messages.success(request, "Tous vos appareils sont déconnectés.")
            return redirect("account_login")
        end_other_sessions(request, request.user)
        messages.success(request, "Vos autres appareils sont déconnectés.")
        return redirect("usersessions_list")
    failed = sign_ins.latest_failures(request.user)
    rows = [
        [
            device_in_words(one.user_agent) + (" (cet appareil)" if one.is_current() else ""),
            instant_in_words(one.created_at, settings.TIME_ZONE),
            one.ip,
        ]
        for one in open_sessions(request.user, at=request.arrived_at)
    ]
    return render(
        request,
        "usersessions/usersession_list.html",
        {
            "rows": rows,
            "columns": ["Appareil", "Connexion", "Adresse réseau"],
            "most": sign_ins.SHOWN,
            "sign_in_columns": ["Connexion", "Appareil", "Par", "Adresse réseau"],
            "sign_ins": _sign_ins(request.user),
            "failure_columns": ["Essai", "Appareil", "Ce qui s'est passé", "Adresse réseau"],
            "failures": [_failure(one) for one in failed],
            "is_past_password": any(one.is_past_password for one in failed),
        },
    )


def _sign_ins(user: User) -> list[list[str]]:
    return [
        [
            instant_in_words(one.at, settings.TIME_ZONE),
            one.device,
            capfirst(sign_ins.means_in_words(one.means)),
            one.network,
        ]
        for one in sign_ins.latest(user)
    ]


def _failure(one: sign_ins.Failures) -> list[str]:
    means = sign_ins.means_in_words(one.means)
    if one.outcome == SignIn.Outcome.HALFWAY:
        said = f"{capfirst(means)}, bon ; second facteur jamais donné"
    else:
        said = f"Refus : {means}"
    return [
        times_in_words(one.count, one.first, one.last, settings.TIME_ZONE),
        one.device,
        said,
        one.network,
    ]


def extend_session(request: HttpRequest) -> HttpResponse:
    """Say that the reader is still there: the session's clock starts again."""
    request.session["seen_at"] = request.arrived_at.isoformat()
    return HttpResponse(status=HTTPStatus.NO_CONTENT)
