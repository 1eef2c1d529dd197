"""FranceConnect, where the deployer has an agreement: sign in, sign up, link, sign out."""

import logging
import re
import secrets
from contextlib import suppress
from datetime import date, timedelta
from urllib.parse import urlencode

import jwt
import requests
from allauth.account.views import logout as allauth_logout
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter, _build_apps_from_settings
from allauth.socialaccount.internal import jwtkit
from allauth.socialaccount.internal.flows.connect import connect
from allauth.socialaccount.internal.flows.signup import (
    clear_pending_signup,
    get_pending_signup,
    redirect_to_signup,
)
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialLogin
from allauth.socialaccount.providers.base import AuthProcess
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView, OAuth2LoginView
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from allauth.socialaccount.views import ConnectionsView
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from sporades.accounts.operations import AlreadyActivated, TooOld
from sporades.acts.people import addressing, joining
from sporades.core.links import link_to
from sporades.core.refusals import Refused
from sporades.territory import queries as territory
from sporades.territory.models import FRANCE, Commune
from sporades.web.account.forms import AccountForm
from sporades.web.account.joining import AWAITED, KNOWN_SO_SIGN_IN, LETTER_BOX, may_say_it_is_known
from sporades.web.account.places import say_understood
from sporades.web.account.proving import held
from sporades.web.layout.clock import day_of
from sporades.web.layout.network import network_of

logger = logging.getLogger("sporades.accounts")

PROVIDER = "franceconnect"
NONCE, HINT = "franceconnect_nonce", "franceconnect_sign_out"
CLAIMS = "franceconnect_claims"
TO_ACTIVATE = "franceconnect_account_to_activate"
"""The account that waits for its owner to come back from there, link of the mail opened."""
LEVELS = ("eidas1", "eidas2", "eidas3")
SIGNED_BY = ["RS256", "ES256"]
"""How FranceConnect signs: nothing else is a signature, least of all none."""
CLOCKS_APART = timedelta(minutes=1)
PUBLISHED = "/.well-known/openid-configuration"
SIGN_UP_UNTIL = "franceconnect_sign_up_until"
SIGN_UP_LASTS = timedelta(minutes=10)
"""How long a sign-up begun over there waits for the form: others may use the computer next."""
BIRTHDATE = re.compile(r"(\d{4})-(\d\d)-(\d\d)")
CIVILITIES = {"female": "mme", "male": "m"}


class FranceConnect(OpenIDConnectOAuth2Adapter):
    """OpenID Connect as FranceConnect speaks it: user data come as a signed token."""

    def complete_login(self, request: HttpRequest, app, token, **kwargs) -> SocialLogin:
        login = super().complete_login(request, app, token, **kwargs)
        id_token = kwargs["response"].get("id_token", "")
        said = login.account.extra_data
        if not is_what_was_asked(said, nonce=request.session.pop(NONCE, "")):
            raise ImmediateHttpResponse(redirect("socialaccount_login_error"))
        request.session[HINT] = [self.openid_config.get("end_session_endpoint", ""), id_token]
        # What FranceConnect says of a person is used once, to fill a form; nothing is kept.
        request.franceconnect_claims = said.get("userinfo", {})
        login.account.extra_data = {}
        return login

    def _fetch_user_info(self, access_token: str) -> dict:
        with SocialAdapter().get_requests_session() as session:
            response = session.get(
                self.profile_url, headers={"Authorization": f"Bearer {access_token}"}
            )
            response.raise_for_status()
        if not response.headers.get("Content-Type", "").startswith("application/jwt"):
            return response.json()
        return self._signed(response.text)

    def _decode_id_token(self, app: SocialApp, id_token: str) -> dict:
        """Return what it says. Its signature is looked at too, though it comes by TLS (ASVS 6.8.2)."""
        return self._signed(id_token)

    def _signed(self, token: str) -> dict:
        """Return what a token says, once it is found to be signed over there and meant for us.

        Raises:
            OAuth2Error: it is not, or not any more, or by no algorithm of ours (ASVS 9.1.2).
        """
        config = self.openid_config
        issuer = config.get("issuer", "")
        if issuer.rstrip("/") != _issuer():
            raise OAuth2Error("Invalid issuer: it is not that of the settings (ASVS 10.5.3)")
        try:
            _, key = jwtkit.fetch_key(token, config["jwks_uri"], jwtkit.lookup_kid_jwk)
            said = jwt.decode(
                token,
                key,
                algorithms=SIGNED_BY,
                issuer=issuer,
                audience=settings.FRANCECONNECT_CLIENT_ID,
                leeway=CLOCKS_APART,
                # When it was made is said by the clock over there, which may be ahead.
                options={"verify_iat": False},
            )
        except (jwt.PyJWTError, KeyError, TypeError) as fault:
            raise OAuth2Error("Invalid token") from fault
        jwtkit.verify_jti(said)
        return said


def _issuer() -> str:
    """Return who signs, as the deployer names it: its address, or that of what it publishes."""
    return settings.FRANCECONNECT_URL.removesuffix(PUBLISHED).rstrip("/")


