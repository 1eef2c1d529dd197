"""What the office narrows a list by: the domains, exams and academies of a perimeter."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django import forms

from sporades.accounts.permissions import Reach
from sporades.core.text import search_key
from sporades.exams.queries import programmes, served_academies
from sporades.registrations.former import and_gone, once_offered
from sporades.registrations.titles import title_of

PLACES = {"domaine": "exam__domain", "examen": "exam", "academie": "academy"}
"""What each is compared with, of a registration."""
OF_REGISTRATION = {name: f"registration__{path}" for name, path in PLACES.items()}
"""The same, of what is about a registration."""


def academies_of(reach: Reach) -> dict[str, str]:
    """Return the names of the academies of a perimeter in their order, by code."""
    names = served_academies()
    return dict(
        sorted(
            ((code, names[code]) for code in reach.academies(names)),
            key=lambda pair: search_key(pair[1]),
        )
    )


def whole_academies_of(reach: Reach) -> dict[str, str]:
    """Return those of which every domain is reached."""
    return {
        code: name
        for code, name in academies_of(reach).items()
        if reach.in_academy(code).whole_academies()
    }


class OfAcademyForm(forms.Form):
    """One academy of a perimeter, or all of them; nothing is asked where there is one alone."""

    academie = forms.ChoiceField(label="Académie", required=False)

    def offer(self, academies: Mapping[str, str]) -> None:
        """Let one of these be chosen, the names by code."""
        if len(academies) == 1:
            del self.fields["academie"]
            return
        self.fields["academie"].choices = [("", "Toutes"), *academies.items()]  # type: ignore[attr-defined] # a ChoiceField


class PlacesForm(forms.Form):
    """Of which domain, exam and academy a list shows its lines; nothing is asked where there is one alone."""

    domaine = forms.ChoiceField(label="Domaine", required=False)
    examen = forms.ChoiceField(label="Examen ou concours", required=False)
    academie = forms.ChoiceField(label="Académie", required=False)

    def __init__(self, data: Any, *, reach: Reach) -> None:
        """Offer what the réglementations open, and opened, within a perimeter."""
        super().__init__(data)
        domains, exams = {}, {}
        for programme in programmes():
            domain = programme.regulation.domain
            if not reach.knows(domain.code):
                continue
            domains[str(domain.pk)] = domain.label
            for offered in programme.exams:
                exams[str(offered.exam.pk)] = title_of(offered.exam, None)
        once = ((str(one.exam.pk), title_of(one.exam, None)) for one in once_offered(reach))
        self.offer("domaine", domains, every="Tous")
        self.offer("examen", and_gone(exams, once), every="Tous")
        self.offer("academie", academies_of(reach), every="Toutes")

    def offer(self, name: str, choices: Mapping[str, str], *, every: str) -> None:
        """Let one of these be chosen, the labels by value, or every one."""
        if len(choices) == 1:
            del self.fields[name]
            return
        self.fields[name].choices = [("", every), *choices.items()]  # type: ignore[attr-defined] # a ChoiceField

    @property
    def has_choices(self) -> bool:
        """Whether there is anything to choose."""
        return bool(self.visible_fields())

    @property
    def chosen(self) -> dict[str, str]:
        """What was chosen and can be, by name."""
        if not self.is_valid():
            return {}
        return {name: value for name, value in self.cleaned_data.items() if value}

    def where(self, paths: Mapping[str, str] = PLACES) -> dict[str, str]:
        """Return what the lines of a list are filtered by.

        Args:
            paths: what each choice is compared with; any other is left to the list.
        """
        return {paths[name]: value for name, value in self.chosen.items() if name in paths}

    def query(self, **more: str) -> str:
        """Return the end of an address that keeps what was chosen, with more; nothing where nothing is said."""
        said = {**more, **self.chosen}
        return f"?{urlencode(said)}" if said else ""
