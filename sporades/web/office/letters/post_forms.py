"""What the office types of letters that it posts."""

from datetime import date

from django import forms
from django.core.exceptions import ValidationError

from sporades.web.office.days import DayField


class PostedForm(forms.Form):
    """On which day the letters of a run were posted."""

    poste_le = DayField(label="Postés le", required=True)

    def __init__(self, *args: object, first: date, last: date, **options: object) -> None:
        """Bound the day.

        Args:
            first: the day of the run.
            last: today.
        """
        super().__init__(*args, **options)
        self.first, self.last = first, last
        self.fields["poste_le"].help_text = f"Par exemple {last:%d/%m/%Y}"

    def clean_poste_le(self) -> date:
        """Refuse a day before the letters were printed, or to come."""
        day: date = self.cleaned_data["poste_le"]
        if not self.first <= day <= self.last:
            raise ValidationError("Indiquez un jour entre celui de l'impression et aujourd'hui.")
        return day