class LinkedMeanwhile(Refused):
    """Another account took the link while the form was being filled."""

    message = (
        "Ce compte FranceConnect vient d'être relié à un autre compte : aucun compte n'est créé. "
        "Connectez-vous avec FranceConnect."
    )


def is_what_was_asked(said: dict, *, nonce: str) -> bool:
    """Return whether an answer is to our question, at our level at least, and of one person.

    Args:
        said: the two answers, `id_token` and `userinfo`.
        nonce: what was sent with the question.
    """
    token, userinfo = said.get("id_token", {}), said.get("userinfo", {})
    return (
        bool(nonce)
        and token.get("nonce") == nonce
        and token.get("acr") in LEVELS[LEVELS.index(settings.FRANCECONNECT_LEVEL) :]
        and bool(token.get("sub"))
        and token["sub"] == userinfo.get("sub")
    )


class SocialAdapter(DefaultSocialAccountAdapter):
    """allauth's hooks: the only provider is the one of the settings."""

    error_messages = {
        "email_taken": "Connectez-vous d'abord avec votre mot de passe, puis reliez FranceConnect.",
        "invalid_token": "FranceConnect n'a pas confirmé votre identité. Recommencez.",
        "no_password": "Choisissez d'abord un mot de passe : sans lui, vous ne pourriez plus vous connecter.",
        "no_verified_email": "Activez d'abord votre compte.",
        "disconnect_last": "C'est votre seul moyen de vous connecter : choisissez d'abord un mot de passe.",
        "connected_other": "Ce compte FranceConnect est déjà relié à un autre compte.",
    }

    def get_requests_session(self) -> requests.Session:
        """Return what asks FranceConnect, and goes nowhere else, even where it is told to (15.3.2)."""
        session = super().get_requests_session()
        session.max_redirects = 0
        return session

    def on_authentication_error(
        self, request: HttpRequest, provider, error=None, exception=None, extra_context=None
    ) -> None:
        """Leave in the log why nobody was signed in: who watches sees a forged token, or a wrong address."""
        if exception is not None:
            logger.warning("franceconnect refused: %s", exception)

    def list_apps(self, request: HttpRequest, provider=None, client_id=None) -> list:
        found = _build_apps_from_settings(provider=provider, client_id=client_id)
        return [app for apps in found.values() for app in apps]

    def is_auto_signup_allowed(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Activate the account whose mail was opened, if whoever comes back made it.

        Where known addresses are hidden, an account that waits is as none: the form comes again,
        as it does for an address that was another's.
        """
        number = request.session.pop(TO_ACTIVATE, None)
        if sociallogin.is_existing and sociallogin.user.pk == number:
            with suppress(TooOld, AlreadyActivated):
                joining.activate(number, at=request.arrived_at)
                messages.success(request, "Votre compte est activé. Vous voici dans votre espace.")
                return
        waits = sociallogin.is_existing and sociallogin.user.activated_at is None
        if sociallogin.state.get("process") == AuthProcess.CONNECT:
            if request.user.is_authenticated:
                # Its owner may have changed the account while whoever comes back was over there.
                raise ImmediateHttpResponse(held(request, lambda: connect(request, sociallogin)))
            return
        if not sociallogin.is_existing or (waits and settings.HIDE_KNOWN_ADDRESSES):
            request.session[CLAIMS] = request.franceconnect_claims
            _wait(request)
            raise ImmediateHttpResponse(redirect_to_signup(request, sociallogin))

    def get_connect_redirect_url(self, request: HttpRequest, socialaccount) -> str:
        return reverse("socialaccount_connections")


def sign_in(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Send the reader there, to sign in though a session is open over there.

    It lasts half an hour, and opens with one click, to whoever is at the computer, the account of
    whoever was: it would prove nobody's presence before an act either (S-18).
    """
    _only_ours(provider_id)
    request.session[NONCE] = secrets.token_urlsafe(32)
    asked = request.GET.copy()
    # What is asked of a person is in the settings alone: a link does not add to it.
    asked.pop("scope", None)
    asked["auth_params"] = urlencode(
        {
            "nonce": request.session[NONCE],
            "acr_values": settings.FRANCECONNECT_LEVEL,
            "prompt": "login",
        }
    )
    request.GET = asked
    return OAuth2LoginView.adapter_view(FranceConnect(request, provider_id))(request)


def callback(request: HttpRequest, provider_id: str) -> HttpResponse:
    _only_ours(provider_id)
    return OAuth2CallbackView.adapter_view(FranceConnect(request, provider_id))(request)


def connections(request: HttpRequest) -> HttpResponse:
    """Link an account, or unlink it; without an agreement no more can be linked."""
    offered = {"franceconnect": bool(settings.FRANCECONNECT_URL)}
    return ConnectionsView.as_view(extra_context=offered)(request)


def _only_ours(provider_id: str) -> None:
    if provider_id != PROVIDER or not settings.FRANCECONNECT_URL:
        raise Http404


def sign_up(request: HttpRequest) -> HttpResponse:
    """Make an account of what FranceConnect says; its owner completes what is missing.

    An address that is known is never linked by itself: its owner signs in first.
    """
    pending = get_pending_signup(request)
    if pending is None or request.user.is_authenticated:
        return redirect("account_login")
    if request.arrived_at.timestamp() > request.session.get(SIGN_UP_UNTIL, 0):
        forget_sign_up(request)
        messages.info(
            request,
            "Plus de dix minutes ont passé depuis FranceConnect. Pour vous protéger, recommencez : "
            "identifiez-vous de nouveau avec FranceConnect.",
        )
        return redirect("account_login")
    _wait(request)
    form = AccountForm(
        request.POST or None,
        initial=answers_from(request.session.get(CLAIMS, {})),
        on=day_of(request),
    )
    address_is_known = False
    if request.method == "POST" and form.is_valid():
        email, at = form.cleaned_data["email"], request.arrived_at
        try:
            joining.join(
                identity=form.identity(),
                email=email,
                password=None,
                network=network_of(request),
                at=at,
                holds_letter_box=email == request.session.get(LETTER_BOX),
                is_told=not settings.HIDE_KNOWN_ADDRESSES,
                also=lambda user: _link(user, pending),
            )
        except LinkedMeanwhile as refusal:
            forget_sign_up(request)
            messages.error(request, str(refusal))
            return redirect("account_login")
        except joining.NoMailLeft as refusal:
            form.add_error("email", str(refusal))
        except addressing.AddressKnown as refusal:
            addressing.warn_owner(email, network=network_of(request), at=at)
            if may_say_it_is_known(request):
                form.add_error("email", f"{refusal}. {KNOWN_SO_SIGN_IN}")
                address_is_known = True
        if not form.errors:
            say_understood(request, form)
            forget_sign_up(request)
            request.session.pop(LETTER_BOX, None)
            request.session[AWAITED] = email
            return redirect("account_email_verification_sent")
    context = {"form": form, "address_is_known": address_is_known}
    return render(request, "socialaccount/signup.html", context)


def _wait(request: HttpRequest) -> None:
    """Give a sign-up its ten minutes, from the last page that was asked for."""
    request.session[SIGN_UP_UNTIL] = (request.arrived_at + SIGN_UP_LASTS).timestamp()


def forget_sign_up(request: HttpRequest) -> None:
    """Forget what FranceConnect said of whoever was signing up."""
    clear_pending_signup(request)
    for name in (CLAIMS, SIGN_UP_UNTIL):
        request.session.pop(name, None)


def _link(user, pending: SocialLogin) -> None:
    # A sign-up with another address, that nobody activated, lets this person go.
    SocialAccount.objects.filter(
        provider=pending.account.provider,
        uid=pending.account.uid,
        user__activated_at__isnull=True,
    ).delete()
    linked, _ = SocialAccount.objects.get_or_create(
        provider=pending.account.provider, uid=pending.account.uid, defaults={"user": user}
    )
    if linked.user_id != user.pk:
        raise LinkedMeanwhile


def answers_from(claims: dict) -> dict:
    """Return what FranceConnect says of a person as answers to our form."""
    return {
        "civility": CIVILITIES.get(claims.get("gender", ""), ""),
        "birth_name": claims.get("family_name", ""),
        "usage_name": claims.get("preferred_username", ""),
        "first_names": claims.get("given_name", ""),
        **_born(claims.get("birthdate", "")),
        "email": claims.get("email", ""),
        **_birthplace(claims),
    }


def _born(said: str) -> dict:
    """Return a birth date as the form asks it; « 2001-00-00 » is that of whom nobody knows the day."""
    found = BIRTHDATE.fullmatch(said)
    year, month, day = (int(part) for part in found.groups()) if found else (0, 0, 0)
    try:
        date(year, month or 1, day or 1)
    except ValueError:
        return {"birth_date": None}
    partial = {} if day else {"birth_date_is_partial": True}
    return {"birth_date": (day or None, month or None, year), **partial}


def _birthplace(claims: dict) -> dict:
    if claims.get("birthcountry", FRANCE) != FRANCE:
        return {"birth_country": claims["birthcountry"]}
    try:
        commune = territory.commune(claims.get("birthplace", ""))
    except Commune.DoesNotExist:
        return {"birth_country": FRANCE}
    return {
        "birth_country": FRANCE,
        "birth_department": commune.department_id,
        "birth_place": commune.name,
        "birth_commune": commune.code,
    }


def sign_out(request: HttpRequest) -> HttpResponse:
    """Sign out; a session that FranceConnect opened is closed there too."""
    endpoint, id_token = request.session.get(HINT) or ("", "")
    response = allauth_logout(request)
    if request.method != "POST":
        return response
    if endpoint:
        query = {
            "id_token_hint": id_token,
            "state": secrets.token_urlsafe(16),
            "post_logout_redirect_uri": link_to("account_login"),
        }
        response = redirect(f"{endpoint}?{urlencode(query)}")
    # ASVS 14.3.1, on the way to FranceConnect too: the page one comes back from there to is anybody's.
    response["Clear-Site-Data"] = '"cache", "storage"'
    return response
