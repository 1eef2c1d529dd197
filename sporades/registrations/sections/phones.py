"""The field of a telephone number."""

from typing import Any

from sporades.core.phones import as_dialled
from sporades.registrations.fields import CleanCharField


class PhoneField(CleanCharField):
    """A telephone number, kept without its spaces and dots.

    Whether it can be dialled also depends on where one lives: the form asks `is_dialled`.
    """

    def __init__(self, **options: Any) -> None:
        """Accept up to twenty signs."""
        super().__init__(max_length=20, **options)
        self.widget.input_type = "tel"

    def to_python(self, value: Any) -> str:
        """Return the number as it is dialled."""
        return as_dialled(super().to_python(value))
