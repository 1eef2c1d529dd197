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
    partagee = forms.BooleanField(
        label="La partager avec les autres gestionnaires",
        help_text=(
            "Ceux qui ont votre périmètre peuvent s'en servir, et en lisent le nom et les critères."
        ),
        required=False,
    )

    @classmethod
    def of(cls, search: Search, data: Mapping[str, Any] | None = None) -> "NameForm":
        """Return the form of a search; one that is its author's alone is not proposed to be shared."""
        form = cls(data, initial={"nom": search.name, "partagee": search.is_shared})
        is_alone = seeks_somebody(search.tree) or is_its_author_s(search.tree)
        if is_alone and not (data and "partagee" in data):
            del form.fields["partagee"]
        return form
