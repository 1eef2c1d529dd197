"""A day until which something is sent; « Demander une pièce de plus »: what it is, how it is given, by when."""

from datetime import date, datetime, timedelta
from typing import Any

from django import forms

from sporades.acts.registrations.adding import More
from sporades.core.french import local_day
from sporades.core.refusals import Refused
from sporades.evidence import delays
from sporades.exams.schema.base import LONGEST_LINE
from sporades.exams.schema.evidence import USUAL_DAYS
from sporades.registrations.fields import CleanCharField
from sporades.registrations.giving import Giving
from sporades.registrations.models import Registration
from sporades.web.office.days import DayField

GIVEN = [
    (Giving.EACH.value, "Comme les autres pièces de cet examen"),
    (Giving.BOTH.value, "Déposée dans l'espace candidat, ou envoyée par courrier"),
    (Giving.DEPOSIT.value, "Déposée dans l'espace candidat seulement"),
    (Giving.POST.value, "Envoyée par courrier seulement"),
]


class UntilForm(forms.Form):
    """Until which day something is sent."""

    delai = DayField(label="À fournir jusqu'au", required=True)

    def __init__(
        self,
        data: Any = None,
        *,
        registration: Registration,
        at: datetime,
        initial: Any = None,
        example: date | None = None,
    ) -> None:
        """Ask until which day.

        Args:
            data, initial: what was sent, or typed before.
            registration: of whom it is asked.
            at: the instant.
            example: a day that may be said; nothing for the usual one.
        """
        super().__init__(data, initial=initial)
        self._registration, self._at = registration, at
        day = example or local_day(at, registration.service.zone) + timedelta(days=USUAL_DAYS)
        self.fields["delai"].help_text = f"Jusqu'à la fin de ce jour. Par exemple : {day:%d/%m/%Y}"

    def clean_delai(self) -> Any:
        """Refuse a day that has passed, or that nobody means."""
        day = self.cleaned_data["delai"]
        if day is not None:
            try:
                delays.to_come(self._registration, day, at=self._at)
            except Refused as refusal:
                raise forms.ValidationError(str(refusal), code="delay") from None
        return day


class MoreForm(UntilForm):
    """A piece that is asked for beyond those of the réglementation."""

    demandee = CleanCharField(
        label="Pièce demandée",
        max_length=LONGEST_LINE,
        help_text="Le candidat la lira telle quelle : rien sur sa santé. Par exemple : copie de votre diplôme",
        error_messages={"required": "Dites quelle pièce le candidat doit fournir."},
    )
    voie = forms.ChoiceField(
        label="Comment elle se fournit",
        choices=GIVEN,
        initial=Giving.EACH.value,
        required=False,
        widget=forms.RadioSelect,
    )
    field_order = ("demandee", "voie", "delai")

    def __init__(
        self, data: Any = None, *, registration: Registration, at: datetime, initial: Any = None
    ) -> None:
        """Ask which piece, and until which day.

        Args:
            data, initial, at: see `UntilForm`.
            registration: of whom it is asked; without an account they send paper alone.
        """
        super().__init__(data, registration=registration, at=at, initial=initial)
        if not registration.candidate.has_account:
            del self.fields["voie"]

    @property
    def more(self) -> More | None:
        """What is asked for, as an act takes it; nothing where nothing is."""
        said = self.cleaned_data
        if not said.get("demandee"):
            return None
        giving = Giving(said.get("voie") or Giving.EACH)
        return More(label=said["demandee"], until=said["delai"], giving=giving)
