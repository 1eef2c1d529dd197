"""The file of a piece, or the photographs that make it."""

from typing import Any
from uuid import uuid4

from django import forms

from sporades.acts.sending import Sent
from sporades.intake.cleaning import LARGEST, MOST_FILES, TooLarge, Unfit


class FilesInput(forms.FileInput):
    """A choice of one file or of several."""

    allow_multiple_selected = True

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[Any]:
        """Return every file that was chosen."""
        return files.getlist(name) if hasattr(files, "getlist") else []


class FilesField(forms.FileField):
    """One file, or several photographs; what is in them is looked at when they are kept."""

    def clean(self, data: list[Any], initial: Any = None) -> list[Any]:
        """Refuse what needs no reading to be refused."""
        if not data:
            raise forms.ValidationError(self.error_messages["required"], code="required")
        if len(data) > MOST_FILES:
            message = f"Choisissez {MOST_FILES} fichiers au plus à la fois."
            raise forms.ValidationError(message, code="many")
        for one in data:
            super().clean(one, initial)
            if one.size > LARGEST:
                raise forms.ValidationError(TooLarge.message, code="large")
        return data


def _press() -> str:
    return str(uuid4())


class ProvideForm(forms.Form):
    """What is given for a piece. Each page that shows it names the press of its button."""

    fichiers = FilesField(
        label="Votre fichier",
        help_text=(
            "Un PDF, une photo (JPEG ou PNG), ou plusieurs photos qui deviendront un seul document, "
            "dans l'ordre où vous les choisissez : 10 fichiers au plus, 5\u00a0Mo au plus chacun"
        ),
        widget=FilesInput(
            attrs={"accept": ".pdf,.jpg,.jpeg,.png,application/pdf,image/jpeg,image/png"}
        ),
        error_messages={
            "empty": "Ce fichier est vide : choisissez-en un autre.",
            "required": "Choisissez un fichier avant de l'envoyer.",
        },
    )
    envoi = forms.Field(widget=forms.HiddenInput, required=False, initial=_press)

    @property
    def sent(self) -> list[Sent]:
        """The files, in the order in which they were chosen."""
        return [Sent(one.name, one.read()) for one in self.cleaned_data["fichiers"]]

    @property
    def press(self) -> str:
        """The name of this press."""
        named: str = self.data.get("envoi") or _press()
        return named


def said_of(form: ProvideForm, unfit: Unfit) -> str:
    """Say why a file is not taken, and which one where there are several."""
    sent = form.cleaned_data["fichiers"]
    return f"{sent[unfit.place].name} : {unfit}" if len(sent) > 1 else str(unfit)
