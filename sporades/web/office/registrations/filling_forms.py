"""What is asked of who registers a candidate, or modifies for one: for what, where, why so late."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from sporades.accounts.forms import AS_TYPED, AddressField
from sporades.core.numbers import in_fours, is_valid
from sporades.exams.models import Exam, RegistrationService, Speciality
from sporades.exams.queries import Programme
from sporades.exams.titles import qualification_of
from sporades.registrations import waivers
from sporades.registrations.fields import CleanCharField
from sporades.registrations.models.draft import NUMBER_LENGTH
from sporades.web.office.days import DayField

_TO_COME = "Cette date n'est pas encore passée : vérifiez-la sur la décision."
OFF = {"autocomplete": "off"}


class LateForm(forms.Form):
    """Why something is filed once the service has closed."""

    errors_stand_above = True
    motif = CleanCharField(
        label="Motif de l'enregistrement après la fermeture",
        help_text="Il est gardé au journal, et le candidat le lit dans le mail. Par exemple : erreur "
        "de saisie du service",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Dites pourquoi, en une phrase."},
    )


class RuleWaiverForm(forms.Form):
    """By whom a derogation was granted, on which day, under which reference."""

    errors_stand_above = True
    accordee_par = CleanCharField(
        label="Accordée par",
        help_text="Le candidat le lit dans son récapitulatif. Par exemple : le recteur de l'académie de Lille",
        max_length=100,
        error_messages={"required": "Dites qui l'a accordée."},
    )
    accordee_le = DayField(label="Date de la décision", required=True)
    reference = CleanCharField(label="Référence de la décision", max_length=60, required=False)

    def __init__(self, *args: Any, today: date, **options: Any) -> None:
        """Ask on a day."""
        super().__init__(*args, **options)
        self._today = today
        self.fields["accordee_le"].help_text = f"Par exemple : {today:%d/%m/%Y}"

    def clean_accordee_le(self) -> date:
        """Refuse a day to come: nothing is granted yet."""
        day: date = self.cleaned_data["accordee_le"]
        if day > self._today:
            raise forms.ValidationError(_TO_COME, code="to_come")
        return day

    @property
    def waiver(self) -> dict[str, str]:
        """The derogation, as the act takes it."""
        said = self.cleaned_data
        return waivers.waiver(
            granted_by=said["accordee_par"],
            granted_on=said["accordee_le"],
            reference=said["reference"],
        )


class NumberForm(forms.Form):
    """What a candidate gives of what they did not save: the address of their account, and its number."""

    email = AddressField(
        label="Adresse mail de son compte", widget=forms.EmailInput({**OFF, **AS_TYPED})
    )
    numero = CleanCharField(
        label="N° de saisie",
        help_text="Huit chiffres. Par exemple : 4821 0934",
        max_length=20,
        widget=forms.TextInput({**OFF, "inputmode": "numeric"}),
        error_messages={"required": "Indiquez le n° de saisie que le candidat lit."},
    )

    def clean_numero(self) -> str:
        """Take « 48210935 » for what it says, and tell a slip."""
        figures = "".join(self.cleaned_data["numero"].split())
        if len(figures) != NUMBER_LENGTH or not is_valid(figures):
            raise ValidationError(
                "Ce n'est pas un n° de saisie : il a huit chiffres, et l'un d'eux est faux. Relisez-le "
                "avec le candidat.",
                code="slip",
            )
        return in_fours(figures)


class ChoiceForm(forms.Form):
    """For what somebody is registered, and in which academy."""

    examen = forms.ChoiceField(
        label="Examen ou concours", error_messages={"required": "Choisissez l'examen."}
    )
    academie = forms.ChoiceField(
        label="Académie", error_messages={"required": "Choisissez une académie."}
    )

    def __init__(
        self,
        data: Any = None,
        *,
        offers: Iterable[tuple[Programme, list[RegistrationService]]] = (),
    ) -> None:
        """Offer the exams of these programmes, and the academies of their services."""
        super().__init__(data)
        self.chosen: dict[str, tuple[Exam, Speciality | None]] = {}
        self.services = {
            (one.domain_id, one.session_id, one.academy_id): one
            for _, services in offers
            for one in services
        }
        groups = [(_heading(programme), self._exams(programme)) for programme, _ in offers]
        places = {one.academy_id: one.academy.name for one in self.services.values()}
        offered = sorted(places.items(), key=lambda one: one[1])
        for name, choices in (("examen", groups), ("academie", offered)):
            self.fields[name].choices = [("", "Choisir"), *choices]  # type: ignore[attr-defined] # a ChoiceField
        if len(offered) == 1:
            self.initial["academie"] = offered[0][0]

    def _exams(self, programme: Programme) -> list[tuple[str, str]]:
        found = []
        for offered in programme.exams:
            for speciality in offered.specialities or [None]:
                key = f"{offered.exam.pk}-{speciality.pk if speciality else 0}"
                self.chosen[key] = (offered.exam, speciality)
                named = speciality.label if speciality else None
                found.append((key, qualification_of(offered.exam.label, named)))
        return found

    def clean(self) -> dict[str, Any]:
        """Find the service of this exam in this academy."""
        data = super().clean() or {}
        if {"examen", "academie"} <= data.keys():
            exam, _ = self.chosen[data["examen"]]
            where = (exam.domain_id, exam.session_id, data["academie"])
            if where not in self.services:
                self.add_error(
                    "academie",
                    "Cette académie n'inscrit pas à cet examen ou concours : choisissez-en une autre.",
                )
        return data

    @property
    def choice(self) -> dict[str, Any]:
        """What was chosen, as the act takes it."""
        exam, speciality = self.chosen[self.cleaned_data["examen"]]
        where = (exam.domain_id, exam.session_id, self.cleaned_data["academie"])
        return {"exam": exam, "speciality": speciality, "service": self.services[where]}


def _heading(programme: Programme) -> str:
    regulation = programme.regulation
    return f"{regulation.domain.label}, {regulation.session.label}"
