"""What is typed to find a registration, and to keep a search."""

from collections.abc import Mapping
from typing import Any

from django import forms

from sporades.registrations.fields import CleanCharField
from sporades.searches.models import Search
from sporades.searches.rules import is_its_author_s, seeks_somebody


class NameForm(forms.Form):
    """A name for a search."""

    nom = CleanCharField(label="Nom de la recherche", max_length=80)
    remplace = forms.BooleanField(label="La remplacer par celle-ci", required=False)
    deja = forms.CharField(required=False, widget=forms.HiddenInput)
    partagee = forms.BooleanField(
        label="La partager avec les autres gestionnaires",
        help_text=(
            "Ceux qui ont votre périmètre peuvent s'en servir, et en lisent le nom et les critères."
        ),
        required=False,
    )

    @classmethod
    def of(
        cls, search: Search, data: Mapping[str, Any] | None = None, *, taken: str = ""
    ) -> "NameForm":
        """Return the form of a search; one that is its author's alone is not proposed to be shared.

        Args:
            search: what is to be named.
            data: what was sent, if anything was.
            taken: a name that another search of theirs was just found to have: it may be replaced.
        """
        if taken and data is not None:
            data = {**{name: data[name] for name in data if name != "remplace"}, "deja": taken}
        form = cls(data, initial={"nom": search.name, "partagee": search.is_shared})
        if not taken and not (data and data.get("deja")):
            del form.fields["remplace"], form.fields["deja"]
        is_alone = seeks_somebody(search.tree) or is_its_author_s(search.tree)
        if is_alone and not (data and "partagee" in data):
            del form.fields["partagee"]
        return form

    @property
    def replaces(self) -> bool:
        """Whether the search whose name was read to be taken is to be replaced: none of another name is."""
        said = self.cleaned_data
        return bool(said.get("remplace")) and said["nom"] == said.get("deja")
