"""How allauth behaves in this house: our throttle, our mails, our words."""

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.account.internal.stagekit import clear_login
from allauth.account.models import EmailAddress
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from allauth.mfa.webauthn.internal.flows import did_use_passwordless_login
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login as django_login
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.crypto import constant_time_compare

from sporades import mail
from sporades.accounts import operations as accounts
from sporades.accounts import passwords, sign_ins
from sporades.accounts.models import User, normalised_address
from sporades.acts.people import changing
from sporades.core.french import instant_in_words
from sporades.core.links import link_to
from sporades.web.account import devices, tries
from sporades.web.account.franceconnect import forget_sign_up
from sporades.web.account.joining import AWAITED, NOT_ACTIVATED
from sporades.web.layout.homes import home_of
from sporades.web.layout.kept import page_of_what_waits
from sporades.web.layout.network import client_address
from sporades.web.layout.proofs import (
    needs_recent_sign_in,
    needs_the_strongest_proof,
    signed_out,
)

# What allauth announces, and our words for it.
FACTOR_NEWS = {
    "mfa/email/totp_activated": "une application de codes a été ajoutée",
    "mfa/email/totp_deactivated": "l'application de codes a été retirée",
    "mfa/email/webauthn_added": "une clé d'accès a été ajoutée",
    "mfa/email/webauthn_removed": "une clé d'accès a été retirée",
    "mfa/email/recovery_codes_generated": "de nouveaux codes de secours ont été créés",
    "socialaccount/email/account_connected": "votre compte a été relié à FranceConnect",
    "socialaccount/email/account_disconnected": "votre compte n'est plus relié à FranceConnect",
}
ADDED = {
    "mfa/email/totp_activated",
    "mfa/email/webauthn_added",
    "mfa/email/recovery_codes_generated",
    "socialaccount/email/account_connected",
}
"""What may be somebody else's way in."""
MISMATCH_OR_NOT_ACTIVATED = (
    "Adresse mail ou mot de passe incorrect, ou compte pas encore activé : vérifiez les deux. Si "
    "vous venez de créer votre compte, ouvrez d'abord le lien « Activer mon compte » du mail que "
    "vous avez reçu."
)
SEEN_BY_ITSELF = {
    "account/messages/logged_in.txt",
    "mfa/messages/recovery_codes_generated.txt",
}
"""What needs no message: the page that follows shows it."""
TOLD_BY_THE_ACT = {
    "account/email/password_changed",
    "account/email/password_set",
    "account/email/password_reset",
}


BEGUN_UNDER = "sign_in_begun_under"
BEGIN_AGAIN = "Votre compte a changé pendant cette connexion : recommencez-la."


def _still_holds(request: HttpRequest, user: User) -> bool:
    """Return whether what began a sign-in would begin one now: the password, the FranceConnect link.

    Meanwhile its owner may have changed the one or taken away the other, because of who waits here.
    """
    begun_under = request.session.pop(BEGUN_UNDER, "")
    # An older key of ours is still believed, as it is of a session.
    hashes = [user.get_session_auth_hash(), *user.get_session_auth_fallback_hash()]
    if not any(constant_time_compare(begun_under, one) for one in hashes):
        return False
    linked = [
        one for one in get_authentication_records(request, user) if one["method"] == "socialaccount"
    ]
    return all(
        user.socialaccount_set.filter(provider=one["provider"], uid=one["uid"]).exists()
        for one in linked
    )


def _shown(request: HttpRequest, user: User) -> list[str]:
    """Return by what somebody who signs in is known, as `sign_ins.MEANS` names it."""
    shown = get_authentication_records(request, user)
    return [one.get("type") or one["method"] for one in shown]


def _awaits_second_factor(request: HttpRequest, user: User) -> bool:
    """Return whether allauth will ask for one now (`allauth.mfa.stages`)."""
    has_one = is_mfa_enabled(user, [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN])
    return has_one and not did_use_passwordless_login(request, user)


