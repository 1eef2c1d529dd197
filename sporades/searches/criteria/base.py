"""What every criterion does: a condition from what was typed, or words that say what to type."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Self

from django.db.models import Q

from sporades.accounts.permissions import Reach
from sporades.core.text import clean
from sporades.searches.operators import Operator

LONGEST_VALUE = 200
MOST_LISTED = 2_000
"""How many a search looks for that were pasted as a list."""

type Choices = Sequence[tuple[str, str | Sequence[tuple[str, str]]]]
"""Values and labels, some of them gathered under a title."""


def flattened(choices: Choices) -> dict[str, str]:
    """Return the labels of a list by value, in its order, without the titles that gather some."""
    labels: dict[str, str] = {}
    for value, label in choices:
        labels.update({value: label} if isinstance(label, str) else dict(label))
    return labels


class Unreadable(Exception):
    """What was typed cannot be compared; the message says what to type, in French.

    Attributes:
        box: which of the values, from 0 on.
    """

    def __init__(self, message: str, box: int = 0) -> None:
        """Say what to type, and where."""
        super().__init__(message)
        self.box = box


class NotADay(Unreadable):
    """It is written as a day, and is none that can be."""


@dataclass(frozen=True)
class Criterion(ABC):
    """Something by which registrations are told apart.

    Attributes:
        code: what a kept search holds.
        label: what a reader sees.
        path: the path of the column from a registration.
        operators: how it may be compared.
        hint: how a value is written, where it needs saying.
        asks_how: what asks for the comparison.
        asks_what: what asks for the value.
    """

    code: str
    label: str
    path: str

    operators: ClassVar[tuple[Operator, ...]] = ()
    hint: ClassVar[str] = ""
    asks_how: ClassVar[str] = "Comparaison"
    asks_what: ClassVar[str] = "Valeur"

    def choices(self, reach: Reach) -> Choices | None:  # noqa: ARG002 - those who have some read it
        """Return what is chosen from; nothing where one types."""
        return None

    def current(self, value: str) -> str:
        """Return what the list offers by now for a value that a search has kept."""
        return value

    def within(self, reach: Reach) -> Self:  # noqa: ARG002 - those whom it concerns read it
        """Return the criterion as it is compared within a perimeter, where less is then looked at."""
        return self

    def is_gone(self, values: Sequence[str]) -> bool:  # noqa: ARG002 - those that may be gone read them
        """Return whether what a kept search compares with is nothing that its reader may ask by now."""
        return False

    @abstractmethod
    def condition(self, operator: Operator, values: Sequence[str]) -> Q:
        """Return what a registration must satisfy.

        Args:
            operator: one of the criterion's own.
            values: as typed, as many as the operator has boxes.

        Raises:
            Unreadable: a value cannot be compared with this.
        """

    def _is(self, **lookups: object) -> Q:
        return Q(**{f"{self.path}{name}": value for name, value in lookups.items()})


def as_compared(values: Sequence[str]) -> str:
    """Return the first value as it is compared: neither spaces around it nor unseen signs are of it."""
    return clean(values[0]) if values else ""


def typed_in(values: Sequence[str], otherwise: str = "Indiquez ce que vous cherchez.") -> str:
    """Return the one value that was typed. Raises Unreadable with `otherwise`, or if it is too long."""
    said = as_compared(values)
    if not said or "\0" in said:
        raise Unreadable(otherwise)
    if len(said) > LONGEST_VALUE:
        raise Unreadable(f"Indiquez {LONGEST_VALUE} caractères au plus.")
    return said
