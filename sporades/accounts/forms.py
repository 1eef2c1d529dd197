"""The address of somebody, asked in one way wherever it is."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from sporades.accounts.addresses import LONGEST, is_plain, likely_meant
from sporades.accounts.models import normalised_address

ADDRESS_HINT = "Par exemple : prenom.nom@exemple.fr"
WRONG_ADDRESS = "Indiquez une adresse mail complète, par exemple prenom.nom@exemple.fr"
AS_TYPED = {"spellcheck": "false", "autocapitalize": "none"}


class AddressField(forms.EmailField):
    """An e-mail address, kept in its one form."""

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
        """Return the address in its one form, if every mail server takes it."""
        typed: str = super().clean(value)
        if not typed:
            return typed
        address = normalised_address(typed)
        if not is_plain(typed, address):
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return address


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