class AccountAdapter(DefaultAccountAdapter):
    """allauth's hooks."""

    error_messages = {
        "account_inactive": "Ce compte est désactivé.",
        "email_password_mismatch": "Adresse mail ou mot de passe incorrect : vérifiez les deux.",
        "email_taken": "Cette adresse est déjà celle d'un compte.",
        "enter_current_password": "Ce n'est pas votre mot de passe actuel.",
        "incorrect_code": "Ce code n'est pas le bon.",
        "incorrect_password": "Ce n'est pas votre mot de passe.",
        "invalid_or_expired_key": "Ce lien n'est plus valable.",
        "invalid_login": "Cette adresse mail ne convient pas.",
        "invalid_password_reset": "Ce lien n'est plus valable.",
        "too_many_login_attempts": "Trop d'essais. Attendez quelques minutes avant de recommencer.",
        "unverified_primary_email": "Activez d'abord votre compte.",
        "same_as_current": "Choisissez une valeur différente de l'actuelle.",
        "rate_limited": "Trop de demandes. Attendez quelques minutes avant de recommencer.",
    }

    # --- Signing in ---------------------------------------------------------------------------

    def get_client_ip(self, request: HttpRequest) -> str:
        return client_address(request)

    def is_safe_url(self, url: str) -> bool:
        try:
            return super().is_safe_url(url)
        except ValueError:  # it is no address at all
            return False

    def pre_authenticate(self, request: HttpRequest, **credentials) -> None:
        address = normalised_address(credentials.get("email", ""))
        self.tried = User.objects.filter(email=address).first()
        self.attempt = tries.begin(request, address, self.tried)

    def authenticate(self, request: HttpRequest, **credentials) -> User | None:
        credentials["email"] = normalised_address(credentials.get("email", ""))
        user = super().authenticate(request, **credentials)
        if user and settings.HIDE_KNOWN_ADDRESSES and user.activated_at is None:
            # Whoever has just signed up with an address would learn that nobody else has it.
            self.authentication_failed(request, **credentials)
            return None
        if user:
            self.attempt.succeeded()
        return user

    def validation_error(self, code: str, *args: object) -> ValidationError:
        if code == "email_password_mismatch" and settings.HIDE_KNOWN_ADDRESSES:
            return ValidationError(MISMATCH_OR_NOT_ACTIVATED, code=code)
        return super().validation_error(code, *args)

    def authentication_failed(self, request: HttpRequest, **credentials) -> None:
        tries.refused(request, credentials["email"], self.tried)

    def pre_login(self, request: HttpRequest, user: User, **kwargs) -> HttpResponse | None:
        """Note under which password a sign-in begins: it may wait for the second factor."""
        request.session[BEGUN_UNDER] = user.get_session_auth_hash()
        response = super().pre_login(request, user, **kwargs)
        if response is None and _awaits_second_factor(request, user):
            sign_ins.begun(
                user,
                means=_shown(request, user),
                network=client_address(request),
                device=devices.device_of(request),
                at=request.arrived_at,
            )
        return response

    def login(self, request: HttpRequest, user: User) -> None:
        if not _still_holds(request, user):
            clear_login(request)
            messages.error(request, BEGIN_AGAIN)
            raise ImmediateHttpResponse(redirect("account_login"))
        request.is_first_sign_in = user.last_login is None
        forget_sign_up(request)
        user.backend = settings.AUTHENTICATION_BACKENDS[0]
        sign_ins.accepted(
            user,
            means=_shown(request, user),
            network=client_address(request),
            device=devices.device_of(request),
            at=request.arrived_at,
        )
        django_login(request, user)

    def post_login(self, request: HttpRequest, user: User, **kwargs) -> HttpResponse:
        response = super().post_login(request, user, **kwargs)
        if not devices.knows(request, user):
            if not request.is_first_sign_in:
                self._tell_new_device(request, user)
            devices.remember(request, response, user)
        return response

    def _tell_new_device(self, request: HttpRequest, user: User) -> None:
        mail.write(
            "new_device",
            to=user.email,
            at=request.arrived_at,
            key=f"new-device {user.pk} {request.arrived_at.isoformat()}",
            about=user,
            device=devices.device_of(request),
            when=instant_in_words(request.arrived_at, settings.TIME_ZONE),
            reset=link_to("account_reset_password"),
            sessions=link_to("usersessions_list"),
        )

    def add_message(
        self, request: HttpRequest, level: int, message_template: str | None = None, *args, **kwargs
    ) -> None:
        """Leave out what needs no message before it is printed, frame of the page included."""
        if message_template not in SEEN_BY_ITSELF:
            super().add_message(request, level, message_template, *args, **kwargs)

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        # What was sent once the session had ended is not to be looked for.
        return page_of_what_waits(request) or home_of(request.user, request.arrived_at)

    def is_reauthentication_required(self, *, app: str, **kwargs) -> bool:
        if app == "allauth.mfa":
            return needs_the_strongest_proof(self.request)
        return needs_recent_sign_in(self.request)

    # --- Passwords -------------------------------------------------------------------------------

    def clean_password(self, password: str, user: User | None = None) -> str:
        passwords.check(
            password,
            about=words_about(user) if user else (),
            is_staff=bool(user and user.is_staff_member),
        )
        return password

    def set_password(self, user: User, password: str) -> None:
        is_first = user.last_login is None and not user.has_usable_password()
        try:
            changing.choose_password(
                user,
                password_hash=accounts.hashed(password),
                is_first=is_first,
                at=self.request.arrived_at,
            )
        except accounts.PasswordChanged as refusal:
            raise ImmediateHttpResponse(signed_out(self.request, str(refusal))) from None
        self.request.has_new_password = user

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("account_edit")

    # --- Mails -----------------------------------------------------------------------------------

    def send_mail(self, template_prefix: str, email: str, context: dict) -> None:
        """Write allauth's mails as ours: in the transaction, with links from the settings."""
        if template_prefix in TOLD_BY_THE_ACT:
            return
        changing.tell_sign_in_changed(
            self.request.user,
            change=template_prefix.rpartition("/")[2],
            news=FACTOR_NEWS[template_prefix],
            is_added=template_prefix in ADDED,
            at=self.request.arrived_at,
        )

    def should_send_confirmation_mail(self, *args, **kwargs) -> bool:
        """Signing in before activating sends nothing: the page that follows offers to."""
        return False

    def respond_email_verification_sent(self, request: HttpRequest, user: User) -> HttpResponse:
        """Tell somebody whose password is right that the account waits for its activation."""
        request.session.update({AWAITED: user.email, NOT_ACTIVATED: user.pk})
        return redirect("account_email_verification_sent")

    def confirm_email(self, request: HttpRequest, email_address: EmailAddress) -> bool:
        """Nothing but our own activation page activates."""
        return False


def words_about(user: User) -> list[str]:
    """Return the words that a person's password may not be made of."""
    candidate = getattr(user, "candidate", None)
    words = [user.email.partition("@")[0]]
    words += [membership.full_name for membership in user.memberships.all()]
    return words + (words_of_identity(candidate.identity) if candidate else [])


def words_of_identity(identity) -> list[str]:
    """Return the words of civil data: names, town and the ways to write the birth date."""
    words = [identity.birth_name, identity.usage_name, identity.first_names, identity.birth_place]
    if identity.birth_date:
        words += passwords.ways_to_write(identity.birth_date)
    return words
