"""What a request lacked, once it has come by post, at the desk or by mail (E7, I6)."""

from datetime import date, datetime
from typing import Any

from django import forms

from sporades.acts.requests.completing import Came
from sporades.core.french import local_day
from sporades.registrations.came import CameBy
from sporades.registrations.fields import CleanLinesField
from sporades.registrations.models.request import LONGEST_REASON, Request
from sporades.web.office.days import CameByField, DayField
from sporades.web.office.forms import ScannedField

NOTHING_SAID = "Dites ce que vous avez reçu, ou joignez-en la numérisation."
HELP = "Le délai de réponse court de nouveau à partir de ce jour. Par exemple : {day:%d/%m/%Y}"


class ComplementForm(forms.Form):
    """When and how it came, and what it is: in words, as a scan, or both."""

    recu_le = DayField(label="Reçu le", required=True)
    par = CameByField()
    recu = CleanLinesField(
        label="Ce que vous avez reçu",
        help_text="Le candidat le lira. Par exemple : le verso de sa carte d'identité. N'écrivez rien sur sa santé",
        max_length=LONGEST_REASON,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    fichier = ScannedField(
        required=False,
        help_text="Un PDF (5\u00a0Mo au plus) ou une photo JPEG ou PNG (20\u00a0Mo au plus), s'ajoute à la pièce jointe de la demande",
    )

    def __init__(self, *args: Any, asked: Request, at: datetime, **options: Any) -> None:
        """Say from which day delays run again.

        Args:
            args, options: see `forms.Form`.
            asked: the request that lacks something.
            at: the instant.
        """
        super().__init__(*args, **options)
        self._asked, self._at = asked, at
        self.rule = f"Indiquez le jour et la façon. {NOTHING_SAID}"
        for name in ("recu", "fichier"):
            self.fields[name].is_conditional = True
        today = local_day(at, asked.registration.service.zone)
        self.fields["recu_le"].help_text = HELP.format(day=today)

    @property
    def came(self) -> Came:
        """How it came, as an act takes it."""
        return Came(self.cleaned_data["recu_le"], self.cleaned_data["par"])

    @property
    def proof(self) -> list[bytes]:
        """The scan, if there is one."""
        chosen = self.cleaned_data["fichier"]
        return [chosen.read()] if chosen else []

    def clean(self) -> dict[str, Any]:
        """Refuse a day on which it cannot have come, and what says nothing of it."""
        said = super().clean() or self.cleaned_data
        if {"recu_le", "par"} <= said.keys() and (
            refusal := self.came.refused(self._asked, at=self._at)
        ):
            self.add_error("recu_le", str(refusal))
        if "fichier" not in self.errors and not (said.get("recu") or said.get("fichier")):
            self.add_error("recu", NOTHING_SAID)
        return said


class OtherDayForm(forms.Form):
    """On which other day it came than was noted."""

    recu_le = DayField(label="Reçu le", required=True)
    vu = forms.DateField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, asked: Request, at: datetime, **options: Any) -> None:
        """Begin with the day that is noted.

        Args:
            args, options: see `forms.Form`.
            asked: the request that was completed.
            at: the instant.
        """
        initial = {"recu_le": asked.came_on, "vu": asked.came_on}
        super().__init__(*args, initial=initial, **options)
        self._asked, self._at = asked, at
        today = local_day(at, asked.registration.service.zone)
        self.fields["recu_le"].help_text = HELP.format(day=today)

    def clean_recu_le(self) -> date:
        """Refuse a day on which it cannot have come."""
        day: date = self.cleaned_data["recu_le"]
        came = Came(day, CameBy(self._asked.complement_came_by))
        if refusal := came.refused(self._asked, at=self._at):
            raise forms.ValidationError(str(refusal), code="refused")
        return day
