"""The address of somebody, asked in one way wherever it is."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from sporades.accounts.addresses import (
    BEFORE_AT,
    LONGEST,
    is_plain,
    likely_meant,
    plain_sign,
    refused_sign,
)
from sporades.accounts.models import normalised_address

ADDRESS_HINT = "Par exemple : prenom.nom@exemple.fr"
WRONG_ADDRESS = "Indiquez une adresse mail complète, par exemple prenom.nom@exemple.fr"
AS_TYPED = {"spellcheck": "false", "autocapitalize": "none"}


def check_address(typed: str) -> None:
    """Refuse what some mail server would not take: name the sign, where it is nothing else."""
    if _is_taken(typed):
        return
    if sign := refused_sign(typed):
        raise ValidationError(_how_to_mend(sign), code="sign")
    raise ValidationError(WRONG_ADDRESS, code="invalid")


def _is_taken(typed: str) -> bool:
    """Return whether every mail server takes an address."""
    try:
        validate_email(typed)
    except ValidationError:
        return False
    return is_plain(typed, normalised_address(typed))


def _how_to_mend(sign: str) -> str:
    plain = plain_sign(sign)
    if sign == "@":
        return "Indiquez une seule adresse mail, avec un seul « @ »."
    if sign.isspace():
        return "Enlevez l'espace qui est dans l'adresse mail."
    if not sign.isprintable():
        return "Écrivez de nouveau l'adresse mail : elle contient un signe qui ne se voit pas."
    if plain != sign and {*plain} <= BEFORE_AT | {"@"}:
        return f"Dans l'adresse mail, remplacez « {sign} » par « {plain} »."
    return f"Vérifiez l'adresse mail : « {sign} » n'y est pas accepté."


class AddressField(forms.EmailField):
    """An e-mail address, kept in its one form."""

    default_validators = [check_address]

    def __init__(self, *, help_text: str = "", **options: Any) -> None:
        """Make the field, with the example that ends its help."""
        options = {
            "label": "Adresse mail",
            "max_length": LONGEST,
            "help_text": f"{help_text} {ADDRESS_HINT}".lstrip(),
            "widget": forms.EmailInput({"autocomplete": "email", **AS_TYPED}),
            "error_messages": {"required": WRONG_ADDRESS, "invalid": WRONG_ADDRESS},
            **options,
        }
        super().__init__(**options)

    def clean(self, value: str) -> str:
        """Return the address in its one form."""
        typed: str = super().clean(value)
        return normalised_address(typed) if typed else typed


class NewAddressForm(forms.Form):
    """An address that nothing has proved yet: one that looks mistyped is asked about.

    The question and its box come only then; the answer is kept beside the address.
    """

    email = AddressField()
    address_is_right = forms.BooleanField(label="Mon adresse est juste", required=False)

    def __init__(self, *args: Any, **options: Any) -> None:
        """Make the form, without the box."""
        super().__init__(*args, **options)
        self.asked_right = self.fields.pop("address_is_right")

    def clean(self) -> dict[str, Any]:
        """Ask whether an address that is nearly a provider's is right."""
        data = super().clean() or self.cleaned_data
        meant = likely_meant(data.get("email", ""))
        if meant:
            self.fields["address_is_right"] = self.asked_right
            name = self.add_prefix("address_is_right")
            box = self.asked_right.widget
            if not box.value_from_datadict(self.data, self.files, name):
                self.add_error(
                    "email",
                    f"Vouliez-vous dire {meant} ? Corrigez l'adresse, ou cochez la case "
                    f"« {self.asked_right.label} ».",
                )
        return data
