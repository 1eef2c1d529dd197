"""Who decides for the authority, as a decision or the answer to an appeal says (L-03)."""

from typing import Any

from django import forms

from sporades.accommodations.models import LONGEST_NAME
from sporades.accommodations.operations import Author
from sporades.exams.schema.base import LONGEST_LINE
from sporades.registrations.fields import CleanCharField

WHO_DECIDES = ("prenom", "nom", "fonction", "service")
LEGEND = "Qui décide"


class AuthorForm(forms.Form):
    """First name, last name, quality, service."""

    prenom = CleanCharField(
        label="Prénom",
        max_length=LONGEST_NAME,
        error_messages={"required": "Indiquez le prénom de qui décide."},
    )
    nom = CleanCharField(
        label="Nom",
        max_length=LONGEST_NAME,
        error_messages={"required": "Indiquez le nom de qui décide."},
    )
    fonction = CleanCharField(
        label="Qualité",
        help_text="Par exemple : cheffe de la division des examens, par délégation du recteur",
        max_length=LONGEST_NAME,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": "Indiquez en quelle qualité cette personne décide."},
    )
    service = CleanCharField(
        label="Service",
        max_length=LONGEST_LINE,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Indiquez le service de qui décide."},
    )

    def start_from(self, author: Author) -> None:
        """Propose who decides, as far as that is known."""
        said = (author.first_name, author.last_name, author.quality, author.service)
        for name, value in zip(WHO_DECIDES, said, strict=True):
            self.fields[name].initial = value

    def typed_author(self, identifier: str = "") -> Author:
        """Return who was named, by an account."""
        said: dict[str, Any] = self.cleaned_data
        first_name, last_name, quality, service = (said[name] for name in WHO_DECIDES)
        return Author(first_name, last_name, quality, service, identifier)
