"""What the office types of letters that it posts."""

from collections.abc import Collection
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from sporades.core.numbers import whole
from sporades.core.text import search_key
from sporades.letters.models import LONGEST_LINE, Letter
from sporades.web.office.days import DayField


class FindLetterForm(forms.Form):
    """The one box of a run: whose envelope came back."""

    quoi = forms.CharField(
        label="Trouver un courrier",
        help_text="Le nom du destinataire, ou le numéro du courrier, au bas de la feuille",
        max_length=LONGEST_LINE,
        error_messages={"required": "Indiquez un nom ou un numéro de courrier."},
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        """Read what stands on the envelope: no browser knows it."""
        super().__init__(*args, **options)
        self.fields["quoi"].widget.attrs["autocomplete"] = "off"

    def finds(self, together: Collection[Letter]) -> bool:
        """Return whether an envelope is meant: by a name that is on it, or the number of a letter.

        Args:
            together: the letters that it holds.
        """
        said = self.cleaned_data["quoi"]
        names = {
            search_key(name)
            for one in together
            for name in (one.candidate.identity.listed_name, *one.address[:1])
        }
        words = search_key(said).split()
        is_named = any(all(word in name for word in words) for name in names)
        return bool(words) and (is_named or said in {str(one.pk) for one in together})


class PostedForm(forms.Form):
    """On which day the letters of a run were posted."""

    poste_le = DayField(label="Postés le", required=True)
    partis = forms.BooleanField(required=False)
    lu = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, data: Any = None, *, first: date, last: date, left: Collection[int]) -> None:
        """Bound the day, and ask whether what is not to be posted went all the same.

        Args:
            data: what was sent, if something was.
            first: the day of the run.
            last: today.
            left: the keys of the letters that are not to be posted any more.
        """
        said = " ".join(map(str, sorted(left)))
        super().__init__(data, initial={"poste_le": last, "lu": said})
        if left:
            self.fields["partis"].label = (
                "Les courriers à ne plus poster sont partis quand même"
                if len(left) > 1
                else "Le courrier à ne plus poster est parti quand même"
            )
        else:
            del self.fields["partis"]
        self.first, self.last = first, last
        self.fields["poste_le"].help_text = f"Par exemple {last:%d/%m/%Y}"

    def clean_poste_le(self) -> date:
        """Refuse a day before the letters were printed, or to come."""
        day: date = self.cleaned_data["poste_le"]
        if not self.first <= day <= self.last:
            raise ValidationError("Indiquez un jour entre celui de l'impression et aujourd'hui.")
        return day

    def clean_lu(self) -> set[int]:
        """Return the keys of the letters that were read as not to be posted."""
        said = (whole(one) for one in self.cleaned_data["lu"].split())
        return {one for one in said if one is not None}
