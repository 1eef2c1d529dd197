"""What a criterion is, by the nature of what it looks at."""

import re
from abc import ABC, abstractmethod
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import reduce
from operator import or_
from typing import ClassVar, Self

from django.db.models import Exists, F, OuterRef, Q

from sporades.accommodations.as_sent import is_asked
from sporades.accommodations.granted import in_force_of
from sporades.accommodations.models import Case
from sporades.accommodations.states import OPEN
from sporades.accommodations.states import State as CaseStates
from sporades.accounts.permissions import Reach
from sporades.candidates.models import Channel, told_by_letter
from sporades.core.days import midnight
from sporades.core.french import NO_SUCH_DAY, ZONES, month_named
from sporades.core.text import clean, search_key
from sporades.evidence.models import Evidence
from sporades.evidence.states import TO_PROVIDE
from sporades.evidence.states import State as EvidenceState
from sporades.exams.queries import services_within
from sporades.registrations.models import RegistrationPaper, Version
from sporades.registrations.states import STANDING
from sporades.searches.operators import Operator

LONGEST_VALUE = 200
EARLIEST, LATEST = 1900, 2200
_DAY = re.compile(r"(\d{1,2})[\s/.-]+(\d{1,2})[\s/.-]+(\d{4})|(\d{4})-(\d{2})-(\d{2})")
_DAY_IN_WORDS = re.compile(r"(\d{1,2})(?:er)?\s+([^\W\d_]+)\.?\s+(\d{4})")

type Choices = Sequence[tuple[str, str | Sequence[tuple[str, str]]]]
"""Values and labels, some of them gathered under a title."""


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
        sought = self.normal(_said(values))
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
        found = self._is(__exact=_said(values, "Choisissez dans la liste."))
        return ~found if operator is Operator.IS_NOT else found


@dataclass(frozen=True)
class ChannelOf(Choice):
    """How a candidate is written to, given the way to them: nothing holds it in one column."""

    def condition(self, operator: Operator, values: Sequence[str]) -> Q:
        """Compare with one of the channels."""
        said = _said(values, "Choisissez dans la liste.")
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
        said = _said(values, "Choisissez dans la liste.")
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
        said = _said(values, "Choisissez dans la liste.")
        if said not in ("oui", "non"):
            raise Unreadable("Choisissez dans la liste.")
        return self._holds() if said == "oui" else ~self._holds()

    def _holds(self) -> Q:
        return self._is(__exact=True)


@dataclass(frozen=True)
class AmendedSince(YesNo):
    """Whether its candidate has changed, since the last decision, what was decided of."""

    def _holds(self) -> Q:
        return self._is(__gte=F("decided_at")) & Q(state__in=STANDING)


@dataclass(frozen=True)
class Ordered[Value](Criterion):
    """A column whose values come one after another, and which may be empty."""

    operators: ClassVar[tuple[Operator, ...]] = (
        Operator.IS,
        Operator.IS_NOT,
        Operator.BETWEEN,
        Operator.EMPTY,
        Operator.FILLED,
    )

    def condition(self, operator: Operator, values: Sequence[str]) -> Q:
        """Compare with a value, or with two bounds of which one may be missing."""
        if operator in (Operator.EMPTY, Operator.FILLED):
            return self._is(__isnull=operator is Operator.EMPTY)
        if operator is Operator.BETWEEN:
            return self._between(*_bounds(values, self._read))
        found = self._on(self._read(_said(values), 0))
        return ~found if operator is Operator.IS_NOT else found

    @abstractmethod
    def _read(self, said: str, box: int) -> Value:
        """Return what was typed in a box. Raises Unreadable."""

    def _on(self, value: Value) -> Q:
        return self._is(__exact=value)

    def _between(self, first: Value | None, last: Value | None) -> Q:
        condition = Q()
        if first is not None:
            condition &= self._is(__gte=first)
        if last is not None:
            condition &= self._is(__lte=last)
        return condition


