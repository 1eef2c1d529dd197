"""What the office types to write to candidates, and to find what was written."""

from datetime import date, datetime, timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError

from sporades.accounts.permissions import Reach
from sporades.acts.resending import KINDS
from sporades.core.french import local_day
from sporades.mail.models import Message
from sporades.mailings.models import LONGEST_SUBJECT, LONGEST_TEXT
from sporades.mailings.placeholders import faults, listed
from sporades.registrations.fields import CleanCharField, CleanLinesField
from sporades.searches.catalogue import CRITERIA

SHORTEST_TEXT = 20
SHOWN_BY_DEFAULT = timedelta(days=30)
OLDEST, LATEST = 2000, 2100
KEEP = "garder"
_DAY = "Indiquez le jour, le mois et l'année, par exemple 14/11/2026."
_TOO_SHORT = f"Écrivez un message de {SHORTEST_TEXT} signes au moins."


class _DayField(forms.DateField):
    def __init__(self, label: str) -> None:
        super().__init__(
            label=label,
            required=False,
            input_formats=["%d/%m/%Y", "%Y-%m-%d"],
            widget=forms.DateInput(format="%d/%m/%Y"),
            error_messages={"invalid": _DAY},
        )

    def validate(self, value: Any) -> None:
        super().validate(value)
        if value and not OLDEST <= value.year <= LATEST:
            raise ValidationError(f"Indiquez une année entre {OLDEST} et {LATEST}.")


def _judged(said: str) -> str:
    """Refuse what stands between braces and does not exist."""
    if wrong := faults(said):
        found = ", ".join(f"« {one} »" for one in wrong)
        raise ValidationError(
            f"Corrigez {found}. Entre accolades, seuls sont compris : {listed()}."
        )
    return said


class MailingForm(forms.Form):
    """A message to many, and the name under which it is kept."""

    objet = CleanCharField(
        label="Objet",
        help_text=f"{LONGEST_SUBJECT} signes au plus. L'examen et le numéro d'inscription sont "
        "toujours dits sous le texte",
        max_length=LONGEST_SUBJECT,
        error_messages={"required": "Écrivez l'objet du message."},
    )
    texte = CleanLinesField(
        label="Texte",
        help_text=f"{LONGEST_TEXT} signes au plus. « Bonjour » et le nom sont écrits avant, les "
        "coordonnées de votre service après. Tout est du texte : aucune mise en forme, rien sur "
        "la santé",
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 10}),
        error_messages={"required": "Écrivez le texte du message."},
    )
    nom_du_modele = CleanCharField(
        label="Nom du modèle",
        help_text="Pour retrouver ce message. Ceux qui ont votre périmètre peuvent s'en servir",
        max_length=80,
        required=False,
    )

    def clean_objet(self) -> str:
        """Refuse an unknown placeholder."""
        return _judged(self.cleaned_data["objet"])

    def clean_texte(self) -> str:
        """Refuse an unknown placeholder, and what says nothing."""
        said: str = self.cleaned_data["texte"]
        if len(said) < SHORTEST_TEXT:
            raise ValidationError(_TOO_SHORT)
        return _judged(said)

    def clean(self) -> dict[str, Any]:
        """Ask for a name when the message is to be kept."""
        data = super().clean() or {}
        if KEEP in self.data and not data.get("nom_du_modele"):
            self.add_error("nom_du_modele", "Donnez un nom au modèle.")
        return data

    @property
    def said(self) -> dict[str, str]:
        """The message, as an operation takes it."""
        return {"subject": self.cleaned_data["objet"], "text": self.cleaned_data["texte"]}


class _PeriodForm(forms.Form):
    """Some days, the last thirty where none is said."""

    du = _DayField("Du")
    au = _DayField("Au")

    def __init__(self, data: Any = None, *, at: datetime, **options: Any) -> None:
        self.today = local_day(at, settings.TIME_ZONE)
        self.asked = data or {}
        initial = {"du": self.today - SHOWN_BY_DEFAULT, "au": self.today}
        super().__init__(self._whole(data), initial=initial, label_suffix="", **options)

    def _whole(self, data: Any) -> Any:
        """Say the days that are shown where none is asked for."""
        if not data:
            return None
        first, last = self._read(data.get("du")), self._read(data.get("au"))
        until = last or max(self.today, first or self.today)
        whole = data.copy()
        whole["au"] = data.get("au") or f"{until:%d/%m/%Y}"
        whole["du"] = data.get("du") or f"{until - SHOWN_BY_DEFAULT:%d/%m/%Y}"
        return whole

    def _read(self, said: Any) -> date | None:
        """Return a day, nothing where none can be read: its field says so."""
        try:
            read: date | None = self.base_fields["du"].clean(said)
        except ValidationError:
            return None
        return read

    def clean(self) -> dict[str, Any]:
        """Refuse days in the wrong order."""
        data = super().clean() or {}
        if data.get("du") and data.get("au") and data["au"] < data["du"]:
            self.add_error("au", "Indiquez un jour qui ne précède pas le premier.")
        return data

    @property
    def days(self) -> tuple[date, date]:
        """The first and the last day."""
        said = self.cleaned_data if self.is_bound and self.is_valid() else {}
        until = said.get("au") or self.today
        return said.get("du") or until - SHOWN_BY_DEFAULT, until


class MailLogForm(_PeriodForm):
    """Which mails."""

    etat = forms.ChoiceField(
        label="État", choices=[("", "Tous"), *Message.State.choices], required=False
    )
    nature = forms.ChoiceField(
        label="Nature", choices=[("", "Toutes"), *KINDS.items()], required=False
    )
    adresse = CleanCharField(label="Adresse mail", max_length=254, required=False)
    field_order = ("etat", "nature", "du", "au", "adresse")


class RefusedAnswersForm(_PeriodForm):
    """Of which exam."""

    examen = forms.ChoiceField(label="Examen", required=False)
    field_order = ("examen", "du", "au")

    def __init__(self, data: Any = None, *, at: datetime, reach: Reach) -> None:
        """Offer the exams that are reached."""
        super().__init__(data, at=at)
        exams = CRITERIA["examen"].choices(reach) or ()
        self.fields["examen"].choices = [("", "Tous"), *exams]  # type: ignore[attr-defined] # a ChoiceField

    @property
    def exam(self) -> int | None:
        """The key of the exam, nothing for all."""
        said = self.cleaned_data.get("examen") if self.is_bound and self.is_valid() else ""
        return int(said) if said else None
