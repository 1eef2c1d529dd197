"""What the office types to deposit documents, publish them, send them back, take them back."""

from datetime import datetime
from typing import Any

from django import forms
from django.conf import settings

from sporades.core.french import zone_in_words
from sporades.publications.deposited import DEPOSITED
from sporades.registrations.fields import CleanCharField
from sporades.web.office.services.instant_forms import LocalInstantField

KINDS_DEPOSITED = [("", "Choisissez"), *((kind.slug, kind.title) for kind in DEPOSITED)]
_WHICH_PDF = "Choisissez le fichier PDF à déposer."
_WHICH_ZIP = "Choisissez l'archive ZIP à déposer."


class DepositForm(forms.Form):
    """A PDF made elsewhere, for one registration."""

    nature = forms.ChoiceField(label="Nature du document", choices=KINDS_DEPOSITED)
    fichier = forms.FileField(
        label="Fichier PDF",
        help_text="5 Mo au plus. Rien n'est publié avant la page suivante",
        widget=forms.FileInput(attrs={"accept": ".pdf,application/pdf"}),
        error_messages=dict.fromkeys(("required", "invalid", "missing", "empty"), _WHICH_PDF),
    )


class DepositManyForm(forms.Form):
    """PDFs made elsewhere, and whose each is."""

    nature = forms.ChoiceField(label="Nature des documents", choices=KINDS_DEPOSITED)
    archive = forms.FileField(
        label="Archive ZIP",
        help_text="100 Mo et 10 000 fichiers au plus, 5 Mo par PDF",
        widget=forms.FileInput(attrs={"accept": ".zip,application/zip"}),
        error_messages=dict.fromkeys(("required", "invalid", "missing", "empty"), _WHICH_ZIP),
    )


class PublishForm(forms.Form):
    """From when documents are read."""

    a_partir_du = LocalInstantField(label="À partir du", required=False)

    def __init__(self, data: Any = None, *, zone: str = settings.TIME_ZONE) -> None:
        """Read an instant by the clock of a zone, and say which."""
        super().__init__(data, label_suffix="")
        field = self.fields["a_partir_du"]
        field.zone = zone  # type: ignore[attr-defined] # a LocalInstantField
        field.help_text = (
            f"Laissez vide pour publier maintenant. Par exemple : 15/12/2026 08:00 "
            f"({zone_in_words(zone)})"
        )

    @property
    def instant(self) -> datetime | None:
        """The instant, nothing for now."""
        found: datetime | None = self.cleaned_data["a_partir_du"]
        return found


class RefuseForm(forms.Form):
    """Why a proposal is sent back."""

    motif = CleanCharField(
        label="Motif du refus",
        help_text="Qui a proposé la publication le lira",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": "Dites le motif : qui a proposé la publication le lira."},
    )


class WithdrawForm(forms.Form):
    """Why documents are taken back."""

    motif = CleanCharField(
        label="Motif du retrait",
        help_text="Le candidat le lira dans le mail",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": "Dites le motif : le candidat le lira."},
    )
