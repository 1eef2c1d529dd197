"""What the reader of statistics chooses, and keeps in the address."""

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.core.exceptions import ValidationError

from sporades.accounts.permissions import Reach
from sporades.core.french import day_in_words, listed, local_day, zone_in_words
from sporades.core.text import search_key
from sporades.exams.queries import services_within
from sporades.exams.schema import Audience
from sporades.statistics.periods import DAY, MOST_DAYS, Period, of_day, usual
from sporades.statistics.selection import Selection
from sporades.web.office.days import DISORDER, DayField

EVERY = {
    "domaine": "Tous",
    "session": "Toutes",
    "academie": "Toutes",
    "service": "Tous",
    "comptees": "Toutes les inscriptions enregistrées",
}
"""What may be chosen, and what stands for no choice."""

STANDING = "en-cours"
"""What the address says where registrations that no more stand are left out."""


class SelectionForm(forms.Form):
    """What is counted, of what the reader reaches.

    Attributes:
        counts_registrations: whether these are what is counted: of what else is, none is left out,
            and the choice is only kept for the pages that do.
    """

    counts_registrations = False
    domaine = forms.ChoiceField(label="Domaine", required=False)
    session = forms.ChoiceField(label="Session", required=False)
    academie = forms.ChoiceField(label="Académie", required=False)
    service = forms.ChoiceField(label="Service d'inscription", required=False)
    comptees = forms.ChoiceField(label="Inscriptions comptées", required=False)

    def __init__(self, data: Any, *, reach: Reach, at: datetime) -> None:
        """Offer what the services of the perimeter are of.

        Args:
            data: what the address says.
            reach: where the reader reads.
            at: the instant.
        """
        super().__init__(data)
        self.reach, self.at = reach, at
        found = services_within(reach)
        self.offered = {
            "domaine": {str(one.domain_id): one.domain.label for one in found},
            "session": {str(one.session_id): one.session.label for one in found},
            "academie": _sorted({one.academy_id: one.academy.name for one in found}),
            "service": _sorted({str(one.pk): _named(one) for one in found}),
            "comptees": {STANDING: "En cours seulement"},
        }
        for name, choices in self.offered.items():
            self.fields[name].choices = [("", EVERY[name]), *choices.items()]
        if not self.counts_registrations:
            self.fields["comptees"].widget = forms.HiddenInput()

    def clean(self) -> dict[str, Any]:
        """Refuse choices that exclude one another: their figures would be none, and say nothing."""
        said = super().clean()
        if not self.errors:
            self.selection = self._selection(said)
            if self.offered["service"] and not self.selection.services:
                raise ValidationError(
                    "Aucun service de votre périmètre ne répond à ces choix ensemble : "
                    "changez-en un."
                )
        return said

    @property
    def chosen(self) -> list[str]:
        """Say what was chosen: « Académie : Lille »."""
        return [
            f"{self.fields[name].label} : {self.offered[name][value]}"
            for name in EVERY
            if (value := self.cleaned_data[name])
            and (name != "comptees" or self.counts_registrations)
        ]

    @property
    def kept(self) -> str:
        """What the address of another page says to count the same: « ?domaine=3 »."""
        said = {name: self.cleaned_data.get(name) for name in EVERY}
        said = {name: value for name, value in said.items() if value}
        return f"?{urlencode(said)}" if said else ""

    @property
    def by_which_clock(self) -> str:
        """Say by which clock days and hours are counted, and why where there are several."""
        clock, zones = zone_in_words(self.selection.zone), self.selection.zones
        if len(zones) < 2:  # noqa: PLR2004
            return f"Jours et heures sont comptés à l'{clock}."
        others = listed(sorted(zone_in_words(one) for one in zones))
        return (
            f"Ces services suivent plusieurs horloges ({others}) : jours et heures sont tous "
            f"comptés à l'{clock}. Sous « Choisir ce qui est compté », choisissez un seul service "
            "d'inscription : ses chiffres sont comptés à son heure."
        )

    def _selection(self, said: dict[str, Any]) -> Selection:
        keys = {name: int(said[name]) if said[name] else None for name in ("domaine", "session")}
        return Selection(
            self.reach,
            domain=keys["domaine"],
            session=keys["session"],
            academy=said["academie"],
            service=int(said["service"]) if said["service"] else None,
            is_standing=self.counts_registrations and said["comptees"] == STANDING,
        )


class PeriodForm(SelectionForm):
    """What is counted, from one day to another."""

    du = DayField(label="Du", help_text="Par exemple : 14/11/2026")
    au = DayField(label="Au", help_text="Compris")

    def clean(self) -> dict[str, Any]:
        """Take the usual bounds for those that are not said, and refuse those that cannot be."""
        said = super().clean()
        if self.errors:
            return said
        zone = self.selection.zone
        period = usual(self.selection.services, at=self.at, zone=zone)
        first, last = said["du"], said["au"]
        if first and last and first > last:
            self.add_error("au", DISORDER)
            return said
        longest = DAY * (MOST_DAYS - 1)
        if first and last and last - first > longest:
            self.add_error("au", "Choisissez une période d'un an au plus.")
            return said
        if last and not first:
            first = period.first if last - longest <= period.first <= last else last - longest
        if first and not last:
            last = min(max(first, local_day(self.at, zone)), first + longest)
        self.period = Period(first or period.first, last or period.last, zone)
        return said


class RegistrationsForm(PeriodForm):
    """Which registrations are counted, from one day to another."""

    counts_registrations = True


class DaySelectionForm(SelectionForm):
    """Which registrations are counted, hour by hour of a day."""

    counts_registrations = True
    jour = DayField(label="Jour", help_text="Sans réponse : aujourd'hui")

    def clean(self) -> dict[str, Any]:
        """Take the day that it is where it counts, unless another is said."""
        said = super().clean()
        if not self.errors:
            zone = self.selection.zone
            today = local_day(self.at, zone)
            self.day = of_day(said["jour"] or today, zone)
            self.is_today = self.day.first == today
            self.day_in_words = day_in_words(self.day.first, weekday=True)
        return said


def _named(service: Any) -> str:
    public = f", {service.get_audience_display()}" if service.audience != Audience.PUBLIC else ""
    return f"{service}{public}"


def _sorted(choices: dict[str, str]) -> dict[str, str]:
    return dict(sorted(choices.items(), key=lambda pair: search_key(pair[1])))
