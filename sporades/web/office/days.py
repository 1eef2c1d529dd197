"""The days that the office types, and the period from one to another."""

from datetime import date, datetime, timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError

from sporades.core.french import local_day
from sporades.registrations.fields import CalendarField

OLDEST, LATEST = 2000, 2100
SHOWN_BY_DEFAULT = timedelta(days=30)
HOW = "Indiquez le jour, le mois et l'année, par exemple 14/11/2026."
DISORDER = "Indiquez un jour qui ne vient pas avant le premier."
YEARS = f"Indiquez une année entre {OLDEST} et {LATEST}."


class DayField(CalendarField):
    """A day of our century, as people and machines write it."""

    def __init__(self, *, required: bool = False, **options: Any) -> None:
        """Ask for a day, which may be left out unless it is required."""
        super().__init__(
            required=required,
            input_formats=["%d/%m/%Y", "%Y-%m-%d"],
            widget=forms.DateInput(format="%d/%m/%Y", attrs={"autocomplete": "off", "size": 12}),
            error_messages={"invalid": HOW, "required": HOW},
            **options,
        )

    def to_python(self, value: Any) -> Any:
        """Refuse a year that nobody means: dates have ends that clocks do not."""
        day = super().to_python(value)
        if day is not None and not OLDEST <= day.year <= LATEST:
            raise ValidationError(YEARS)
        return day


class LatelyForm(forms.Form):
    """Some days, the last thirty where none is said."""

    du = DayField(label="Du")
    au = DayField(label="Au")

    def __init__(self, data: Any = None, *, at: datetime, **options: Any) -> None:
        """Ask at an instant."""
        self.today = local_day(at, settings.TIME_ZONE)
        self.asked = data or {}
        initial = {"du": self.today - SHOWN_BY_DEFAULT, "au": self.today}
        super().__init__(self._whole(data), initial=initial, **options)

    def _whole(self, data: Any) -> Any:
        """Say the days that are shown where none is asked for."""
        if not data:
            return None
        first, last = self._read(data.get("du")), self._read(data.get("au"))
        until = last or max(self.today, first or self.today)
        whole = data.copy()
        whole["au"] = data.get("au") or f"{until:%d/%m/%Y}"
        whole["du"] = data.get("du") or f"{until - SHOWN_BY_DEFAULT:%d/%m/%Y}"
        return whole

    def _read(self, said: Any) -> date | None:
        """Return a day, nothing where none can be read: its field says so."""
        try:
            read: date | None = self.base_fields["du"].clean(said)
        except ValidationError:
            return None
        return read

    def clean(self) -> dict[str, Any]:
        """Refuse days in the wrong order."""
        data = super().clean() or {}
        if data.get("du") and data.get("au") and data["au"] < data["du"]:
            self.add_error("au", DISORDER)
        return data

    @property
    def days(self) -> tuple[date, date]:
        """The first and the last day."""
        said = self.cleaned_data if self.is_bound and self.is_valid() else {}
        until = said.get("au") or self.today
        return said.get("du") or until - SHOWN_BY_DEFAULT, until
