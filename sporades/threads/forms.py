"""What is written in the thread of a registration."""

from uuid import UUID, uuid4, uuid5

from django import forms

from sporades.registrations.fields import CleanLinesField
from sporades.threads.models import LONGEST_MESSAGE

_SENDINGS = UUID("0b7c9d0e-5a55-4b0f-9a3c-1f4d8c2e6a71")
"""The space in which presses of the button are named."""


def _press() -> str:
    return str(uuid4())


class MessageForm(forms.Form):
    """One message. Each page that shows it names the press of its button."""

    texte = CleanLinesField(
        label="Votre message",
        max_length=LONGEST_MESSAGE,
        widget=forms.Textarea(attrs={"rows": 6}),
        error_messages={"required": "Écrivez votre message avant de l'envoyer."},
    )
    envoi = forms.Field(widget=forms.HiddenInput, required=False, initial=_press)

    @property
    def sending(self) -> UUID:
        """The name of this press: the same for the same text sent twice from one page.

        A text that was changed meanwhile, on a page found again by « Retour », is another message.
        """
        named = self.data.get("envoi") or _press()
        return uuid5(_SENDINGS, f"{named}\0{self.cleaned_data['texte']}")
