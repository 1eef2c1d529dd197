"""What the office sends and ticks of a réglementation."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from sporades.core.text import search_key
from sporades.exams.models import PreparedRegulation
from sporades.exams.operations.preparing import LARGEST, LONGEST_NAME
from sporades.registrations.fields import CleanCharField


class LoadForm(forms.Form):
    """The file."""

    fichier = forms.FileField(
        label="Fichier de réglementation",
        help_text=f"Un fichier YAML de {LARGEST // 1000} Ko au plus, pour un domaine et une session",
        max_length=LONGEST_NAME,
        widget=forms.FileInput(attrs={"accept": ".yaml,.yml"}),
    )

    @property
    def sent(self) -> dict[str, Any]:
        """What was sent, as an act takes it."""
        file = self.cleaned_data["fichier"]
        return {"content": file.read(LARGEST + 1), "name": file.name}


class EnforceForm(forms.Form):
    """What is put in force, typed and ticked by whoever has read it."""

    vu = forms.CharField(
        label="Différence montrée", widget=forms.HiddenInput, required=False, max_length=64
    )
    lu = forms.BooleanField(
        label="J'ai lu la différence avec ce qui est en vigueur",
        error_messages={"required": "Lisez la différence, puis cochez la case."},
    )
    nom = CleanCharField(label="Domaine et session", max_length=40)

    def __init__(self, data: Any = None, *, prepared: PreparedRegulation) -> None:
        """Ask for the name of what is put in force."""
        super().__init__(data)
        self.wanted = str(prepared)
        how = f"Écrivez : {self.wanted}"
        self.fields["nom"].help_text = how
        self.fields["nom"].error_messages["required"] = f"{how}."

    def show(self, seal: str) -> None:
        """Say which difference the page shows: whoever sends the form has read this one."""
        self.initial["vu"] = seal
        if self.is_bound:
            self.data = {**self.data.dict(), "vu": seal}

    def clean_nom(self) -> str:
        """Compare with the name of what is put in force."""
        typed: str = self.cleaned_data["nom"]
        if search_key(typed) != search_key(self.wanted):
            message = f"Ce n'est pas ce que vous mettez en vigueur : écrivez {self.wanted}."
            raise ValidationError(message)
        return typed
