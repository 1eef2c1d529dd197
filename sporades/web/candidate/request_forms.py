"""What goes with a request to the managing service: why, and what shows it."""

from typing import Any

from django import forms

from sporades.candidates.forms import IdentityForm
from sporades.registrations.fields import CleanLinesField
from sporades.registrations.models.request import LONGEST_REASON


class ProofField(forms.FileField):
    """A PDF; what is in it is looked at when it is sent."""

    def __init__(self, **options: Any) -> None:
        """Make the field, with the words of every proof."""
        super().__init__(
            label="Pièce jointe",
            widget=forms.FileInput(attrs={"accept": ".pdf,application/pdf"}),
            error_messages={
                "empty": "Ce fichier est vide : choisissez-en un autre.",
                "required": "Joignez la pièce qui montre ce que vous demandez.",
            },
            **options,
        )


class RequestForm(forms.Form):
    """Why, and what shows it."""

    motif = CleanLinesField(
        label="Pourquoi demandez-vous cette modification ?",
        help_text="Le service gestionnaire le lira. N'écrivez rien sur votre santé",
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": "Dites pourquoi vous demandez cette modification."},
    )
    piece = ProofField(
        help_text="Si une pièce montre ce que vous demandez : un PDF, 5 Mo au plus", required=False
    )

    @property
    def proof(self) -> bytes | None:
        """The PDF, if there is one."""
        sent: Any = self.cleaned_data["piece"]
        return sent.read() if sent else None


class CorrectionRequestForm(IdentityForm):
    """Civil data as they ought to be, and what shows it."""

    motif = CleanLinesField(
        label="Pourquoi demandez-vous cette correction ?",
        help_text="Le service gestionnaire le lira. N'écrivez rien sur votre santé",
        max_length=LONGEST_REASON,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    piece = ProofField(
        help_text="Un PDF, 5 Mo au plus. Par exemple : carte d'identité ou acte de naissance",
    )

    def fieldsets(self) -> list[tuple[str, tuple[str, ...]]]:
        """Return the groups of fields, each with its legend."""
        return [*super().fieldsets(), ("Votre demande", ("piece", "motif"))]

    @property
    def proof(self) -> bytes:
        """The PDF."""
        sent: Any = self.cleaned_data["piece"]
        content: bytes = sent.read()
        return content
