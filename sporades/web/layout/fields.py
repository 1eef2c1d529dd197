"""Fields that several audiences ask."""

from django import forms

from sporades.accounts.models import normalised_address

ADDRESS_HINT = "Par exemple : prenom.nom@exemple.fr"
WRONG_ADDRESS = "Indiquez une adresse mail complète, par exemple prenom.nom@exemple.fr"


class AddressField(forms.EmailField):
    """An e-mail address, kept in its one form."""

    def __init__(self, *, help_text="", **options):
        options = {
            "label": "Adresse mail",
            "max_length": 254,
            "help_text": f"{help_text} {ADDRESS_HINT}".lstrip(),
            "widget": forms.EmailInput(
                {"autocomplete": "email", "spellcheck": "false", "autocapitalize": "none"}
            ),
            "error_messages": {"required": WRONG_ADDRESS, "invalid": WRONG_ADDRESS},
            **options,
        }
        super().__init__(**options)

    def clean(self, value: str) -> str:
        return normalised_address(super().clean(value))
