"""What the office chooses to extend together, and until when."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from sporades.core.presses import a_press
from sporades.exams.models import RegistrationService
from sporades.exams.models.change import LONGEST_REASON
from sporades.exams.models.service import MOST_DAYS_LATER
from sporades.registrations.fields import CleanCharField, WholeNumberField
from sporades.web.office.services.instant_forms import LocalInstantField

_NONE = "Choisissez au moins un service à prolonger."
_WHEN = "Indiquez une fermeture, ou des jours de plus pour chacun."
_BOTH = "Indiquez une fermeture ou des jours de plus, pas les deux : effacez l'un d'eux."


class ExtendForm(forms.Form):
    """Which services close later, when by the clock of each, and why."""

    ensembles = forms.MultipleChoiceField(
        label="Tous les services de", widget=forms.CheckboxSelectMultiple, required=False
    )
    services = forms.MultipleChoiceField(
        label="Services", widget=forms.CheckboxSelectMultiple, required=False
    )
    fermeture = LocalInstantField(
        label="Tous ferment désormais le",
        help_text="Par exemple : 15/12/2026 23:59 (heure de chaque service)",
        required=False,
    )
    jours = WholeNumberField(
        label="Ou chacun ferme plus tard, de combien de jours",
        help_text="Par exemple : 7, une semaine après sa fermeture, à la même heure",
        min_value=1,
        max_value=MOST_DAYS_LATER,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "size": 3}),
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

    def __init__(
        self, data: Any = None, *, services: Sequence[RegistrationService], at: datetime
    ) -> None:
        """Offer some services, in their order.

        Args:
            data: what was sent.
            services: those that may be extended.
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
            (_set_in_words(some), [(str(one.pk), _in_words(one, at)) for one in some])
            for some in self._sets.values()
        ]
        self.closings: dict[int, datetime] = {}

    @property
    def chosen(self) -> list[RegistrationService]:
        """The services that are to close later, in their order."""
        keys = set(self.cleaned_data.get("services", []))
        for key in self.cleaned_data.get("ensembles", []):
            keys |= {str(one.pk) for one in self._sets[key]}
        return [one for key, one in self.offered.items() if key in keys]

    def clean(self) -> dict[str, Any]:
        """Ask for a service and for one closing, and read it by the clock of each."""
        said = super().clean() or {}
        if not {"ensembles", "services"} & self.errors.keys() and not self.chosen:
            self.add_error("ensembles", _NONE)
        if {"fermeture", "jours"} & self.errors.keys():
            return said
        day, days = said.get("fermeture"), said.get("jours")
        if day and days:
            self.add_error("fermeture", _BOTH)
        elif day:
            self._read(self.data.get(self.add_prefix("fermeture")))
        elif days:
            self.closings = {one.pk: one.closing_later(days=days) for one in self.chosen}
        else:
            self.add_error("fermeture", _WHEN)
        return said

    def _read(self, typed: Any) -> None:
        field = LocalInstantField()
        for one in self.chosen:
            field.zone = one.zone
            try:
                self.closings[one.pk] = field.clean(typed)
            except ValidationError as error:
                self.add_error("fermeture", error)
                return


def _set_in_words(services: Sequence[RegistrationService]) -> str:
    return f"{services[0].domain.label}, {services[0].session.label}"


def _in_words(service: RegistrationService, at: datetime) -> str:
    said = "a fermé" if service.has_closed(at) else "ferme"
    return f"{service.academy.name}, {said} le {service.closing_in_words}"
