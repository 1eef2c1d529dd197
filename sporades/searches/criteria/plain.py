"""A criterion that looks at a text, a choice, yes or no."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from operator import or_
from typing import Any, ClassVar, Self

from django.db.models import F, Func, Q, TextField, Value
from django.db.models.functions import Upper
from django.db.models.lookups import Contains, Exact, StartsWith

from sporades.accounts.permissions import Reach
from sporades.candidates.models import Candidate, Channel, told_by_letter
from sporades.core.numbers import in_groups, whole
from sporades.core.phones import EXAMPLES, as_dialled, ways_to_dial
from sporades.core.text import clean, search_key, shortened
from sporades.registrations.records import records_held, registered_outside, unreached
from sporades.searches.criteria.base import (
    MOST_LISTED,
    Choices,
    Criterion,
    Unreadable,
    typed_in,
)
from sporades.searches.operators import Operator
from sporades.territory.models import FRANCE, Commune
from sporades.territory.rules import commune_key


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
        return _as_it_stands(self.path, operator, sought)


def _as_it_stands(path: str, operator: Operator, sought: str, *, lightly: bool = False) -> Q:
    """Compare a column of text with what is sought, in its form; lightly: whatever its capitals."""
    if operator is Operator.IS_NOT:
        return ~Q(**{f"{path}__exact": sought})
    lookup = {
        Operator.IS: "exact",
        Operator.STARTS: "startswith",
        Operator.CONTAINS: "contains",
    }[operator]
    return Q(**{f"{path}__{'i' if lightly else ''}{lookup}": sought})


TOO_MANY_LISTED = (
    f"Une recherche porte sur {in_groups(str(MOST_LISTED))} lignes au plus : partagez cette liste en "
    "plusieurs recherches."
)
_BETWEEN_CELLS = re.compile(r"[\t,;]")
_LONGEST_SHOWN, _MOST_LINES_NAMED = 40, 10


@dataclass(frozen=True)
class Identifier(Text):
    """What names one registration, or one person: a whole list of them is sought at once.

    Attributes:
        what: what a line of the list is, « un numéro d'inscription ».
        is_one: tells whether a text, in the form of the column, may be one.
    """

    what: str = "un numéro"
    is_one: Callable[[str], bool] = bool

    operators: ClassVar[tuple[Operator, ...]] = (
        Operator.IS,
        Operator.IS_NOT,
        Operator.AMONG,
        Operator.STARTS,
        Operator.CONTAINS,
        Operator.EMPTY,
        Operator.FILLED,
    )

    def condition(self, operator: Operator, values: Sequence[str]) -> Q:
        """Compare text, or ask for one of a list."""
        if operator is Operator.AMONG:
            return self._among(self.listed(values))
        return super().condition(operator, values)

    def listed(self, values: Sequence[str]) -> list[str]:
        """Return what a pasted list names, each once, in the form of the column.

        Args:
            values: the list, as typed: one a line; what a spreadsheet or a mail puts between two
                cells parts them too.

        Raises:
            Unreadable: it is empty, too long, or a line of it is none.
        """
        lines = enumerate(values[0].splitlines() if values else (), 1)
        cells = [
            (line, said)
            for line, typed in lines
            for cell in _BETWEEN_CELLS.split(typed)
            if (said := clean(cell))
        ]
        if not cells:
            raise Unreadable(f"Collez {self.what} par ligne.")
        known = dict.fromkeys(self.normal(said) for _, said in cells)
        if len(known) > MOST_LISTED:
            raise Unreadable(TOO_MANY_LISTED)
        wrong = [(line, said) for line, said in cells if not self.is_one(self.normal(said))]
        if wrong:
            raise Unreadable(self._wrong(wrong))
        return list(known)

    def named(self, registrations: Any, sought: Sequence[str]) -> set[str]:  # noqa: ARG002 - some read it
        """Return what names some registrations, or their candidates.

        Args:
            registrations: which.
            sought: what they were found by, in the form of the column.
        """
        return set(registrations.order_by().values_list(self.path, flat=True))

    def _among(self, sought: Sequence[str]) -> Q:
        return self._is(__in=sought)

    def _wrong(self, cells: Sequence[tuple[int, str]]) -> str:
        line, said = cells[0]
        first = f"Ligne {line}, « {shortened(said, _LONGEST_SHOWN)} » : ce n'est pas {self.what}."
        others = sorted({other for other, _ in cells} - {line})
        if not others:
            return first
        cut = "…" if len(others) > _MOST_LINES_NAMED else ""
        numbers = ", ".join(str(one) for one in others[:_MOST_LINES_NAMED])
        which = "Les lignes" if len(others) > 1 else "La ligne"
        return f"{first} {which} {numbers}{cut} non plus."


@dataclass(frozen=True)
class Address(Identifier):
    """Where somebody's mails go: the address of their account, else that of their record.

    Each of the two is asked of its own index, and registrations of those whom they find.
    """

    def condition(self, operator: Operator, values: Sequence[str]) -> Q:
        """Compare the one that counts."""
        if operator in (Operator.EMPTY, Operator.FILLED):
            empty = self._is(__user=None, __email="")
            return empty if operator is Operator.EMPTY else ~empty
        return super().condition(operator, values)

    def _compared(self, operator: Operator, sought: str) -> Q:
        is_not = operator is Operator.IS_NOT
        asked = Operator.IS if is_not else operator
        held = self._held(
            _as_it_stands("user__email", asked, sought), _as_it_stands("email", asked, sought)
        )
        return ~held if is_not else held

    def _among(self, sought: Sequence[str]) -> Q:
        return self._held(Q(user__email__in=sought), Q(email__in=sought))

    def _held(self, of_account: Q, of_record: Q) -> Q:
        accounts = Candidate.objects.filter(of_account).values("pk")
        records = Candidate.objects.filter(of_record, user=None).values("pk")
        return self._is(__in=accounts.union(records))

    def named(self, registrations: Any, sought: Sequence[str]) -> set[str]:  # noqa: ARG002 - of all
        """Return the addresses at which the candidates of these registrations are written to."""
        both = registrations.order_by().values_list("candidate__user__email", "candidate__email")
        return {account or given for account, given in both}


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
class Town(Text):
    """A commune: those of the official list whose names answer, and what stands elsewhere as typed."""

    def _compared(self, operator: Operator, sought: str) -> Q:
        is_not = operator is Operator.IS_NOT
        asked = Operator.IS if is_not else operator
        named = _as_it_stands("search_key", asked, commune_key(sought))
        found = self._is(__in=Commune.objects.filter(named).values("name"))
        found |= _as_it_stands(self.path, asked, sought, lightly=True)
        return ~found if is_not else found


_FOREIGN = {Operator.IS: Exact, Operator.STARTS: StartsWith, Operator.CONTAINS: Contains}


@dataclass(frozen=True)
class Postcode(Text):
    """A postcode, whatever separates its signs: « 59 000 », « SW1A 1AA », « 1000-205 ».

    That of France is kept as five figures, any other as it was typed, which few have: theirs alone
    are read sign by sign.

    Attributes:
        country: the path of the country.
    """

    country: str = "country"

    def _compared(self, operator: Operator, sought: str) -> Q:
        is_not = operator is Operator.IS_NOT
        asked = Operator.IS if is_not else operator
        bare = Func(
            Upper(F(self.path)),
            Value("[^[:alnum:]]"),
            Value(""),
            Value("g"),
            function="regexp_replace",
            output_field=TextField(),
        )
        abroad = ~Q(**{self.country: FRANCE}) & Q(_FOREIGN[asked](bare, sought))
        found = _as_it_stands(self.path, asked, sought) | abroad
        return ~found if is_not else found


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
        record: the path of the candidate, whose record may hold one too.
        reach: the perimeter: what another academy has typed on the record is not looked at.
    """

    others: tuple[str, ...] = ()
    record: str = ""
    reach: Reach | None = None

    operators: ClassVar[tuple[Operator, ...]] = (Operator.IS, Operator.EMPTY, Operator.FILLED)
    hint: ClassVar = "Par exemple 06 39 98 12 34"

    def within(self, reach: Reach) -> Self:
        """Keep the perimeter, which may not have all that a person has."""
        return self if reach.is_everything else replace(self, reach=reach)

    def condition(self, operator: Operator, values: Sequence[str]) -> Q:
        """Compare with all that dials the same telephone."""
        columns = (self.path, *self.others)
        if operator in (Operator.EMPTY, Operator.FILLED):
            filled = reduce(or_, (~Q(**{column: ""}) for column in columns))
            if self.record:
                filled |= self._on_record()
            return filled if operator is Operator.FILLED else ~filled
        ways = ways_to_dial(as_dialled(typed_in(values)))
        if not ways:
            raise Unreadable(EXAMPLES)
        dialled = reduce(or_, (Q(**{f"{column}__in": ways}) for column in columns))
        if not self.record:
            return dialled
        # Their keys, few, are asked for first: a question within the alternatives would be put to
        # each registration, and no index would find the others.
        known = Candidate.objects.all() if self.reach is None else records_held(self.reach)
        theirs = known.filter(phone__in=ways).values_list("pk", flat=True)
        return dialled | Q(**{f"{self.record}__in": list(theirs)})

    def _on_record(self) -> Q:
        given = ~Q(**{f"{self.record}__phone": ""})
        if self.reach is None:
            return given
        return given & Q(~registered_outside(self.reach, candidate=self.record))


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
class SummaryCameBy(Choice):
    """How a signed summary came; one that has not came by none."""

    def condition(self, operator: Operator, values: Sequence[str]) -> Q:
        """Compare with one of the ways, of those that came."""
        return Q(summary_posted_on__isnull=False) & super().condition(operator, values)


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
        key = whole(said)
        if key is None:
            raise Unreadable("Choisissez dans la liste.")
        found = self._is(__exact=key)
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


@dataclass(frozen=True)
class HasAccount(YesNo):
    """Whether a candidate has an account."""

    def _holds(self) -> Q:
        return self._is(__user__isnull=False)


@dataclass(frozen=True)
class Waived(YesNo):
    """Whether a rule of eligibility would refuse it but for a derogation."""

    def _holds(self) -> Q:
        return ~self._is(__exact=[])


@dataclass(frozen=True)
class LastMailRefused(YesNo):
    """Whether the last mail to a candidate was refused, or came back: nothing has arrived since."""

    def _holds(self) -> Q:
        return self._is(__in=unreached())
