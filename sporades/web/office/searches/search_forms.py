"""What is typed to find a registration, and to keep a search."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from sporades.registrations.fields import CleanCharField
from sporades.searches import quick
from sporades.searches.criteria import NotADay, Unreadable
from sporades.searches.models import Search
from sporades.searches.rules import seeks_somebody

LONGEST = 200
_WHAT = (
    "Indiquez un numéro, un nom, une date de naissance, un nom et une date de naissance, ou une "
    "adresse mail."
)


class QuickForm(forms.Form):
    """The one box that finds a file."""

    quoi = CleanCharField(
        label="Trouver une inscription",
        help_text=(
            "Un numéro, un nom, une date de naissance, les deux ensemble, une adresse mail ou un "
            "téléphone"
        ),
        max_length=LONGEST,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={
            "required": _WHAT,
            "max_length": f"Raccourcissez ce que vous cherchez : {LONGEST} signes au plus.",
        },
    )

    def clean_quoi(self) -> str:
        """Refuse what nothing can be compared with: signs alone, a day of no calendar, mixed figures."""
        said: str = self.cleaned_data["quoi"]
        try:
            self.tree = quick.tree_of(said)
            self.tree.condition()
        except (NotADay, quick.Mistyped, quick.NotUnderstood) as refusal:
            raise ValidationError(str(refusal)) from None
        except Unreadable:
            raise ValidationError(_WHAT) from None
        return said


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
        """Return the form of a search; one that seeks somebody is not proposed to be shared."""
        form = cls(data, initial={"nom": search.name, "partagee": search.is_shared})
        if seeks_somebody(search.tree) and not (data and "partagee" in data):
            del form.fields["partagee"]
        return form