@dataclass(frozen=True)
class Number(Ordered[int]):
    """A column that counts."""

    def _read(self, said: str, box: int) -> int:
        if not (said.isascii() and said.isdigit() and len(said) <= 9):  # noqa: PLR2004 - within an integer
            raise Unreadable("Indiquez un nombre en chiffres, par exemple 2.", box)
        return int(said)


@dataclass(frozen=True)
class Day(Ordered[date]):
    """A column that holds a day."""

    hint = "Par exemple : 14/03/2008"

    def _read(self, said: str, box: int) -> date:
        read = _DAY.fullmatch(_in_figures(said))
        if read is None:
            raise Unreadable("Indiquez le jour, le mois et l'année, par exemple 14/03/2008.", box)
        day, month, year, iso_year, iso_month, iso_day = read.groups()
        if not EARLIEST <= int(year or iso_year) <= LATEST:
            raise NotADay(f"Indiquez une année entre {EARLIEST} et {LATEST}.", box)
        try:
            return date(int(year or iso_year), int(month or iso_month), int(day or iso_day))
        except ValueError:
            raise NotADay(NO_SUCH_DAY, box) from None


_OF_ITS_ROW = "registration__service__zone"
"""Where the clock of the service stands, from what is of a registration."""


@dataclass(frozen=True)
class Instant(Day):
    """A column that holds an instant, sought by its day by the clock of the registration's service.

    Attributes:
        zones: the clocks that the services may follow.
    """

    zones: tuple[str, ...] = ZONES

    hint = "Par exemple : 14/03/2008, à l'heure du service de chaque inscription"
    clock: ClassVar = "service__zone"

    def within(self, reach: Reach) -> Self:
        """Keep the clocks of a perimeter: where there is one, its services need not be looked at."""
        known = {one.zone for one in services_within(reach)}
        return replace(self, zones=tuple(sorted(known))) if known else self

    def _on(self, day: date) -> Q:
        return self._between(day, day)

    def _between(self, first: date | None, last: date | None) -> Q:
        return _in_days(self.path, first, last, clock=self.clock, zones=self.zones)


@dataclass(frozen=True)
class LastVersion(Instant):
    """The day of the last version, whatever made it: an answer, a correction, a move, a merge."""

    operators: ClassVar[tuple[Operator, ...]] = (Operator.IS, Operator.IS_NOT, Operator.BETWEEN)

    def _between(self, first: date | None, last: date | None) -> Q:
        # The first version is of the instant of filing, which an index holds; few have a second.
        filed = Q(version=1) & super()._between(first, last)
        those = _in_days("filed_at", first, last, clock=_OF_ITS_ROW, zones=self.zones)
        rows = Version.objects.filter(registration=OuterRef("pk"), number=OuterRef("version"))
        return filed | Q(Exists(rows.filter(those)), version__gt=1)


@dataclass(frozen=True)
class PaperStatus(Criterion):
    """What was chosen for one épreuve.

    Attributes:
        listed: the épreuves, as far as a reader may know them.
    """

    listed: Callable[[Reach], Choices]

    asks_how: ClassVar = "Choix du candidat"
    asks_what: ClassVar = "Épreuve"
    operators: ClassVar[tuple[Operator, ...]] = (
        Operator.ENTERED,
        Operator.NOT_ENTERED,
        Operator.DISPENSED,
        Operator.KEPT,
    )

    def choices(self, reach: Reach) -> Choices:
        """Return the épreuves, by exam."""
        return self.listed(reach)

    def condition(self, operator: Operator, values: Sequence[str]) -> Q:
        """Ask for a row of the épreuve with this status."""
        said = _said(values, "Choisissez une épreuve.")
        if not said.isascii() or not said.isdigit() or len(said) > 18:  # noqa: PLR2004 - a bigint
            raise Unreadable("Choisissez une épreuve.")
        rows = RegistrationPaper.objects.filter(registration=OuterRef("pk"))
        return Q(Exists(rows.filter(paper=int(said), status=operator.value)))


