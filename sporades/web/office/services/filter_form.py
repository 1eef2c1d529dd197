"""Which of their services a member of the office looks at."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django import forms

from sporades.core.text import search_key
from sporades.exams.models import RegistrationService
from sporades.web.office.places import OfAcademyForm


class ServicesForm(OfAcademyForm):
    """In which state, of which domain, of which academy; what leaves no choice is not asked."""

    etat = forms.ChoiceField(label="État", required=False)
    domaine = forms.ChoiceField(label="Domaine", required=False)
    field_order = ("etat", "domaine", "academie")

    def __init__(self, data: Any, *, services: Sequence[RegistrationService], at: datetime) -> None:
        """Offer what some services are of.

        Args:
            data: what the address says.
            services: those of a perimeter.
            at: the instant.
        """
        super().__init__(data)
        self._services = {one.pk: one for one in services}
        states = {one.pk: one.state_in_words(at) for one in services}
        self._said = {
            one.pk: {"etat": states[one.pk], "domaine": one.domain.code, "academie": one.academy_id}
            for one in services
        }
        academies = {one.academy_id: one.academy.name for one in services}
        self.offer(dict(sorted(academies.items(), key=lambda pair: search_key(pair[1]))))
        domains = {one.domain.code: one.domain.label for one in services}
        for name, choices in (
            ("etat", {one: one for one in states.values()}),
            ("domaine", domains),
        ):
            if len(choices) > 1:
                self.fields[name].choices = [("", "Tous"), *choices.items()]  # type: ignore[attr-defined] # a ChoiceField
            else:
                del self.fields[name]

    @property
    def chosen(self) -> list[RegistrationService]:
        """The services that were asked for; all of them where what was asked cannot be."""
        asked = {}
        if self.is_valid():
            asked = {name: value for name, value in self.cleaned_data.items() if value}
        return [
            one
            for pk, one in self._services.items()
            if all(self._said[pk][name] == value for name, value in asked.items())
        ]
