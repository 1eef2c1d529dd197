"""What the office types of a registration: its civil data, notes, documents, academy; of an export."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from sporades.candidates.forms import IdentityForm
from sporades.candidates.models import Identity
from sporades.core.presses import a_press
from sporades.exams.models import RegistrationService
from sporades.exams.rules.facts import Facts
from sporades.exchanges.spreadsheets import FORMS
from sporades.intake import cleaning
from sporades.registrations.fields import CleanCharField, CleanLinesField
from sporades.registrations.models import Registration
from sporades.registrations.models.note import LONGEST_NOTE
from sporades.registrations.models.request import LONGEST_ANSWER

OF_SOMEBODY = {
    "birth_name": ("", "Le nom de naissance, tel qu'il est écrit sur la pièce d'identité."),
    "usage_name": ("", "S'il est autre que le nom de famille."),
    "first_names": ("", "Tous les prénoms, dans l'ordre de l'état civil, séparés par des espaces."),
    "has_no_first_name": ("L'état civil ne comporte pas de prénom", ""),
    "birth_date_is_partial": ("L'état civil n'indique pas le jour, ou pas le mois", ""),
    "birth_department": ("", "Pour une naissance en France."),
}
"""What a form of one's own civil data says, as of somebody else: label and help."""

MISSING_OF_SOMEBODY = {
    "birth_name": "Indiquez le nom de famille.",
    "nationality": "Choisissez la nationalité.",
    "birth_country": "Choisissez le pays de naissance.",
}

BECOMES_MINOR = (
    "D'après cette date de naissance, le candidat, jusqu'ici majeur, est mineur : un représentant "
    "légal répond de lui."
)
BECOMES_OF_AGE = (
    "D'après cette date de naissance, le candidat, jusqu'ici mineur, est majeur : son représentant "
    "légal ne répond plus de lui."
)
_SEEN = "Cochez la case si la pièce vue le montre, sinon corrigez la date."

READ_BY_CANDIDATE = (
    "Le candidat le lira sur sa page (un mail l'en prévient) ou dans le courrier qui lui est posté"
)

SHORTEST_PURPOSE = 10
_PURPOSE = "Dites en une phrase à quoi il servira."
_SHORT_PURPOSE = f"Dites-en plus : {SHORTEST_PURPOSE} signes au moins."


class IdentityOfSomebodyForm(IdentityForm):
    """The civil data of a candidate, typed by the office."""

    first_names_missing = (
        "Indiquez les prénoms, ou cochez la case si l'état civil n'en comporte pas."
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        """Ask as of somebody else."""
        super().__init__(*args, **options)
        for name, (label, help_text) in OF_SOMEBODY.items():
            self.fields[name].label = label or self.fields[name].label
            self.fields[name].help_text = help_text
        for name, missing in MISSING_OF_SOMEBODY.items():
            self.fields[name].error_messages["required"] = missing

    def fieldsets(self) -> list[tuple[str, tuple[str, ...]]]:
        """Return the groups of fields, each with its legend."""
        (_, identity), (_, birth) = super().fieldsets()
        return [("Identité", identity), ("Naissance", birth)]


class CorrectionForm(IdentityOfSomebodyForm):
    """The civil data of a candidate, corrected on proof."""

    preuve = CleanCharField(
        label="Pièce vue",
        help_text="Elle est gardée au journal. Par exemple : carte d'identité, reçue le 24 novembre",
        max_length=300,
        error_messages={"required": "Dites quelle pièce montre cette correction."},
    )
    majorite = forms.BooleanField(label="La pièce vue le montre", required=False)

    def __init__(self, *args: Any, **options: Any) -> None:
        """Ask nothing of an age that does not change."""
        super().__init__(*args, **options)
        self._of_age = self.fields.pop("majorite")

    def fieldsets(self) -> list[tuple[str, tuple[str, ...]]]:
        """Return the groups of fields, each with its legend."""
        return [*super().fieldsets(), ("Preuve", ("preuve", "majorite"))]

    def clean(self) -> dict[str, Any]:
        """Have it said that a minor is of age, or the reverse: a slip in a year would do it unseen."""
        data = super().clean()
        if "birth_date" not in data or not self.initial:
            return data
        before, after = map(_born, (self.initial["birth_date"], data["birth_date"]))
        if not (said := age_turned(before, after, on=self.on)):
            return data
        self.fields["majorite"] = self._of_age
        widget = self._of_age.widget
        if not widget.value_from_datadict(self.data, self.files, self.add_prefix("majorite")):
            self.add_error("majorite", f"{said} {_SEEN}")
        return data


def _born(parts: tuple[int | None, int | None, int]) -> Identity:
    day, month, year = parts
    return Identity(birth_day=day, birth_month=month, birth_year=year)


def age_turned(before: Identity, after: Identity, *, on: date) -> str:
    """Say that civil data make a minor of who was of age, or the reverse; nothing where they do neither.

    Args:
        before: those that are kept.
        after: those that would be.
        on: the day.
    """
    was_minor, is_minor = (
        Facts(on=on, session_year=on.year, birth_date=one.latest_birth_date).is_minor_on(on)
        for one in (before, after)
    )
    if was_minor == is_minor:
        return ""
    return BECOMES_MINOR if is_minor else BECOMES_OF_AGE


class NoteForm(forms.Form):
    """A note on a file, for the office."""

    note = CleanLinesField(
        label="Ajouter une note",
        help_text="Elle ne se modifie plus. Le candidat ne la voit pas sur ses pages, mais peut "
        "demander à la lire : écrivez-la en conséquence, sans rien sur la santé",
        max_length=LONGEST_NOTE,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": "Écrivez la note avant de l'ajouter."},
    )
    envoi = forms.Field(widget=forms.HiddenInput, required=False, initial=a_press)


class ExportForm(forms.Form):
    """In which form, and what for."""

    format = forms.ChoiceField(
        label="Format",
        choices=[(form.code, form.label) for form in FORMS.values()],
        widget=forms.RadioSelect,
    )
    motif = CleanCharField(
        label="À quoi servira cet export ?",
        help_text="Le motif est gardé au journal avec votre nom. Par exemple : préparer les "
        "convocations de la session de juin",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _PURPOSE},
    )

    def clean_motif(self) -> str:
        """Refuse what says nothing."""
        said: str = self.cleaned_data["motif"]
        if len(said) < SHORTEST_PURPOSE:
            raise ValidationError(_SHORT_PURPOSE)
        return said


