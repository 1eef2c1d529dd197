"""« Est-ce bien vous ? »: allauth's pages, saying what act asks them and how to give it up."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from allauth.account.internal.flows.reauthentication import STATE_SESSION_KEY
from allauth.account.utils import get_next_redirect_url
from allauth.account.views import ReauthenticateView
from allauth.mfa.base.views import ReauthenticateView as CodeView
from allauth.mfa.webauthn.views import ReauthenticateWebAuthnView as KeyView
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, resolve, reverse

from sporades.accounts.operations import PasswordChanged, hold_as_shown
from sporades.notices import queries as notices
from sporades.web.layout.proofs import signed_out


@dataclass(frozen=True)
class Act:
    """An act that asks for a recent sign-in.

    Attributes:
        words: what it is, to come after « Pour ».
        back: the page where it was begun, which asks for nothing.
        is_of_one: whether that page is of the same thing as the act, named in its address.
    """

    words: str
    back: str = "mfa_index"
    is_of_one: bool = False


ACTS = {
    "candidate:withdraw": Act("vous désinscrire", "candidate:registration", is_of_one=True),
    "candidate:my_data": Act("consulter vos données", "account_edit"),
    "office:export": Act("exporter des inscriptions", "office:found", is_of_one=True),
    "office:export_file": Act(
        "prendre le fichier d'un export", "office:one_export", is_of_one=True
    ),
    "office:approve_merge": Act("approuver une fusion", "office:double", is_of_one=True),
    "office:publish_publication": Act(
        "publier des documents", "office:publication", is_of_one=True
    ),
    "office:move_publication": Act(
        "changer l'instant d'une publication", "office:publication", is_of_one=True
    ),
    "office:approve_publication": Act(
        "approuver une publication", "office:publication", is_of_one=True
    ),
    "office:withdraw_publication": Act(
        "retirer des documents publiés", "office:publication", is_of_one=True
    ),
    "office:approve_export": Act("approuver un export", "office:one_export", is_of_one=True),
    "office:approve_role": Act("approuver un accès", "office:proposed_role", is_of_one=True),
    "office:close_agent": Act("fermer l'accès d'un agent", "office:agents"),
    "office:approve_change": Act("approuver une prolongation", "office:services"),
    "office:move_service": Act("fermer un service plus tôt", "office:service", is_of_one=True),
    "office:contact": Act("changer les coordonnées d'un service gestionnaire", "office:contacts"),
    "office:banner": Act("mettre tout en lecture seule, ou y mettre fin", "office:home"),
    "office:end_banner": Act("mettre fin à la lecture seule", "office:banner"),
    "office:launch_batch": Act("lancer un grand lot", "office:one_batch", is_of_one=True),
    "office:resume_batch": Act("reprendre un grand lot", "office:one_batch", is_of_one=True),
    "office:approve_batch": Act("approuver un lot", "office:one_batch", is_of_one=True),
    "office:give_code": Act("donner un code", "office:record", is_of_one=True),
    "office:enforce_regulation": Act(
        "mettre une réglementation en vigueur", "office:prepared", is_of_one=True
    ),
    "account_email": Act("changer votre adresse mail", "account_edit"),
    "account_set_password": Act("choisir un mot de passe", "account_edit"),
    "socialaccount_connections": Act("relier ou délier FranceConnect", "account_edit"),
    "mfa_activate_totp": Act("ajouter une application de codes"),
    "mfa_replace_totp": Act("remplacer l'application de codes"),
    "mfa_view_recovery_codes": Act("voir où en sont vos codes de secours"),
    "mfa_download_recovery_codes": Act("télécharger vos codes de secours"),
    "mfa_deactivate_totp": Act("retirer l'application de codes"),
    "mfa_generate_recovery_codes": Act("créer de nouveaux codes de secours"),
    "mfa_add_webauthn": Act("ajouter une clé d'accès", "mfa_list_webauthn"),
    "mfa_remove_webauthn": Act("retirer une clé d'accès", "mfa_list_webauthn"),
    "mfa_edit_webauthn": Act("renommer une clé d'accès", "mfa_list_webauthn"),
}


class _Renewing:
    """A page by which whoever shows who they are goes on in a session of another key."""

    def form_valid(self, form: Any) -> HttpResponse:
        request: HttpRequest = self.request  # type: ignore[attr-defined]
        renew(request)
        if not _waits_to_be_linked(request):
            return super().form_valid(form)  # type: ignore[misc]
        return held(request, lambda: super(_Renewing, self).form_valid(form))  # type: ignore[misc]


class _ByPassword(_Renewing, ReauthenticateView):  # type: ignore[misc]
    pass


class _ByCode(_Renewing, CodeView):  # type: ignore[misc]
    pass


class _ByKey(_Renewing, KeyView):  # type: ignore[misc]
    pass


def by_password(request: HttpRequest) -> HttpResponse:
    return _ByPassword.as_view(extra_context=_asked_for(request))(request)


def by_code(request: HttpRequest) -> HttpResponse:
    return _ByCode.as_view(extra_context=_asked_for(request))(request)


def by_key(request: HttpRequest) -> HttpResponse:
    return _ByKey.as_view(extra_context=_asked_for(request))(request)


def renew(request: HttpRequest) -> None:
    """Give a session another key: whoever knew the former one is not let in by the proof (7.2.4).

    One that was closed meanwhile stays so: what follows finds it out.
    """
    if notices.is_database_read_only():
        return
    before = request.session.session_key
    with transaction.atomic():
        gone, _ = Session.objects.filter(session_key=before).delete()
        if gone:
            request.session.cycle_key()
            listed = UserSession.objects.filter(session_key=before)
            listed.update(session_key=request.session.session_key)


def held(request: HttpRequest, act: Callable[[], HttpResponse]) -> HttpResponse:
    """Hold an account while something is added to it: were it given back meanwhile, that would stay.

    Args:
        request: of whoever was let in.
        act: what adds it.

    Returns:
        What the act returns, or the way out where the account is not any more that of whoever was let in.
    """
    try:
        with transaction.atomic():
            hold_as_shown(request.user)
            return act()
    except PasswordChanged as refusal:
        return signed_out(request, str(refusal))


def _waits_to_be_linked(request: HttpRequest) -> bool:
    """Return whether an answer of FranceConnect waits: allauth keeps it, and no address to go on to."""
    return "callback" in request.session.get(STATE_SESSION_KEY, {})


def _asked_for(request: HttpRequest) -> dict[str, str]:
    """Return what the page says of the act that follows; of any other page, that one goes on."""
    address = get_next_redirect_url(request) or ""
    if not address and _waits_to_be_linked(request):
        address = reverse("socialaccount_connections")
    try:
        match = resolve(urlsplit(address).path)
    except Resolver404:
        match = None
    act = ACTS.get(match.view_name) if match else None
    if act is None:
        return {"asked_for": "continuer", "give_up": ""}
    back = reverse(act.back, kwargs=match.kwargs if act.is_of_one else None)
    return {"asked_for": act.words, "give_up": back}