@dataclass(frozen=True)
class PieceState(Criterion):
    """Where one supporting document stands.

    Attributes:
        listed: the pieces, as far as a reader may know them.
    """

    listed: Callable[[Reach], Choices]

    STATES: ClassVar = {
        Operator.PIECE_OWED: EvidenceState.OWED,
        Operator.PIECE_CHECKING: EvidenceState.CHECKING,
        Operator.PIECE_DEPOSITED: EvidenceState.DEPOSITED,
        Operator.PIECE_ACCEPTED: EvidenceState.ACCEPTED,
        Operator.PIECE_REFUSED: EvidenceState.REFUSED,
        Operator.PIECE_WAIVED: EvidenceState.WAIVED,
        Operator.PIECE_POSTED: EvidenceState.POSTED,
    }
    asks_how: ClassVar = "État de la pièce"
    asks_what: ClassVar = "Pièce"
    operators: ClassVar[tuple[Operator, ...]] = tuple(STATES)

    def choices(self, reach: Reach) -> Choices:
        """Return the pieces."""
        return self.listed(reach)

    def condition(self, operator: Operator, values: Sequence[str]) -> Q:
        """Ask for a piece of this code that stands there."""
        code = _said(values, "Choisissez une pièce.")
        rows = Evidence.objects.filter(registration=OuterRef("pk"))
        return Q(Exists(rows.filter(code=code, state=self.STATES[operator])))


@dataclass(frozen=True)
class CaseState(Criterion):
    """Where the last request for accommodations stands; « vide »: none was made."""

    asks_what: ClassVar = "État de la demande"
    operators: ClassVar[tuple[Operator, ...]] = (Operator.IS, Operator.EMPTY, Operator.FILLED)

    def choices(self, reach: Reach) -> Choices:  # noqa: ARG002 - the same everywhere
        """Return the states of a request that stands."""
        return tuple(
            (state.value, state.label) for state in CaseStates if state != CaseStates.WITHDRAWN
        )

    def condition(self, operator: Operator, values: Sequence[str]) -> Q:
        """Ask for a last request that stands there."""
        rows = Case.objects.filter(registration=OuterRef("pk"))
        if operator in (Operator.EMPTY, Operator.FILLED):
            made = Q(Exists(rows.exclude(state=CaseStates.WITHDRAWN)))
            return ~made if operator is Operator.EMPTY else made
        said = _said(values, "Choisissez un état.")
        if said in OPEN:  # a registration has one at most, and it is the last
            return Q(Exists(rows.filter(state=said)))
        later = Case.objects.filter(
            registration=OuterRef("registration"), begun_at__gt=OuterRef("begun_at")
        ).exclude(state=CaseStates.WITHDRAWN)
        return Q(Exists(rows.filter(~Exists(later), state=said)))


@dataclass(frozen=True)
class MeasureInForce(Criterion):
    """A measure that is asked for, or that the last decision grants: what rooms must know, never why.

    Attributes:
        listed: the measures, as far as a reader may know them.
    """

    listed: Callable[[Reach], Choices]

    asks_how: ClassVar = "Mesure"
    asks_what: ClassVar = "Aménagement"
    operators: ClassVar[tuple[Operator, ...]] = (Operator.GRANTED, Operator.ASKED_FOR)

    def choices(self, reach: Reach) -> Choices:
        """Return the measures."""
        return self.listed(reach)

    def condition(self, operator: Operator, values: Sequence[str]) -> Q:
        """Ask for a row of this measure."""
        code = _said(values, "Choisissez une mesure.")
        if operator is Operator.GRANTED:
            return Q(Exists(in_force_of(OuterRef("pk")).filter(decided_code=code)))
        return is_asked(OuterRef("pk"), code)


