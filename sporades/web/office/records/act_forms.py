"""What the office types to find acts in the journal."""

from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from sporades.accounts.permissions import Reach
from sporades.core.text import search_key
from sporades.journal.words import IN_WORDS, READINGS
from sporades.registrations.fields import CleanCharField
from sporades.registrations.models import Registration
from sporades.registrations.numbers import UNKNOWN
from sporades.web.office.days import LatelyForm
from sporades.web.office.places import OfAcademyForm, whole_academies_of

READ = "consultations"
_CHANGING = sorted(
    ((verb, words) for verb, words in IN_WORDS.items() if verb not in READINGS),
    key=lambda one: search_key(one[1]),
)


class ActsForm(OfAcademyForm, LatelyForm):
    """Which acts."""

    acte = forms.ChoiceField(
        label="Acte",
        choices=[("", "Tous, sauf les consultations"), (READ, "Les consultations"), *_CHANGING],
        required=False,
    )
    auteur = CleanCharField(label="Auteur", max_length=120, required=False)
    numero = CleanCharField(label="N° Inscription", max_length=40, required=False)
    field_order = ("acte", "academie", "du", "au", "auteur", "numero")

    def __init__(self, data: Any = None, *, at: datetime, reach: Reach, journal: Reach) -> None:
        """Ask at an instant.

        Args:
            data: what was asked.
            at: the instant.
            reach: where registrations are looked for.
            journal: where the journal is read; of academies, those of which all is reached.
        """
        super().__init__(data, at=at)
        self.offer(whole_academies_of(journal))
        self._reach = reach
        self.registration: Registration | None = None

    def clean_numero(self) -> str:
        """Find the registration."""
        said: str = self.cleaned_data["numero"]
        number = "".join(said.split())
        if number:
            seen = Registration.objects.within(self._reach)
            self.registration = (
                seen.filter(number=number)
                .only("pk", "folder", "candidate", "filed_at", "withdrawn_at")
                .first()
            )
            if self.registration is None:
                raise ValidationError(UNKNOWN)
        return said

    @property
    def said(self) -> dict[str, str]:
        """What was asked for, and understood."""
        return self.cleaned_data if self.is_bound and self.is_valid() else {}
