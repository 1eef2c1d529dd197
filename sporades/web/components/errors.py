"""What is to be corrected in a form, as the summary of errors says it: one line for each point."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.forms import BaseForm
from django.template import Library

from sporades.core.faults import faults_of, names
from sporades.core.french import colon_after
from sporades.web.layout.forms import Field, groups

register = Library()

LONGEST_LABEL = 60
"""Beyond so many signs, what would come before a message hides it."""

HERE = (
    "cette question.",
    "« Oui » ou « Non ».",
    "un nombre, en chiffres.",
    "le jour, le mois et l'année.",
    "une réponse.",
    "votre réponse.",
)
"""How messages end that say nothing of their field where the field does not stand beside them."""


@dataclass(frozen=True)
class ErrorLine:
    """A point to correct.

    Attributes:
        words: what is read; the label comes before a message that names neither it nor its subject,
            unless it is a sentence by itself.
        control: the id of the control that mends it, the first one where it is of the whole form;
            nothing where the form has none to fill.
    """

    words: str
    control: str = ""


register.filter("colon_after", colon_after)


@register.filter
def error_lines(form: BaseForm) -> list[ErrorLine]:
    """Return the points to correct, in the order of the page."""
    first = _first_control(form)
    whole = [ErrorLine(said, first) for said in form.non_field_errors()]
    return [*whole, *_of_fields(form, first)]


def _first_control(form: BaseForm) -> str:
    """Return the id of what is filled first in a form, in the order of the page."""
    fields = [field for _, group in groups(form) for field in group]
    return next((field.first_control for field in fields if not field.is_greyed), "")


def _of_fields(form: BaseForm, first: str) -> Iterator[ErrorLine]:
    for name, error in faults_of(form):
        if name == NON_FIELD_ERRORS:
            continue
        field = form[name]
        # A form of several lines says of which one a question is.
        label = form.label_of(name) if hasattr(form, "label_of") else field.label
        message = str(error.messages[0])
        if field.is_hidden:
            yield ErrorLine(message, first)
        elif (
            not label
            or _is_shared(error, form)
            or message.startswith("«")
            or f"« {field.label} »" in message
            or (label == field.label and names(message, str(label)))
            or (label == field.label and _is_a_sentence(field) and not message.endswith(HERE))
        ):
            yield ErrorLine(message, field.first_control)
        else:
            yield ErrorLine(f"{label}{colon_after(label)} {message}", field.first_control)


def _is_shared(error: ValidationError, form: BaseForm) -> bool:
    """Return whether several fields bear an error, which is then of none of them by its name."""
    bearers = (one for errors in form.errors.as_data().values() for one in errors)
    return sum(one is error for one in bearers) > 1


def _is_a_sentence(field: Field) -> bool:
    """Return whether a label is no name of its field: that of a box, which says what is agreed to, or a long one.

    A question, were it long, is well answered by its message.
    """
    label = str(field.label)
    is_long = len(label) > LONGEST_LABEL and not label.endswith("?")
    return field.kind == "checkbox" or label.endswith(".") or is_long
