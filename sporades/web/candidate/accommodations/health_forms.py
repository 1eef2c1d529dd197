"""A comment of health, and papers that are confided."""

from typing import Any

from django import forms

from sporades.core.french import size_in_words
from sporades.core.presses import a_press
from sporades.intake.cleaning import LARGEST_TOGETHER, TooLargeTogether
from sporades.medical.models import LONGEST_REMARK
from sporades.medical.operations import MOST_SENT
from sporades.registrations.fields import CleanLinesField
from sporades.web.candidate.pieces.forms import ACCEPTS, FilesForm

TOGETHER = MOST_SENT // 1_000_000
TOO_LARGE = TooLargeTogether.message.replace(
    f"{LARGEST_TOGETHER // 1_000_000} Mo", f"{TOGETHER} Mo"
)

ALONE = (
    "Ce fichier pèse {weight} : un PDF pèse 5 Mo au plus, une photo 20 Mo. Enregistrez-le en plus "
    "petit, ou photographiez ses pages."
)


class ConfideForm(FilesForm):
    """Files that are confided. They are held in memory and written nowhere: fewer at a time."""

    def __init__(self, *args: Any, **options: Any) -> None:
        """Say how much is taken at a time."""
        super().__init__(*args, **options)
        field = self.fields["fichiers"]
        field.help_text = ACCEPTS.format(together=TOGETHER)
        field.widget.attrs |= {
            "data-together": MOST_SENT,
            "data-together-said": TOO_LARGE,
        }

    def clean_fichiers(self) -> list[Any]:
        """Refuse files that are too heavy together, at their field."""
        files: list[Any] = self.cleaned_data["fichiers"]
        if (weight := sum(one.size for one in files)) > MOST_SENT:
            said = ALONE if len(files) == 1 else TOO_LARGE
            raise forms.ValidationError(said.format(weight=size_in_words(weight)))
        return files


class RemarkForm(forms.Form):
    """One comment. Each page that shows it names the press of its button."""

    texte = CleanLinesField(
        label="Votre commentaire",
        max_length=LONGEST_REMARK,
        help_text="4 000 signes au plus",
        widget=forms.Textarea(attrs={"rows": 3, "autocomplete": "off"}),
        error_messages={"required": "Écrivez votre commentaire avant de l'envoyer."},
    )
    envoi = forms.Field(widget=forms.HiddenInput, required=False, initial=a_press)

    @property
    def press(self) -> str:
        """The name of this press."""
        named: str = self.data.get("envoi") or a_press()
        return named
