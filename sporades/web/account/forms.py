"""Forms of accounts; those of allauth with our words."""

import json
from datetime import date

from allauth.account import forms as allauth
from allauth.account.adapter import get_adapter
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

from sporades.accounts import guessing, passwords, second_factor
from sporades.accounts.forms import AS_TYPED, AddressField, NewAddressForm
from sporades.accounts.models import User
from sporades.acts.people import changing
from sporades.candidates.births import BirthDateField, PartialBirthField, checked
from sporades.candidates.forms import IdentityForm
from sporades.registrations.fields import CleanCharField
from sporades.web.account import tries
from sporades.web.account.resetting import SENT_TO, send_link
from sporades.web.layout.proofs import TO_TYPE

CODE_FIGURES = 6
CODE_LASTS = 90
KEY_SILENT = "Votre clé n'a pas répondu : approchez-la et recommencez."
LONGEST_CREDENTIAL = 10_000
UNREADABLE = (AttributeError, KeyError, TypeError, ValueError)
"""What reading a passkey's answer raises, when somebody wrote it by hand."""


def password_field(label: str, *, token: str, help_text: str = "", missing: str) -> forms.CharField:
    """Return a field for a password, pasted or typed, spaces included."""
    return forms.CharField(
        label=label,
        strip=False,
        help_text=help_text,
        max_length=passwords.LONGEST,
        widget=forms.PasswordInput({"autocomplete": token}),
        error_messages={"required": missing},
    )


def new_password_field(label: str = "Mot de passe") -> forms.CharField:
    """Return the field for a password that is chosen."""
    return password_field(
        label,
        token="new-password",  # noqa: S106 - a token of autocomplete
        help_text=passwords.help_text(),
        missing="Choisissez un mot de passe.",
    )


def current_password_field(label: str = "Mot de passe") -> forms.CharField:
    """Return the field for a password that exists."""
    return password_field(label, token="current-password", missing="Indiquez votre mot de passe.")  # noqa: S106 - same


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


class AccountForm(NewAddressForm, IdentityForm):
    """« Créer mon compte »: civil data and address."""

    errors_stand_above = True
    email = AddressField(
        help_text=(
            "Elle vous servira à vous connecter, et vous y recevrez tous nos messages. "
            "N'utilisez pas celle d'un proche qui s'inscrit aussi."
        )
    )

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.asks_password = False

    def fieldsets(self):
        names = ("email", "address_is_right", *(("password",) if self.asks_password else ()))
        return [*super().fieldsets(), ("Votre connexion", names)]


class SignUpForm(AccountForm):
    """« Créer mon compte », with a password."""

    password = new_password_field()

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.asks_password = True

    def clean(self):
        data = super().clean()
        if data.get("password"):
            try:
                passwords.check(data["password"], about=self._words(data))
            except ValidationError as fault:
                self.add_error("password", fault)
        return data

    def _words(self, data) -> list[str]:
        words = [data.get("email", "").partition("@")[0]]
        words += [
            data.get(name, "")
            for name in ("birth_name", "usage_name", "first_names", "birth_place")
        ]
        day, month, year = data.get("birth_date") or (None, None, None)
        return words + (passwords.ways_to_write(date(year, month, day)) if day and month else [])


class SlipForm(forms.Form):
    """The code of a slip, and the birth date of whom it is for."""

    errors_stand_above = True
    code_recu = CleanCharField(
        label="Votre code",
        help_text="Les douze lettres et chiffres de votre fiche de connexion.",
        max_length=40,
        widget=forms.TextInput({"autocomplete": "off", "spellcheck": "false"}),
        error_messages={"required": "Indiquez le code de votre fiche de connexion."},
    )
    birth_date = BirthDateField(label="Votre date de naissance")
    birth_date_is_partial = PartialBirthField()
    field_order = ("code_recu", "birth_date", "birth_date_is_partial")

    def __init__(self, *args, on: date, **options):
        super().__init__(*args, **options)
        self.on = on

    def fieldsets(self):
        return [("Votre code", ("code_recu", "birth_date", "birth_date_is_partial"))]

    def clean(self):
        data = super().clean() or self.cleaned_data
        if "birth_date" in data:
            try:
                checked(data["birth_date"], is_partial=data["birth_date_is_partial"], on=self.on)
            except ValidationError as fault:
                self.add_error("birth_date", fault)
        return data


