"""What is wrong in a form, each point once."""

import re
from collections.abc import Iterator

from django.core.exceptions import ValidationError
from django.forms import BaseForm


def faults_of(form: BaseForm) -> Iterator[tuple[str, ValidationError]]:
    """Return the errors of a form, each at the first field that bears it, by its name.

    Fields stand in the order of the page, which is that of the form's `fieldsets()` where it has
    one, then that of the form; what is of no field comes with the name of Django.
    """
    known, seen = form.errors.as_data(), set()
    groups = form.fieldsets() if hasattr(form, "fieldsets") else ()
    grouped = [name for _, names in groups for name in names]
    for name in dict.fromkeys([*grouped, *form.fields, *known]):
        for error in known.get(name, ()):
            # One error that several fields bear is one point.
            if id(error) not in seen:
                seen.add(id(error))
                yield name, error


def names(message: str, label: str) -> bool:
    """Return whether a message holds the label of its field, as words of their own: « Indiquez votre commune »."""
    return bool(re.search(rf"(?<!\w){re.escape(label)}(?!\w)", message, re.IGNORECASE))
