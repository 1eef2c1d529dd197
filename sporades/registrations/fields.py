"""What the fields of a tab are made of, and how their answers are read."""

import re
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any, Self

from django import forms
from django.utils.datastructures import MultiValueDict

from sporades.core.french import NO_SUCH_DAY, day_in_figures, is_written_as_a_day
from sporades.core.numbers import in_groups
from sporades.core.signs import unprinted
from sporades.core.text import TOO_MANY_MARKS, clean, clean_lines, stacks_marks
from sporades.exams.schema.questions import Choice

NO_LONGER_OFFERED = "Un choix qui n'est plus proposé"
LONGEST_NUMBER = 60
"""More signs are no number, and no day: they are not looked at, whatever that would cost."""
FEW_SIGNS, LONGEST_TEXT = 1_000, 20_000
"""How many are looked at whatever a text may have; how many it may have where its field says nothing."""


class _InFigures:
    """A number as people write one: Python also reads « 7_0 » as seventy, and other digits than ours."""

    _WRITTEN = re.compile(r"[+-]?[0-9]+(\s[0-9]+)*([.,][0-9]*)?")

    def to_python(self, value: Any) -> Any:
        """Refuse what is not written in figures."""
        typed = value.strip() if isinstance(value, str) else ""
        if len(typed) > LONGEST_NUMBER or (typed and not self._WRITTEN.fullmatch(typed)):
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")  # type: ignore[attr-defined]
        return super().to_python(value)  # type: ignore[misc]


class WholeNumberField(_InFigures, forms.IntegerField):
    """A whole number, in figures."""


class NumberField(_InFigures, forms.DecimalField):
    """A number, in figures."""


class MarkField(NumberField):
    """A mark, as a transcript writes it: « 15 », « 15/20 », « 15 sur 20 ».

    Args:
        out_of: the highest one: out of another nothing is read.
    """

    _OUT_OF = re.compile(r"(?P<mark>.*?)\s*(?:/|sur)\s*(?P<out_of>[0-9]+(?:[.,][0-9]+)?)\s*")

    def __init__(self, *, out_of: Decimal, **said: Any) -> None:
        super().__init__(max_value=out_of, **said)

    def to_python(self, value: Any) -> Any:
        """Leave out what the mark is out of, where it is that of its épreuve."""
        # Of many spaces in a row the expression would take their square to tell them apart.
        typed = " ".join(value.split()) if isinstance(value, str) else ""
        written = self._OUT_OF.fullmatch(typed) if len(typed) <= LONGEST_NUMBER else None
        if written and Decimal(written["out_of"].replace(",", ".")) == self.max_value:
            value = written["mark"]
        return super().to_python(value)


class Hinted(str):  # noqa: SLOT000 - it carries one thing more
    """The label of a choice, with what it means under it."""

    hint = ""
    is_when_chosen = False

    def __new__(cls, label: str, hint: str) -> Self:
        """Return a label that carries its meaning."""
        made = super().__new__(cls, label)
        made.hint = hint
        return made


class WhenChosen(Hinted):
    """The same, which is told to whoever has chosen it."""

    is_when_chosen = True


def choices_of(listed: Iterable[Choice]) -> list[tuple[str, str]]:
    """Return the choices of a list of the réglementation, each with what is said under it."""
    return [(one.code, Hinted(one.label, one.help or "")) for one in listed]


class TextField(forms.CharField):
    """Text that prints on its own lines."""

    def to_python(self, value: Any) -> Any:
        """Read what was typed; of what is far too long no sign is looked at, whatever that would cost."""
        typed = super().to_python(value)
        most = self.max_length or LONGEST_TEXT
        if len(typed or "") > max(FEW_SIGNS, 2 * most):
            self.run_validators(typed)
            message = f"Raccourcissez cette réponse : {in_groups(str(most))} signes au plus."
            raise forms.ValidationError(message, code="max_length")
        return typed

    def validate(self, value: str) -> None:
        """Refuse what prints over the lines around it."""
        super().validate(value)
        if stacks_marks(value):
            raise forms.ValidationError(TOO_MANY_MARKS, code="marks")


class CleanCharField(TextField):
    """A line of text in its one normal form."""

    def to_python(self, value: Any) -> str:
        """Compose accents, join spaces."""
        return clean(super().to_python(value) or "")


class EnvelopeField(CleanCharField):
    """A line of a postal address: what no envelope prints is refused."""

    def validate(self, value: str) -> None:
        """Refuse pictures that no font has."""
        super().validate(value)
        if signs := unprinted(value):
            message = f"Enlevez ce qui ne s'imprime pas sur une enveloppe : {' '.join(signs)}."
            raise forms.ValidationError(message, code="unprinted")


class CleanLinesField(TextField):
    """Several lines of text, each in its one normal form."""

    def to_python(self, value: Any) -> str:
        """Compose accents and join spaces, line by line."""
        return clean_lines(super().to_python(value) or "")


class CalendarField(forms.DateField):
    """A day, its month in figures or by its name; one that is of no calendar is told so."""

    input_formats = ("%d/%m/%Y", "%d %m %Y", "%d-%m-%Y", "%d.%m.%Y", "%Y-%m-%d")

    def to_python(self, value: Any) -> Any:
        """Read a day as it was typed."""
        if isinstance(value, str):
            if len(value.strip()) > LONGEST_NUMBER:
                raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
            value = day_in_figures(value)
        try:
            return super().to_python(value)
        except forms.ValidationError:
            if is_written_as_a_day(value):
                raise forms.ValidationError(NO_SUCH_DAY, code="invalid") from None
            raise


def ask_if_called_for(field: forms.Field, shown_when: str = "", *, is_due: bool = True) -> None:
    """Mark a field whose answer is due only when another one calls for it.

    Args:
        field: the field.
        shown_when: « name=value other » of the answers that call for it, if a page can know.
        is_due: whether it must then be answered.
    """
    field.is_conditional = is_due  # type: ignore[attr-defined] # read by the form's template
    if shown_when:
        field.widget.attrs["data-shown-when"] = shown_when


def say_missing(form: forms.BaseForm, name: str | None, message: str) -> None:
    """Say that an answer is missing; not of one that was given and is refused already.

    Args:
        form: the form, being cleaned.
        name: its field.
        message: what to do.
    """
    if name not in form.errors:
        form.add_error(name, message)


def flat(choices: Any) -> Iterator[tuple[Any, Any]]:
    """Return the choices of a field without their groups."""
    for value, label in choices:
        if isinstance(label, list | tuple):
            yield from label
        else:
            yield value, label


def chosen_in_words(field: forms.Field, value: Any) -> str:
    """Return what was typed in a field, valid or not, as a person reads it; or nothing."""
    labels = dict(flat(getattr(field, "choices", ())))
    values = value if isinstance(value, list) else [value]
    if labels:
        values = [labels.get(one, NO_LONGER_OFFERED) for one in values if one]
    return ", ".join(str(one) for one in values if one)


def as_data(answers: Mapping[str, Any]) -> MultiValueDict[str, Any]:
    """Return answers as a form reads them."""
    return MultiValueDict(
        {name: value if isinstance(value, list) else [value] for name, value in answers.items()}
    )
