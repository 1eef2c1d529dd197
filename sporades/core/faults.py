"""What is wrong in a form, each point once."""

from collections.abc import Iterator

from django.core.exceptions import ValidationError
from django.forms import BaseForm


def faults_of(form: BaseForm) -> Iterator[tuple[str, ValidationError]]:
    """Return the errors of a form, each at the first field that bears it, by its name.

    Fields stand in the order of the form; what is of no field comes with the name of Django.
    """
    known, seen = form.errors.as_data(), set()
    for name in [*form.fields, *(known.keys() - form.fields.keys())]:
        for error in known.get(name, ()):
            # One error that several fields bear is one point.
            if id(error) not in seen:
                seen.add(id(error))
                yield name, error
