"""What the office types of how a managing service is reached."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from sporades.acts.services.contacting import mark_of
from sporades.registrations.fields import CleanCharField, CleanLinesField
from sporades.territory.models import ManagingService

MOST_LINES, LONGEST_LINE = 6, 80
FEWEST_FIGURES = 4
_LINES = f"Écrivez l'adresse en {MOST_LINES} lignes au plus, de {LONGEST_LINE} signes au plus."


class ContactForm(forms.Form):
    """Contact, telephone, mail, postal address, hours."""

    interlocuteur = CleanCharField(
        label="Interlocuteur",
        help_text="Une fonction, jamais une personne. Par exemple : gestionnaire des CAP",
        max_length=120,
        required=False,
    )
    telephone = CleanCharField(
        label="Téléphone",
        help_text="Tel qu'il sera lu. Par exemple : 03 20 00 00 00",
        max_length=30,
        error_messages={"required": "Indiquez le numéro de téléphone du service."},
    )
    courriel = forms.EmailField(
        label="Adresse mail",
        help_text="Par exemple : examens@academie.exemple",
        max_length=254,
        error_messages={"required": "Indiquez l'adresse mail du service."},
    )
    adresse_postale = CleanLinesField(
        label="Adresse postale",
        help_text="Une ligne par ligne de l'enveloppe",
        max_length=MOST_LINES * (LONGEST_LINE + 2),
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": "Indiquez l'adresse postale du service."},
    )
    horaires = CleanCharField(
        label="Horaires",
        help_text="Par exemple : du lundi au vendredi, le matin",
        max_length=200,
        required=False,
    )
    vu = forms.CharField(widget=forms.HiddenInput, max_length=64)

    def __init__(self, data: Any = None, *, managing: ManagingService) -> None:
        """Show how a managing service is reached now."""
        initial = {
            "interlocuteur": managing.contact_name,
            "telephone": managing.phone,
            "courriel": managing.email,
            "adresse_postale": "\n".join(managing.address),
            "horaires": managing.opening_hours,
            "vu": mark_of(managing),
        }
        super().__init__(data, initial=initial)

    def clean_telephone(self) -> str:
        """Refuse what nobody could dial."""
        said: str = self.cleaned_data["telephone"]
        if sum(sign.isdigit() for sign in said) < FEWEST_FIGURES:
            raise ValidationError("Indiquez un numéro de téléphone, par exemple 03 20 00 00 00.")
        return said

    def clean_adresse_postale(self) -> list[str]:
        """Read the lines of the address."""
        lines = [line for line in self.cleaned_data["adresse_postale"].splitlines() if line]
        if len(lines) > MOST_LINES or any(len(line) > LONGEST_LINE for line in lines):
            raise ValidationError(_LINES)
        return lines

    @property
    def said(self) -> dict[str, Any]:
        """What was typed, as an act takes it."""
        said = self.cleaned_data
        return {
            "reached": {
                "contact_name": said["interlocuteur"],
                "phone": said["telephone"],
                "email": said["courriel"],
                "address": said["adresse_postale"],
                "opening_hours": said["horaires"],
            },
            "seen": said["vu"],
        }
