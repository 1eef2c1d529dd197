"""The one box that finds somebody by a few words, in the office and for a doctor."""

from typing import Any, Self

from django import forms
from django.core.exceptions import ValidationError

from sporades.registrations.fields import CleanCharField
from sporades.searches import quick
from sporades.searches.criteria import NotADay, Unreadable
from sporades.web.layout.asking import FORGOTTEN, Asked

LONGEST = 200
NAMED = "quoi"
"""The field that names somebody."""
AS_LIST = "liste"
"""Sent where one who is found alone may be another than was meant: a list shows who it is."""
_WHAT = (
    "Indiquez un numéro, un nom, une date de naissance, un nom et une date de naissance, ou une "
    "adresse mail."
)
SAID = (NotADay, quick.Mistyped, quick.NotUnderstood, quick.NoYear, quick.Unfinished)
"""The refusals that say what to type."""


class QuickForm(forms.Form):
    """The one box that finds a file."""

    quoi = CleanCharField(
        label="Trouver une inscription",
        help_text=(
            "Un nom, une date de naissance, ou un nom et une date de naissance ; un numéro, une "
            "adresse mail ou un téléphone"
        ),
        max_length=LONGEST,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={
            "required": _WHAT,
            "max_length": f"Raccourcissez ce que vous cherchez : {LONGEST} signes au plus.",
        },
    )

    @classmethod
    def of(cls, asked: Asked) -> Self:
        """Return the box as a page shows it, with what it was asked.

        Args:
            asked: what the page is asked, `NAMED` hidden.
        """
        form = cls(asked.of_somebody)
        if asked.is_forgotten:
            form.fields[NAMED].error_messages["required"] = FORGOTTEN
        return form

    @property
    def asked(self) -> dict[str, Any]:
        """What was asked for, and understood."""
        return self.cleaned_data if self.is_valid() else {}

    def clean_quoi(self) -> str:
        """Refuse what nothing can be compared with: signs alone, a day of no calendar, mixed figures."""
        said: str = self.cleaned_data["quoi"]
        try:
            self.tree = quick.tree_of(said)
            self.tree.condition()
        except SAID as refusal:
            raise ValidationError(str(refusal)) from None
        except Unreadable:
            raise ValidationError(_WHAT) from None
        return said
