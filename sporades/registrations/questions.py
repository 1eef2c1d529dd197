"""A question of the réglementation as a field of a form."""

import re
from functools import singledispatch
from typing import Any

from django import forms

from sporades.candidates.births import DayWidget, asking_for
from sporades.core.french import day_in_words
from sporades.exams.schema.questions import (
    ChoiceQuestion,
    DateQuestion,
    LongTextQuestion,
    MultipleChoiceQuestion,
    NumberQuestion,
    Question,
    TextQuestion,
    YesNoQuestion,
)
from sporades.registrations.fields import (
    CalendarField,
    CleanCharField,
    CleanLinesField,
    NumberField,
    choices_of,
)

PREFIX = "q-"
"""What the names of these fields begin with."""

_A_DAY = "01 09 2024"
"""An example that is nobody's date of birth."""
_PARTS, _FIGURES_OF_A_YEAR = 3, 4

YES, NO = "oui", "non"
YES_OR_NO = ((NO, "Non"), (YES, "Oui"))


def field_of(question: Question) -> forms.Field:
    """Return the form field that asks a question. Whether it must be answered is judged apart."""
    field = _field(question)
    field.label, field.required = question.label, False
    field.help_text = f"{question.help or ''} {field.help_text}".strip()
    return field


def is_of_several(question: Question, value: Any) -> bool:
    """Return whether several answers were given to a question that now takes one: none is chosen.

    Args:
        question: as the réglementation in force asks it.
        value: the answer as typed, under another version maybe.
    """
    is_several = isinstance(value, list) and len(value) > 1
    return is_several and not isinstance(question, MultipleChoiceQuestion)


def missing_in_words(question: Question) -> str:
    """Say what to do where a question has no answer, by the kind of answer that it takes."""
    match question:
        case YesNoQuestion():
            return "Répondez « Oui » ou « Non »."
        case NumberQuestion():
            return "Indiquez un nombre, en chiffres."
        case DateQuestion():
            return "Indiquez le jour, le mois et l'année."
        case ChoiceQuestion():
            return "Choisissez une réponse."
        case MultipleChoiceQuestion():
            return "Choisissez au moins une réponse."
        case _:
            return "Écrivez votre réponse."


@singledispatch
def _field(question: object) -> forms.Field:
    raise TypeError(question)


@_field.register
def _(question: TextQuestion) -> forms.Field:
    return CleanCharField(min_length=question.shortest, max_length=question.longest)


@_field.register
def _(question: LongTextQuestion) -> forms.Field:
    return CleanLinesField(
        min_length=question.shortest,
        max_length=question.longest,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=f"{question.shortest} signes au moins." if question.shortest > 1 else "",
    )


@_field.register
def _(question: NumberQuestion) -> forms.Field:
    return NumberField(
        min_value=question.minimum,
        max_value=question.maximum,
        decimal_places=question.decimals,
        localize=True,
        help_text="" if _is_said(question.unit, question.label) else f"En {question.unit}.",
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
    )


def _is_said(unit: str | None, label: str) -> bool:
    """Return whether a word of a label is the unit already: « Heures d'encadrement », in hours."""
    return not unit or unit.casefold() in re.findall(r"\w+", label.casefold())


@_field.register
def _(question: DateQuestion) -> forms.Field:
    return _DayField(question)


@_field.register
def _(_question: YesNoQuestion) -> forms.Field:
    return forms.ChoiceField(choices=YES_OR_NO, widget=forms.RadioSelect)


@_field.register
def _(question: ChoiceQuestion) -> forms.Field:
    return forms.ChoiceField(choices=choices_of(question.choices), widget=forms.RadioSelect)


@_field.register
def _(question: MultipleChoiceQuestion) -> forms.Field:
    return _SeveralField(question)


class DayBoxes(DayWidget):
    """A day in three boxes; its answer is the one text that a draft keeps."""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        """Return what the boxes hold, line by line, or « 14 mars 2020 »; or the text, where there is one."""
        if name in data:
            return data.get(name)
        parts = [one or "" for one in super().value_from_datadict(data, files, name)]
        if not any(parts):
            return ""
        return (" " if all([part] == part.split() for part in parts) else "\n").join(parts)

    def gathered(self, data: Any, name: str) -> str | None:
        """Return what the boxes of a page hold, as one text; nothing where the page has none of them."""
        files: Any = {}
        if self.value_omitted_from_data(data, files, name):
            return None
        return str(self.value_from_datadict(data, files, name))

    def decompress(self, value: Any) -> list[Any]:
        """Return day, month and year of a text, however it was typed: « 2023-09-01 », « septembre 2023 »."""
        said = value if isinstance(value, str) else ""
        if len(boxes := said.replace("\r\n", "\n").split("\n")) == _PARTS:
            return boxes
        read = [one for one in re.split(r"[\s/.-]+", said) if one]
        if len(read) == _PARTS:
            # « 2023-09-01 » was typed in one box; boxes, which a space joins, are shown as they are.
            is_reversed = len(read[0]) == _FIGURES_OF_A_YEAR and " " not in said
            return read[::-1] if is_reversed else read
        return ["", *read] if len(read) == _PARTS - 1 else [said, "", ""]


class _DayField(CalendarField):
    """A day, within the bounds of its question."""

    def __init__(self, question: DateQuestion) -> None:
        super().__init__(
            widget=DayBoxes(),
            help_text=f"Par exemple : {_A_DAY}",
            error_messages={
                "invalid": f"Indiquez le jour, le mois et l'année, par exemple {_A_DAY}."
            },
        )
        self.question = question

    def to_python(self, value: Any) -> Any:
        try:
            return super().to_python(" ".join(value.split()) if isinstance(value, str) else value)
        except forms.ValidationError:
            parts = self.widget.decompress(value)
            if lacking := tuple(rank for rank, part in enumerate(parts) if not part.strip()):
                self.widget.wrong = lacking
                raise forms.ValidationError(asking_for(lacking), code="invalid") from None
            year = parts[-1].strip()
            if year.isdigit() and len(year) < _FIGURES_OF_A_YEAR:
                self.widget.wrong = (_PARTS - 1,)
                said = "Indiquez l'année sur quatre chiffres, par exemple 2024."
                raise forms.ValidationError(said, code="invalid") from None
            raise

    def validate(self, value: Any) -> None:
        super().validate(value)
        first, last = self.question.minimum, self.question.maximum
        if value and first and value < first:
            raise forms.ValidationError(
                f"Indiquez un jour à partir du {day_in_words(first)}.", code="min_value"
            )
        if value and last and value > last:
            raise forms.ValidationError(
                f"Indiquez un jour jusqu'au {day_in_words(last)}.", code="max_value"
            )


class _SeveralField(forms.MultipleChoiceField):
    """Some choices of a list, within the bounds of their question."""

    def __init__(self, question: MultipleChoiceQuestion) -> None:
        super().__init__(choices=choices_of(question.choices), widget=forms.CheckboxSelectMultiple)
        self.question = question

    def validate(self, value: Any) -> None:
        super().validate(value)
        fewest, most = self.question.fewest, self.question.most
        if value and len(value) < fewest:
            raise forms.ValidationError(
                f"Choisissez au moins {fewest} réponses.", code="min_length"
            )
        if value and most and len(value) > most:
            raise forms.ValidationError(
                f"Choisissez au plus {most} réponse{'s' if most > 1 else ''}.", code="max_length"
            )