class MoveForm(forms.Form):
    """To which academy a registration is given, and why."""

    academie = forms.ChoiceField(label="Académie")
    motif = CleanCharField(
        label="Motif",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Dites le motif : le candidat le lira."},
    )

    def __init__(
        self,
        data: Any = None,
        *,
        registration: Registration,
        services: Sequence[RegistrationService] = (),
        initial: Any = None,
    ) -> None:
        """Offer the academies of these services, and say where its candidate reads why."""
        super().__init__(data, initial=initial)
        where = "courrier" if registration.candidate.by_letter else "mail"
        self.fields["motif"].help_text = f"Le candidat le lira dans le {where}"
        offered = [(one.academy_id, one.academy.full_name) for one in services]
        self.fields["academie"].choices = [  # type: ignore[attr-defined] # a ChoiceField
            ("", "Choisissez une académie"),
            *offered,
        ]


class MissingForm(forms.Form):
    """What a request lacks."""

    manque = CleanCharField(
        label="Ce qui manque",
        help_text=f"{READ_BY_CANDIDATE}. Par exemple : le verso de la carte d'identité.",
        max_length=LONGEST_ANSWER,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Dites ce qui manque : le candidat le lira."},
    )


class ScannedField(forms.FileField):
    """The scan of what came on paper; what is in it is looked at when it is kept."""

    def __init__(self, **options: Any) -> None:
        """Offer the files of which a scan is made."""
        super().__init__(
            label="Numérisation",
            widget=forms.FileInput(
                attrs={"accept": ".pdf,.jpg,.jpeg,.png,application/pdf,image/jpeg,image/png"}
            ),
            error_messages={
                "empty": "Ce fichier est vide : choisissez-en un autre.",
                "required": "Choisissez le fichier de la numérisation.",
            },
            **options,
        )

    def clean(self, data: Any, initial: Any = None) -> Any:
        """Refuse what needs no reading to be refused."""
        chosen = super().clean(data, initial)
        if not chosen:
            return chosen
        head = chosen.read(cleaning.HEAD)
        chosen.seek(0)
        if refusal := cleaning.refused_unread(head, chosen.size):
            raise ValidationError(refusal.message, code="unfit")
        return chosen


class AnswerForm(forms.Form):
    """Why a request is refused."""

    motif = CleanCharField(
        label="Motif du refus",
        help_text=READ_BY_CANDIDATE,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Dites le motif du refus : le candidat le lira."},
    )
    retrait = forms.BooleanField(
        label="Je la refuse, en retirant l'acceptation",
        error_messages={
            "required": "Lisez ce que refuser retire, et cochez la case si vous la refusez."
        },
    )

    def __init__(self, *args: Any, is_accepted: bool, **options: Any) -> None:
        """Ask that who refuses what silence has accepted says that they know it."""
        super().__init__(*args, **options)
        if not is_accepted:
            del self.fields["retrait"]


def faulty(form: forms.Form | None) -> forms.Form | None:
    """Return the form of the button that was pressed where it says what is wrong; else nothing.

    Args:
        form: the one that says more of what was pressed, if there is one.
    """
    return form if form is not None and form.errors else None
