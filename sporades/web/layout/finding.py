"""The one box that finds somebody by a few words, in the office and for a doctor."""

from django import forms
from django.core.exceptions import ValidationError

from sporades.registrations.fields import CleanCharField
from sporades.searches import quick
from sporades.searches.criteria import NotADay, Unreadable

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
