"""Forms of the second factor: codes and passkeys; those of allauth with our words."""

import json

from allauth.core import context
from allauth.core.internal.cryptokit import normalize_user_code
from allauth.mfa.base import forms as mfa
from allauth.mfa.models import Authenticator
from allauth.mfa.totp import forms as totp
from allauth.mfa.totp.internal.auth import SECRET_SESSION_KEY
from allauth.mfa.webauthn import forms as webauthn
from django import forms
from django.core.cache import cache
from django.core.exceptions import ValidationError
from fido2.webauthn import AuthenticationResponse

from sporades.accounts import guessing, second_factor
from sporades.accounts.models import User
from sporades.acts.people import changing
from sporades.web.account import tries
from sporades.web.layout.proofs import TO_TYPE

CODE_FIGURES = 6
CODE_LASTS = 90
KEY_SILENT = "Votre clé n'a pas répondu : approchez-la et recommencez."
LONGEST_CREDENTIAL = 10_000
UNREADABLE = (AttributeError, KeyError, TypeError, ValueError)
"""What reading a passkey's answer raises, when somebody wrote it by hand."""


class CodeField(forms.CharField):
    """A code: its spaces, of any kind, are there to read it."""

    def to_python(self, value) -> str:
        return "".join(super().to_python(value).split())


def code_field(help_text: str) -> forms.CharField:
    """Return the field for a code of the second factor; one that is too short is not a try."""
    return CodeField(
        label="Code",
        help_text=help_text,
        min_length=CODE_FIGURES,
        max_length=20,
        widget=forms.TextInput({"autocomplete": "one-time-code", "inputmode": "numeric"}),
        error_messages={
            "required": "Indiquez le code.",
            "min_length": "Indiquez le code en entier : celui de l'application a six chiffres.",
        },
    )


def spend_code(user: User, code: str) -> bool:
    """Return whether a code had not served yet; from now on, it has."""
    # « 123 456 » is the code « 123456 », for allauth too.
    used = f"second-factor-{user.pk}-{normalize_user_code(code)}"
    return cache.add(used, "used", timeout=CODE_LASTS)


class _OnceOnly:
    """A code of the authenticator application serves once, for as long as it is good."""

    def clean_code(self) -> str:
        code = super().clean_code()
        if not spend_code(self.user, code):
            raise ValidationError("Ce code a déjà servi : attendez le suivant.")
        return code


class _Counted:
    """A code is not guessed; whoever knows the password does not stop its owner either."""

    def clean_code(self) -> str:
        with tries.counted(context.request, self.user, secret=guessing.SECOND_FACTOR):
            return super().clean_code()


class _CodeTold:
    """A recovery code that was spent is told to its owner: whoever found the paper has others."""

    def save(self) -> None:
        super().save()
        if self.authenticator.type != Authenticator.Type.RECOVERY_CODES:
            return
        self.authenticator.refresh_from_db()
        left = len(self.authenticator.wrap().get_unused_codes())
        changing.tell_sign_in_changed(
            self.user,
            change="recovery_code_used",
            news="un code de secours a servi, à la place de votre application ou de votre clé ; "
            f"il vous en reste {left}"
            if left
            else "votre dernier code de secours a servi, à la place de votre application ou de "
            "votre clé",
            is_added=False,
            was_code=True,
            at=context.request.arrived_at,
        )


class SecondFactorForm(_CodeTold, _Counted, _OnceOnly, mfa.AuthenticateForm):
    """The second factor, at sign-in."""

    code = code_field("Les six chiffres de votre application, ou l'un de vos codes de secours.")


class SecondFactorAgainForm(_CodeTold, _Counted, _OnceOnly, mfa.ReauthenticateForm):
    """The second factor, once more."""

    code = code_field("Les six chiffres de votre application, ou l'un de vos codes de secours.")


SHOWN_AT = "totp_shown_at"
"""Where a session keeps since when the key of an application that is not added yet is shown."""


class ActivateTOTPForm(totp.ActivateTOTPForm):
    """The first code of an authenticator application.

    Its key stays while there is time to type: a page that is loaded anew does not undo what a
    telephone has read. Not longer: it is worth what the session was when it was shown.
    """

    code = code_field("Les six chiffres que votre application affiche maintenant.")

    def __init__(self, *args, **options):
        session, now = context.request.session, context.request.arrived_at.timestamp()
        shown = session.get(SECRET_SESSION_KEY)
        is_fresh = now - session.get(SHOWN_AT, 0) <= TO_TYPE.total_seconds()
        super().__init__(*args, **options)
        if shown and is_fresh:
            self.secret = session[SECRET_SESSION_KEY] = shown
        elif not self.is_bound:
            session[SHOWN_AT] = now