@dataclass(frozen=True)
class LacksPieces(YesNo):
    """Whether something is still to be sent for a mandatory piece, be it late or not.

    Nothing is, once the registration stands no more.
    """

    def _holds(self) -> Q:
        rows = Evidence.objects.filter(registration=OuterRef("pk"), is_mandatory=True)
        return Q(Exists(rows.filter(state__in=TO_PROVIDE))) & Q(state__in=STANDING)


@dataclass(frozen=True)
class PieceArrived(Instant):
    """The day on which a piece came, as a file or by post."""

    clock: ClassVar = _OF_ITS_ROW
    operators: ClassVar[tuple[Operator, ...]] = (
        Operator.BETWEEN,
        Operator.EMPTY,
        Operator.FILLED,
    )

    def condition(self, operator: Operator, values: Sequence[str]) -> Q:
        """Compare one piece with both bounds; « vide »: none has come."""
        rows = Evidence.objects.asked().filter(registration=OuterRef("pk"))
        if operator in (Operator.EMPTY, Operator.FILLED):
            came = Q(Exists(rows.filter(arrived_at__isnull=False)))
            return ~came if operator is Operator.EMPTY else came
        return Q(Exists(rows.filter(super().condition(operator, values))))


def _in_days(
    path: str, first: date | None, last: date | None, *, clock: str, zones: Sequence[str]
) -> Q:
    """Return what an instant satisfies that is of some days, by the clock of a service.

    A range for each clock, within one that holds them all: an index serves ranges, where the day of
    each row would have every row read.

    Args:
        path: of the instant.
        first, last: the days; nothing: without a bound.
        clock: the path of the zone of the service.
        zones: those that may be met.
    """
    alike: dict[tuple[datetime | None, datetime | None], list[str]] = defaultdict(list)
    for zone in zones:
        begins = None if first is None else midnight(first, zone)
        ends = None if last is None else midnight(last + timedelta(days=1), zone)
        alike[begins, ends].append(zone)
    widest = _within(
        path,
        min((one for one, _ in alike if one), default=None),
        max((one for _, one in alike if one), default=None),
    )
    if len(alike) == 1:
        return widest
    by_clock = [
        Q(**{f"{clock}__in": those}) & _within(path, *bounds) for bounds, those in alike.items()
    ]
    return widest & reduce(or_, by_clock)


def _within(path: str, begins: datetime | None, ends: datetime | None) -> Q:
    condition = Q()
    if begins is not None:
        condition &= Q(**{f"{path}__gte": begins})
    if ends is not None:
        condition &= Q(**{f"{path}__lt": ends})
    return condition


def _said(values: Sequence[str], otherwise: str = "Indiquez ce que vous cherchez.") -> str:
    said = clean(values[0]) if values else ""
    if not said or "\0" in said:
        raise Unreadable(otherwise)
    if len(said) > LONGEST_VALUE:
        raise Unreadable(f"Indiquez {LONGEST_VALUE} caractères au plus.")
    return said


def _bounds[Value](
    values: Sequence[str], read: Callable[[str, int], Value]
) -> tuple[Value | None, Value | None]:
    """Return two bounds; the message of `Unreadable` says when both are missing or crossed."""
    first, last = (*values, "", "")[:2]
    lowest = read(clean(first), 0) if clean(first) else None
    highest = read(clean(last), 1) if clean(last) else None
    if lowest is None and highest is None:
        raise Unreadable("Indiquez au moins une des deux bornes.")
    if lowest is not None and highest is not None and lowest > highest:  # type: ignore[operator] # both of one kind
        raise Unreadable("Indiquez la plus petite borne d'abord.", 1)
    return lowest, highest


def _in_figures(said: str) -> str:
    """Return a day whose month is named, « 3 février 2007 », in figures; anything else as it is."""
    read = _DAY_IN_WORDS.fullmatch(said)
    month = month_named(read[2]) if read else None
    return f"{read[1]}/{month}/{read[3]}" if read and month else said
