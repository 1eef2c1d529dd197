"""Which services the office moves together, and by how much: extended, or put off before they open."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError

from sporades.core.presses import a_press
from sporades.exams.models import RegistrationService
from sporades.exams.models.change import LONGEST_REASON
from sporades.exams.models.service import MOST_DAYS_LATER
from sporades.registrations.fields import CleanCharField, WholeNumberField
from sporades.web.office.services.instant_forms import LocalInstantField


def _days(*, label: str, help_text: str) -> WholeNumberField:
    return WholeNumberField(
        label=label,
        help_text=help_text,
        min_value=1,
        max_value=MOST_DAYS_LATER,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "size": 3}),
    )


class TogetherForm(forms.Form):
    """Which services are moved together, when by the clock of each, and why.

    Attributes:
        when: the field that says one instant for all of them.
        said: what is said where nothing is chosen, where no instant is, and where it is said twice.
        state_of: says when a service closes, or opens.
        later: returns its instant so many days later.
    """

    when: ClassVar[str]
    said: ClassVar[tuple[str, str, str]]
    state_of: ClassVar[Callable[[RegistrationService, datetime], str]]
    later: ClassVar[Callable[[RegistrationService, int], datetime]]

    ensembles = forms.MultipleChoiceField(
        label="Tous les services de", widget=forms.CheckboxSelectMultiple, required=False
    )
    services = forms.MultipleChoiceField(
        label="Services", widget=forms.CheckboxSelectMultiple, required=False
    )
    motif = CleanCharField(
        label="Motif",
        help_text="Il est gardé avec les changements. Par exemple : panne du 14 novembre au soir",
        max_length=LONGEST_REASON,
    )
    vu = forms.CharField(widget=forms.HiddenInput, max_length=64, required=False)
    envoi = forms.CharField(
        widget=forms.HiddenInput, max_length=40, required=False, initial=a_press
    )
    field_order = ("ensembles", "services", "fermeture", "ouverture", "jours", "motif")

    def __init__(
        self, data: Any = None, *, services: Sequence[RegistrationService], at: datetime
    ) -> None:
        """Offer some services, in their order.

        Args:
            data: what was sent.
            services: those that may be moved so.
            at: the instant.
        """
        super().__init__(data)
        self.offered = {str(one.pk): one for one in services}
        self._sets: dict[str, list[RegistrationService]] = {}
        for one in services:
            self._sets.setdefault(f"{one.domain_id}-{one.session_id}", []).append(one)
        self.fields["ensembles"].choices = [  # type: ignore[attr-defined] # a MultipleChoiceField
            (key, f"{_set_in_words(some)} : {len(some)} service{'s' * (len(some) > 1)}")
            for key, some in self._sets.items()
        ]
        self.fields["services"].choices = [  # type: ignore[attr-defined] # a MultipleChoiceField
            (
                _set_in_words(some),
                [
                    (str(one.pk), f"{one.academy.name}, {type(self).state_of(one, at)}")
                    for one in some
                ],
            )
            for some in self._sets.values()
        ]
        self.instants: dict[int, datetime] = {}
        """When each closes, or opens, by its key."""

    @property
    def chosen(self) -> list[RegistrationService]:
        """The services that were chosen, in their order."""
        keys = set(self.cleaned_data.get("services", []))
        for key in self.cleaned_data.get("ensembles", []):
            keys |= {str(one.pk) for one in self._sets[key]}
        return [one for key, one in self.offered.items() if key in keys]

    def clean(self) -> dict[str, Any]:
        """Ask for a service and for one instant, and read it by the clock of each."""
        said = super().clean() or {}
        nothing, never, twice = self.said
        if not {"ensembles", "services"} & self.errors.keys() and not self.chosen:
            self.add_error("ensembles", nothing)
        if {self.when, "jours"} & self.errors.keys():
            return said
        day, days = said.get(self.when), said.get("jours")
        if day and days:
            self.add_error(self.when, twice)
        elif day:
            self._read(self.data.get(self.add_prefix(self.when)))
        elif days:
            self.instants = {one.pk: type(self).later(one, days) for one in self.chosen}
        else:
            self.add_error(self.when, never)
        return said

    def _read(self, typed: Any) -> None:
        field = LocalInstantField()
        for one in self.chosen:
            field.zone = one.zone
            try:
                self.instants[one.pk] = field.clean(typed)
            except ValidationError as error:
                self.add_error(self.when, error)
                return


class ExtendForm(TogetherForm):
    """Which services close later."""

    when = "fermeture"
    said = (
        "Choisissez au moins un service à prolonger.",
        "Indiquez une fermeture, ou des jours de plus pour chacun.",
        "Indiquez une fermeture ou des jours de plus, pas les deux : effacez l'un d'eux.",
    )
    fermeture = LocalInstantField(
        label="Tous ferment désormais le",
        help_text="Par exemple : 15/12/2026 23:59 (heure de chaque service)",
        required=False,
    )
    jours = _days(
        label="Ou chacun ferme plus tard, de combien de jours",
        help_text="Par exemple : 7, une semaine après sa fermeture, à la même heure",
    )

    @staticmethod
    def state_of(service: RegistrationService, at: datetime) -> str:
        """Say when a service closes, or has closed."""
        said = "a fermé" if service.has_closed(at) else "ferme"
        return f"{said} le {service.closing_in_words}"

    @staticmethod
    def later(service: RegistrationService, days: int) -> datetime:
        """Return its closing so many days later."""
        return service.closing_later(days=days)


class PutOffForm(TogetherForm):
    """Which services open later; none of them has opened."""

    when = "ouverture"
    said = (
        "Choisissez au moins un service dont l'ouverture est repoussée.",
        "Indiquez une ouverture, ou des jours de plus pour chacun.",
        "Indiquez une ouverture ou des jours de plus, pas les deux : effacez l'un d'eux.",
    )
    ouverture = LocalInstantField(
        label="Tous ouvrent désormais le",
        help_text="Par exemple : 05/01/2027 08:00 (heure de chaque service)",
        required=False,
    )
    motif = CleanCharField(
        label="Motif",
        help_text="Il est gardé avec les changements. Par exemple : décret paru plus tard que prévu",
        max_length=LONGEST_REASON,
    )
    jours = _days(
        label="Ou chacun ouvre plus tard, de combien de jours",
        help_text="Par exemple : 1, le lendemain de son ouverture, à la même heure",
    )

    @staticmethod
    def state_of(service: RegistrationService, at: datetime) -> str:
        """Say when a service opens."""
        return f"ouvre le {service.opening_in_words}"

    @staticmethod
    def later(service: RegistrationService, days: int) -> datetime:
        """Return its opening so many days later."""
        return service.opening_later(days=days)


def _set_in_words(services: Sequence[RegistrationService]) -> str:
    return f"{services[0].domain.label}, {services[0].session.label}"
