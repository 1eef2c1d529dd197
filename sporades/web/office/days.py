"""The days that the office types, and the period from one to another."""

from datetime import date, datetime, timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError

from sporades.acts.postmarks import BEFORE_OPENING, PostmarkToCome
from sporades.core.french import day_in_words, local_day
from sporades.registrations.came import CameBy
from sporades.registrations.fields import CalendarField

OLDEST, LATEST = 2000, 2100
SHOWN_BY_DEFAULT = timedelta(days=30)
HOW = "Indiquez le jour, le mois et l'année, par exemple 14/11/2026."
DISORDER = "Indiquez un jour qui ne vient pas avant le premier."
YEARS = f"Indiquez une année entre {OLDEST} et {LATEST}."
POSTMARK = "Date du cachet de la poste"
"""What is asked of what came by post."""
HOW_POSTMARK = (
    "C'est elle qui compte, et non le jour de la réception. Remis au guichet : le jour de la "
    "remise. Par exemple : {day:%d/%m/%Y}"
)
CAME_ON = "Date du cachet de la poste, de la remise ou du mail"
"""What is asked of what may have come otherwise too."""
HOW_CAME_ON = "C'est elle qui compte, et non le jour de la réception. Par exemple : {day:%d/%m/%Y}"


class DayField(CalendarField):
    """A day of our century, as people and machines write it; the last two figures of a year name it."""

    # Not with hyphens: machines write « 26-11-28 » the other way round.
    input_formats = (*CalendarField.input_formats, "%d/%m/%y", "%d %m %y", "%d.%m.%y")

    def __init__(self, *, required: bool = False, **options: Any) -> None:
        """Ask for a day, which may be left out unless it is required."""
        super().__init__(
            required=required,
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


class ByPostForm(forms.Form):
    """The day on which what came by post was posted.

    One before registrations opened is what the envelope says once somebody has looked twice: the
    postmark decides alone whether it is late, and a slip would hide that it is (L-05). It is
    not refused: a true postmark is never written otherwise than it stands.
    """

    poste_le = DayField(label=POSTMARK, required=True)
    certain = forms.BooleanField(label="C'est bien cette date")

    field_order = ("poste_le", "certain")

    def __init__(self, *args: Any, today: date, opens: date, **options: Any) -> None:
        """Ask to be sure of a day before registrations opened, and of no other.

        Args:
            args, options: see `forms.Form`.
            today: the day that it is where it is due.
            opens: the day on which its service opened.
        """
        super().__init__(*args, **options)
        self._today = today
        self.fields["poste_le"].help_text = HOW_POSTMARK.format(day=today)
        if self._day is None or self._day >= opens:
            del self.fields["certain"]
            return
        self.fields["certain"].error_messages["required"] = BEFORE_OPENING.format(
            day=day_in_words(opens)
        )

    @property
    def _day(self) -> date | None:
        """The day that was sent; nothing where it cannot be read."""
        if not self.is_bound:
            return None
        try:
            day: date = self.fields["poste_le"].clean(self.data.get(self.add_prefix("poste_le")))
        except forms.ValidationError:
            return None
        return day

    @property
    def decided(self) -> dict[str, Any]:
        """The day, as an act takes it, and whether it was looked at twice."""
        return {
            "posted_on": self.cleaned_data["poste_le"],
            "is_certain": self.cleaned_data.get("certain", False),
        }

    def clean_poste_le(self) -> date:
        """Refuse a day to come."""
        day: date = self.cleaned_data["poste_le"]
        if day > self._today:
            raise forms.ValidationError(PostmarkToCome.message, code="to_come")
        return day


class CameByField(forms.ChoiceField):
    """How a paper came: by post unless somebody says otherwise."""

    def __init__(self, **options: Any) -> None:
        """Offer each way; a page that was open before any was offered says none."""
        super().__init__(
            label="Comment est-ce arrivé ?",
            choices=CameBy.choices,
            initial=CameBy.POST,
            widget=forms.RadioSelect,
            **options,
        )

    def clean(self, value: Any) -> CameBy:
        """Return the way."""
        return CameBy(super().clean(value or CameBy.POST))


class ReceivedForm(ByPostForm):
    """How something came, and the day that counts: of its postmark, on which it was handed over, or sent."""

    par = CameByField()

    # Mostly it came by post: whoever notes envelopes types the day, and is done.
    field_order = ("poste_le", "par", "certain")

    def __init__(self, *args: Any, today: date, **options: Any) -> None:
        """Say which day counts; the rest is as in `ByPostForm`."""
        super().__init__(*args, today=today, **options)
        self.fields["poste_le"].label = CAME_ON
        self.fields["poste_le"].help_text = HOW_CAME_ON.format(day=today)

    @property
    def decided(self) -> dict[str, Any]:
        """The day and the way, as an act takes them, and whether the day was looked at twice."""
        return {**super().decided, "came_by": self.cleaned_data["par"]}


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
        if data is None:
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