class CredentialField(forms.JSONField):
    """What a passkey answers, from anybody: short, an object, and such as can be kept."""

    widget = forms.HiddenInput

    def __init__(self, **options):
        super().__init__(
            error_messages=dict.fromkeys(("required", "invalid"), KEY_SILENT), **options
        )

    def to_python(self, value):
        if value and len(value) > LONGEST_CREDENTIAL:
            raise ValidationError(KEY_SILENT)
        try:
            said = super().to_python(value)
            # PostgreSQL keeps no U+0000, no half of a sign, nothing that is not a number.
            written = json.dumps(said, ensure_ascii=False, allow_nan=False).encode()
        except (RecursionError, ValueError):
            raise ValidationError(KEY_SILENT) from None
        if not isinstance(said, dict | None) or b"\\u0000" in written:
            raise ValidationError(KEY_SILENT)
        return said

    def bound_data(self, data, initial):
        """Show no answer again: it serves once."""
        return initial


KEY_COPIED = (
    "Cette clé a répondu comme une copie d'elle-même. Connectez-vous autrement, retirez-la de votre "
    "compte, puis ajoutez-en une autre."
)
KEY_UNPROVED = (
    "Cette clé n'a pas vérifié que c'est vous : donnez-lui votre empreinte, votre visage ou son code. "
    "Recommencez, ou connectez-vous avec votre adresse et votre mot de passe."
)


class _AnswerOfKey:
    """An answer that the library cannot read is a wrong one; so is one of a key that was copied.

    After the password it is a try, as a code is: nobody fills what its owner reads of refused ones.
    """

    def clean_credential(self) -> Authenticator:
        if self.user is None:
            return self._answering()
        key, secret = Authenticator.Type.WEBAUTHN, guessing.SECOND_FACTOR
        with tries.counted(context.request, self.user, secret=secret, means=key):
            return self._answering()

    def _answering(self) -> Authenticator:
        said = self.cleaned_data["credential"]
        try:
            authenticator = super().clean_credential()
            count = AuthenticationResponse.from_dict(said).response.authenticator_data.counter
            is_its_own = second_factor.counts_on(authenticator, count)
        except (Authenticator.DoesNotExist, *UNREADABLE):
            raise ValidationError(KEY_SILENT) from None
        if not is_its_own:
            changing.tell_sign_in_changed(
                authenticator.user,
                change="passkey_copied",
                news="une clé d'accès a répondu comme une copie d'elle-même, et n'a rien ouvert",
                is_added=True,
                was_copied=True,
                at=context.request.arrived_at,
            )
            raise ValidationError(KEY_COPIED)
        return authenticator


class LoginWebAuthnForm(_AnswerOfKey, webauthn.LoginWebAuthnForm):
    """A passkey alone, at sign-in: one that its owner has allowed to open alone, and has proved to it.

    The challenge that a session holds may be of another page, which did not ask for that proof: the
    answer is what is believed (WebAuthn level 2, § 7.2, step 17).
    """

    credential = CredentialField()

    def clean_credential(self) -> Authenticator:
        said = self.cleaned_data["credential"]
        authenticator = super().clean_credential()
        if not authenticator.wrap().is_passwordless:
            raise ValidationError(
                "Cette clé ne suffit pas seule. Connectez-vous avec votre adresse et votre mot de "
                "passe : elle vous sera demandée ensuite."
            )
        data = AuthenticationResponse.from_dict(said).response.authenticator_data
        if not data.is_user_verified():
            raise ValidationError(KEY_UNPROVED)
        return authenticator


class SecondWebAuthnForm(_AnswerOfKey, webauthn.AuthenticateWebAuthnForm):
    """A passkey after the password, at sign-in."""

    credential = CredentialField()


class WebAuthnAgainForm(_AnswerOfKey, webauthn.ReauthenticateWebAuthnForm):
    """A passkey, once more."""

    credential = CredentialField()


class AddWebAuthnForm(webauthn.AddWebAuthnForm):
    """A passkey, with a name to know it by."""

    name = forms.CharField(
        label="Nom de cette clé",
        help_text="Par exemple « Mon téléphone ».",
        required=False,
        max_length=60,
    )
    passwordless = forms.BooleanField(
        label="Me connecter avec cette clé seule, sans mot de passe",
        required=False,
        initial=True,
        help_text="La clé demande alors votre empreinte, votre visage ou son code.",
    )
    credential = CredentialField()

    def clean(self) -> dict:
        try:
            said = super().clean()
        except UNREADABLE:
            raise ValidationError(KEY_SILENT) from None
        if credential := said.get("credential"):
            # Whether it opens alone is its owner's choice, not what the browser reports.
            credential["clientExtensionResults"] = {"credProps": {"rk": said["passwordless"]}}
        return said


class EditWebAuthnForm(webauthn.EditWebAuthnForm):
    """The name of a passkey."""

    name = forms.CharField(
        label="Nom de cette clé", max_length=60, error_messages={"required": "Donnez-lui un nom."}
    )
