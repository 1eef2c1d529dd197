"""Forms of accounts; those of allauth with our words."""

from datetime import date

from allauth.account import forms as allauth
from allauth.account.adapter import get_adapter
from allauth.core import context
from django import forms
from django.core.exceptions import ValidationError

from sporades.accounts import guessing, passwords
from sporades.accounts.forms import AS_TYPED, AddressField, NewAddressForm
from sporades.accounts.models import User
from sporades.candidates.births import BirthDateField, PartialBirthField, checked
from sporades.candidates.forms import IdentityForm
from sporades.registrations.fields import CleanCharField
from sporades.web.account import tries
from sporades.web.account.resetting import SENT_TO, send_link


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
                self.fields["birth_date"].point_out(fault)
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

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.fields.pop("password2")
        self.fields["password1"].help_text = passwords.help_text(
            is_staff=bool(self.user and self.user.is_staff_member)
        )

    def clean_password1(self) -> str:
        return get_adapter().clean_password(self.cleaned_data["password1"], user=self.user)


class ChangePasswordForm(_NewPassword, allauth.ChangePasswordForm):
    """The password, changed by its owner."""

    oldpassword = current_password_field("Votre mot de passe actuel")
    password1 = new_password_field("Votre nouveau mot de passe")

    def clean_oldpassword(self) -> str:
        with tries.counted(context.request, self.user):
            return super().clean_oldpassword()

    def clean_password1(self) -> str:
        # An old one that is wrong is not there: nothing is said of the right one.
        if self.cleaned_data["password1"] == self.cleaned_data.get("oldpassword"):
            raise ValidationError("C'est déjà votre mot de passe : choisissez-en un autre.")
        return super().clean_password1()


class SetPasswordForm(_NewPassword, allauth.SetPasswordForm):
    """A first password, for an account that signs in through FranceConnect."""

    password1 = new_password_field("Votre mot de passe")


class ResetPasswordKeyForm(_NewPassword, allauth.ResetPasswordKeyForm):
    """A new password, from the link of a mail; the first one, of whom the office has invited."""

    password1 = new_password_field("Votre nouveau mot de passe")

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        if self.user and not self.user.has_usable_password():
            self.fields["password1"].label = SetPasswordForm.base_fields["password1"].label


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
