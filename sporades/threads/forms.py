"""What is written in the thread of a registration."""

from typing import Any
from uuid import UUID

from django import forms

from sporades.core.numbers import in_groups
from sporades.core.presses import a_press, named_text
from sporades.registrations.fields import CleanLinesField
from sporades.threads.models import LONGEST_MESSAGE


class TextOfMessage(CleanLinesField):
    """What is written; of one that is too long it is said by how much."""

    def run_validators(self, value: Any) -> None:
        """Refuse a text that is too long in the words of a message."""
        if self.max_length and len(value) > self.max_length and "\0" not in value:
            signs, most = in_groups(str(len(value))), in_groups(str(self.max_length))
            raise forms.ValidationError(
                f"Raccourcissez ce message : il a {signs} signes, {most} au plus.",
                code="max_length",
            )
        super().run_validators(value)


class MessageForm(forms.Form):
    """One message. Each page that shows it names the press of its button."""

    texte = TextOfMessage(
        label="Votre message",
        max_length=LONGEST_MESSAGE,
        widget=forms.Textarea(attrs={"rows": 6}),
        error_messages={"required": "Écrivez votre message avant de l'envoyer."},
    )
    envoi = forms.Field(widget=forms.HiddenInput, required=False, initial=a_press)

    @property
    def sending(self) -> UUID:
        """The name of this press: the same for the same text sent twice from one page.

        A text that was changed meanwhile, on a page found again by « Retour », is another message.
        """
        named = self.data.get("envoi") or a_press()
        return named_text(f"{named}\0{self.cleaned_data['texte']}")
