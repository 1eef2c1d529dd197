"""What is typed to find a registration, and to keep a search."""

from django import forms
from django.core.exceptions import ValidationError

from sporades.registrations.fields import CleanCharField
from sporades.searches import quick
from sporades.searches.criteria import Unreadable

_WHAT = "Indiquez un numéro, un nom, une date de naissance ou une adresse mail."


class QuickForm(forms.Form):
    """The one box that finds a file."""

    quoi = CleanCharField(
        label="Trouver une inscription",
        help_text="Un numéro, un nom, une date de naissance ou une adresse mail",
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages=dict.fromkeys(("required", "max_length"), _WHAT),
    )

    def clean_quoi(self) -> str:
        """Refuse what nothing can be compared with: signs alone, for instance."""
        said: str = self.cleaned_data["quoi"]
        self.tree = quick.tree_of(said)
        try:
            self.tree.condition()
        except Unreadable:
            raise ValidationError(_WHAT) from None
        return said


class NameForm(forms.Form):
    """A name for a search."""

    nom = CleanCharField(label="Nom de la recherche", max_length=80)
    partagee = forms.BooleanField(
        label="La partager avec les autres gestionnaires",
        help_text="Chacun n'y trouve que les inscriptions de son périmètre.",
        required=False,
    )
