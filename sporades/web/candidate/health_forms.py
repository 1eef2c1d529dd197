"""A comment of health, and papers that are confided."""

from typing import Any

from django import forms

from sporades.medical.models import LONGEST_REMARK
from sporades.registrations.fields import CleanLinesField
from sporades.web.candidate.evidence_forms import ACCEPTS, FilesForm
from sporades.web.layout.presses import a_press


class ConfideForm(FilesForm):
    """Files that are confided. They are held in memory and written nowhere: fewer at a time."""

    def __init__(self, *args: Any, **options: Any) -> None:
        """Say how much is taken at a time."""
        super().__init__(*args, **options)
        self.fields["fichiers"].help_text = ACCEPTS.format(together=25)


class RemarkForm(forms.Form):
    """One comment. Each page that shows it names the press of its button."""

    texte = CleanLinesField(
        label="Votre commentaire",
        max_length=LONGEST_REMARK,
        help_text="4 000 signes au plus. Vous et le médecin en charge êtes seuls à le lire",
        widget=forms.Textarea(attrs={"rows": 6, "autocomplete": "off"}),
        error_messages={"required": "Écrivez votre commentaire avant de l'envoyer."},
    )
    envoi = forms.Field(widget=forms.HiddenInput, required=False, initial=a_press)

    @property
    def press(self) -> str:
        """The name of this press."""
        named: str = self.data.get("envoi") or a_press()
        return named
