"""A criterion that looks at a text, a choice, yes or no."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import ClassVar

from django.db.models import Q

from sporades.accounts.permissions import Reach
from sporades.candidates.models import Channel, told_by_letter
from sporades.core.phones import EXAMPLES, as_dialled, ways_to_dial
from sporades.core.text import clean, search_key
from sporades.searches.criteria.base import Choices, Criterion, Unreadable, typed_in
from sporades.searches.operators import Operator


@dataclass(frozen=True)
class Text(Criterion):
    """A column of text, compared as it stands in its one form.

    Attributes:
        normal: gives what is typed the form of the column.
    """

    normal: Callable[[str], str] = clean

    operators: ClassVar[tuple[Operator, ...]] = (
        Operator.IS,
        Operator.IS_NOT,
        Operator.STARTS,
        Operator.CONTAINS,
        Operator.EMPTY,
        Operator.FILLED,
    )

    def condition(self, operator: Operator, values: Sequence[str]) -> Q:
        """Compare text."""
        if operator in (Operator.EMPTY, Operator.FILLED):
            empty = self._is(__isnull=True) | self._is(__exact="")
            return empty if operator is Operator.EMPTY else ~empty
        sought = self.normal(typed_in(values))
        if not sought:
            raise Unreadable("Indiquez des lettres ou des chiffres à chercher.")
        return self._compared(operator, sought)

    def _compared(self, operator: Operator, sought: str) -> Q:
        if operator is Operator.IS_NOT:
            return ~self._is(__exact=sought)
        lookup = {
            Operator.IS: "__exact",
            Operator.STARTS: "__startswith",
            Operator.CONTAINS: "__contains",
        }[operator]
        return self._is(**{lookup: sought})


@dataclass(frozen=True)
class Name(Text):
    """A part of the name: compared without capitals, accents or hyphens."""

    normal: Callable[[str], str] = search_key

    def _compared(self, operator: Operator, sought: str) -> Q:
        found = super()._compared(operator, sought)
        # The key of the whole name is indexed; it begins with that of the family name.
        if operator is Operator.IS_NOT:
            return found
        is_first = self.path == "identity__birth_name_key" and operator is not Operator.CONTAINS
        if is_first and operator is Operator.STARTS and " " not in sought:
            return Q(name_key__startswith=sought)  # one word is of the family name alone
        return Q(**{f"name_key__{'startswith' if is_first else 'contains'}": sought}) & found


@dataclass(frozen=True)
class WholeName(Text):
    """All the names together, also by likeness: a slip of the pen is forgiven."""

    normal: Callable[[str], str] = search_key

    operators: ClassVar[tuple[Operator, ...]] = (
        Operator.IS_LIKE,
        Operator.CONTAINS,
        Operator.STARTS,
    )

    def _compared(self, operator: Operator, sought: str) -> Q:
        if operator is Operator.IS_LIKE:
            return self._is(__trigram_word_similar=sought)
        return super()._compared(operator, sought)


@dataclass(frozen=True)
class Telephone(Criterion):
    """A telephone number, in any of the columns that hold one, however it is dialled.

    Attributes:
        others: the paths of the other columns.
    """

    others: tuple[str, ...] = ()

    operators: ClassVar[tuple[Operator, ...]] = (Operator.IS, Operator.EMPTY, Operator.FILLED)
    hint: ClassVar = "Par exemple 06 39 98 12 34"

    def condition(self, operator: Operator, values: Sequence[str]) -> Q:
        """Compare with all that dials the same telephone."""
        columns = (self.path, *self.others)
        if operator in (Operator.EMPTY, Operator.FILLED):
            filled = reduce(or_, (~Q(**{column: ""}) for column in columns))
            return filled if operator is Operator.FILLED else ~filled
        ways = ways_to_dial(as_dialled(typed_in(values)))
        if not ways:
            raise Unreadable(EXAMPLES)
        return reduce(or_, (Q(**{f"{column}__in": ways}) for column in columns))


@dataclass(frozen=True)
class Choice(Criterion):
    """A column that holds one of a list.

    Attributes:
        listed: the list, as far as a reader may know it.
    """

    listed: Callable[[Reach], Choices]

    operators: ClassVar[tuple[Operator, ...]] = (Operator.IS, Operator.IS_NOT)

    def choices(self, reach: Reach) -> Choices:
        """Return the list."""
        return self.listed(reach)

    def condition(self, operator: Operator, values: Sequence[str]) -> Q:
        """Compare with one of the list; with another value, nothing is found."""
        found = self._is(__exact=typed_in(values, "Choisissez dans la liste."))
        return ~found if operator is Operator.IS_NOT else found


@dataclass(frozen=True)
class ChannelOf(Choice):
    """How a candidate is written to, given the way to them: nothing holds it in one column."""

    def condition(self, operator: Operator, values: Sequence[str]) -> Q:
        """Compare with one of the channels."""
        said = typed_in(values, "Choisissez dans la liste.")
        by_letter = told_by_letter(self.path)
        conditions = {Channel.LETTER.value: by_letter, Channel.MAIL.value: ~by_letter}
        found = conditions.get(said, Q(pk__in=[]))
        return ~found if operator is Operator.IS_NOT else found


@dataclass(frozen=True)
class OptionalChoice(Choice):
    """The same, in a column that may be empty."""

    operators: ClassVar[tuple[Operator, ...]] = (
        Operator.IS,
        Operator.IS_NOT,
        Operator.EMPTY,
        Operator.FILLED,
    )

    def condition(self, operator: Operator, values: Sequence[str]) -> Q:
        """Compare with one of the list, or with nothing."""
        if operator in (Operator.EMPTY, Operator.FILLED):
            empty = self._is(__exact="")
            return empty if operator is Operator.EMPTY else ~empty
        return super().condition(operator, values)


@dataclass(frozen=True)
class Row(Choice):
    """A column that points to a row of reference, by its number."""

    def condition(self, operator: Operator, values: Sequence[str]) -> Q:
        """Compare with one of the list."""
        said = typed_in(values, "Choisissez dans la liste.")
        if not said.isascii() or not said.isdigit() or len(said) > 18:  # noqa: PLR2004 - a bigint
            raise Unreadable("Choisissez dans la liste.")
        found = self._is(__exact=int(said))
        return ~found if operator is Operator.IS_NOT else found


@dataclass(frozen=True)
class YesNo(Criterion):
    """A column that says yes or no."""

    operators: ClassVar[tuple[Operator, ...]] = (Operator.IS,)

    def choices(self, reach: Reach) -> Choices:  # noqa: ARG002 - the same for all
        """Return yes and no."""
        return (("oui", "Oui"), ("non", "Non"))

    def condition(self, operator: Operator, values: Sequence[str]) -> Q:  # noqa: ARG002 - there is one
        """Compare with yes or no."""
        said = typed_in(values, "Choisissez dans la liste.")
        if said not in ("oui", "non"):
            raise Unreadable("Choisissez dans la liste.")
        return self._holds() if said == "oui" else ~self._holds()

    def _holds(self) -> Q:
        return self._is(__exact=True)