class ClaimForm(SlipForm, NewAddressForm):
    """The code, and what will open the account."""

    email = AddressField(
        help_text="Elle vous servira à vous connecter, et vous y recevrez tous nos messages."
    )
    password = new_password_field()

    def fieldsets(self):
        names = ("email", "address_is_right", "password")
        present = tuple(name for name in names if name in self.fields)
        return [*super().fieldsets(), ("Votre connexion", present)]

    def clean(self):
        data = super().clean()
        if data.get("password"):
            day, month, year = data.get("birth_date") or (None, None, None)
            born = passwords.ways_to_write(date(year, month, day)) if day and month else []
            try:
                passwords.check(
                    data["password"], about=[data.get("email", "").partition("@")[0], *born]
                )
            except ValidationError as fault:
                self.add_error("password", fault)
        return data


class AddressForm(forms.Form):
    """One address: to get the activation mail again."""

    email = AddressField()


class ChangeAddressForm(NewAddressForm):
    """The new address of an account."""

    errors_stand_above = True
    email = AddressField(
        label="Nouvelle adresse mail",
        help_text="Nous y enverrons un lien : ouvrez-le, puis cliquez sur « Confirmer cette adresse ».",
    )

    def __init__(self, *args, user: User, **options):
        super().__init__(*args, **options)
        self.user = user

    def clean_email(self) -> str:
        email = self.cleaned_data["email"]
        if email == self.user.email:
            raise ValidationError("C'est déjà l'adresse de votre compte.")
        return email


class LoginForm(allauth.LoginForm):
    """« Me connecter »."""

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.fields = {
            "login": AddressField(
                widget=forms.EmailInput({"autocomplete": "username", **AS_TYPED})
            ),
            "password": current_password_field(),
        }

    def clean(self):
        try:
            return super().clean()
        except ValidationError as refusal:
            # Of the two, the one typed blind: the summary leads there, and the field says why.
            self.add_error("password", refusal)
            return self.cleaned_data


class ActivationForm(forms.Form):
    """« Activer mon compte »: the password that was chosen with the account."""

    errors_stand_above = True
    password = current_password_field()

    def __init__(self, *args, user: User, **options):
        super().__init__(*args, **options)
        self.user = user
        self.fields["password"].help_text = "Celui que vous avez choisi en créant votre compte."

    def clean_password(self) -> str:
        password = self.cleaned_data["password"]
        with tries.counted(context.request, self.user, secret=guessing.ACTIVATION):
            if not self.user.check_password(password):
                raise ValidationError(
                    "Ce n'est pas le mot de passe choisi à la création de ce compte. Vérifiez-le ; "
                    "si vous ne le connaissez pas, recommencez la création de votre compte."
                )
        return password


class ReauthenticateForm(allauth.ReauthenticateForm):
    """The password once more."""

    password = current_password_field("Votre mot de passe")


class _NewPassword:
    """allauth asks for a new password twice; once is enough when it can be shown."""

    def _keep_one(self, user: User | None) -> None:
        self.fields.pop("password2")
        self.fields["password1"].help_text = passwords.help_text(
            is_staff=bool(user and user.is_staff_member)
        )
        self.checked_for = user

    def _checked(self) -> str:
        return get_adapter().clean_password(self.cleaned_data["password1"], user=self.checked_for)


class ChangePasswordForm(_NewPassword, allauth.ChangePasswordForm):
    """The password, changed by its owner."""

    oldpassword = current_password_field("Votre mot de passe actuel")
    password1 = new_password_field("Votre nouveau mot de passe")

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self._keep_one(self.user)

    def clean_oldpassword(self) -> str:
        with tries.counted(context.request, self.user):
            return super().clean_oldpassword()

    def clean_password1(self) -> str:
        # An old one that is wrong is not there: nothing is said of the right one.
        if self.cleaned_data["password1"] == self.cleaned_data.get("oldpassword"):
            raise ValidationError("C'est déjà votre mot de passe : choisissez-en un autre.")
        return self._checked()


class SetPasswordForm(_NewPassword, allauth.SetPasswordForm):
    """A first password, for an account that signs in through FranceConnect."""

    password1 = new_password_field("Votre mot de passe")

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self._keep_one(self.user)

    def clean_password1(self) -> str:
        return self._checked()


class ResetPasswordKeyForm(_NewPassword, allauth.ResetPasswordKeyForm):
    """A new password, from the link of a mail."""

    password1 = new_password_field("Votre nouveau mot de passe")

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self._keep_one(self.user)

    def clean_password1(self) -> str:
        return self._checked()


class ResetPasswordForm(allauth.ResetPasswordForm):
    """« Mot de passe oublié, réinitialisation du mot de passe »."""

    email = AddressField(help_text="Celle de votre compte.")

    def clean_email(self) -> str:
        return self.cleaned_data["email"]

    def save(self, request, **options) -> str:
        """Send the link; one mail too many is not sent, and an earlier link stays good."""
        send_link(request, self.cleaned_data["email"])
        request.session[SENT_TO] = self.cleaned_data["email"]
        return self.cleaned_data["email"]


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
