"""What the office types of how a managing service is reached."""

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from sporades.acts.services.contacting import mark_of
from sporades.registrations.fields import CleanCharField, CleanLinesField
from sporades.territory.models import LONGEST_INFORMATION, LONGEST_INFORMED, ManagingService
from sporades.web.office.days import DISORDER, HOW, DayField

MOST_LINES, LONGEST_LINE = 6, 80
FEWEST_FIGURES = 4
INFORMATION = ("information", "information_du", "information_au")
_LINES = f"Écrivez l'adresse en {MOST_LINES} lignes au plus, de {LONGEST_LINE} signes au plus."
_TOO_LONG = f"Une information s'affiche {LONGEST_INFORMED.days} jours au plus : indiquez un jour plus proche."


class ContactForm(forms.Form):
    """Contact, telephone, mail, postal address, hours; what the service tells for some days."""

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
    information = CleanCharField(
        label="Information du service",
        help_text=(
            "Sur les pages où sont ces coordonnées, ni dans les mails ni sur les documents. Par "
            "exemple : fermé du 24 décembre au 3 janvier, réponses à partir du 4"
        ),
        max_length=LONGEST_INFORMATION,
        required=False,
    )
    information_du = DayField(label="L'afficher à partir du", help_text="Par exemple : 24/12/2026")
    information_au = DayField(
        label="Jusqu'au",
        help_text=f"Compris, {LONGEST_INFORMED.days} jours après au plus. Par exemple : 03/01/2027",
    )
    vu = forms.CharField(widget=forms.HiddenInput, max_length=64)

    def __init__(self, data: Any = None, *, managing: ManagingService, on: date) -> None:
        """Show how a managing service is reached now, and what it tells until its last day.

        Args:
            data: what was sent.
            managing: the service.
            on: the day that it is there.
        """
        self._on = on
        last = managing.information_until
        self._is_over = last is not None and last < on
        told = {} if self._is_over else managing.informs
        initial = {
            "interlocuteur": managing.contact_name,
            "telephone": managing.phone,
            "courriel": managing.email,
            "adresse_postale": "\n".join(managing.address),
            "horaires": managing.opening_hours,
            "information": told.get("information", ""),
            "information_du": told.get("information_from"),
            "information_au": told.get("information_until"),
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

    def clean(self) -> dict[str, Any]:
        """Refuse what would never be shown, or for too long."""
        data = super().clean() or {}
        text, first, last = (data.get(name) for name in INFORMATION)
        if "information" in self.errors or not (text or first or last):
            return data
        if not text:
            self.add_error("information", "Écrivez l'information, ou effacez ses dates.")
        for name in INFORMATION[1:]:
            if text and not data.get(name) and name not in self.errors:
                self.add_error(name, HOW)
        if first and last and last < first:
            self.add_error("information_au", DISORDER)
        elif last and last < self._on:
            self.add_error("information_au", "Ce jour est passé : indiquez-en un à venir.")
        elif first and last and last - first > LONGEST_INFORMED:
            self.add_error("information_au", _TOO_LONG)
        return data

    @property
    def said(self) -> dict[str, Any]:
        """What was typed, as an act takes it; what has passed, and is left empty, stays as it is."""
        said = self.cleaned_data
        informs = {
            "information": said["information"],
            "information_from": said["information_du"],
            "information_until": said["information_au"],
        }
        return {
            "reached": {
                "contact_name": said["interlocuteur"],
                "phone": said["telephone"],
                "email": said["courriel"],
                "address": said["adresse_postale"],
                "opening_hours": said["horaires"],
            },
            "informs": None if self._is_over and not said["information"] else informs,
            "seen": said["vu"],
        }
