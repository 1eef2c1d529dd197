"""What a list of registrations shows of each, and how it is sorted.

Columns are read as values, without making rows of the models: a file of a hundred thousand
lines is written so in a few seconds.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Case as If
from django.db.models import F, Func, Max, OuterRef, Q, StringAgg, Subquery, TextField, Value, When
from django.db.models.functions import Concat

from sporades.accommodations.granted import in_force_of
from sporades.accommodations.models import Case
from sporades.accommodations.states import State as CaseState
from sporades.core.cells import Cell, in_text
from sporades.core.french import birth_date_in_digits, local_day
from sporades.evidence.models import Evidence
from sporades.evidence.states import TO_PROVIDE, TO_VERIFY
from sporades.exams.queries import rules
from sporades.registrations.states import state_in_office
from sporades.registrations.titles import qualification_of

SHORT, USUAL_WIDTH, LONG, LONGEST = 12, 20, 32, 50
"""How many signs wide a column of a file is, by what it holds."""


def _as_it_is(value: Cell) -> Cell:
    return value


@dataclass(frozen=True)
class Column:
    """One column of a list.

    Attributes:
        code: what a kept search holds.
        label: what a reader sees.
        paths: the columns of the database that it reads, from a registration.
        say: what it says of their values: a day is one, and so is a number to count with; a
            number that names somebody or something is a text.
        order: the fields it is sorted by, nothing when it cannot be.
        width: how many signs wide it is in a file.
    """

    code: str
    label: str
    paths: tuple[str, ...]
    say: Callable[..., Cell] = _as_it_is
    order: tuple[str, ...] = ()
    width: int = USUAL_WIDTH


def _day(instant: datetime | None, zone: str) -> date | None:
    return local_day(instant, zone) if instant else None


def _birth(year: int, month: int | None, day: int | None) -> Cell:
    return date(year, month, day) if month and day else birth_date_in_digits(year, month, day)


def _joined(with_: str) -> Callable[..., str]:
    return lambda *parts: with_.join(filter(None, parts))


def _category(regulation: int, exam: str, category: str) -> str:
    found = rules(regulation).exam(exam).category(category)
    return found.label if found else ""


def _labels(*states: str) -> StringAgg:
    return StringAgg("label", Value(" ; "), filter=Q(state__in=states), order_by="place")


def _pieces(said: StringAgg, **which: object) -> Subquery:
    """Return the names of the pieces of a registration that stand somewhere."""
    rows = Evidence.objects.filter(registration=OuterRef("pk"), **which).order_by()
    return Subquery(rows.values("registration").values(said=said))


def _last_piece() -> Subquery:
    rows = Evidence.objects.asked().filter(registration=OuterRef("pk")).order_by()
    return Subquery(rows.values("registration").values(said=Max("arrived_at")))


def _granted() -> Func:
    """Return the measures in force for a registration, in the words of who decided.

    With the codes of the épreuves that each is granted for, where it is not for all that are sat.
    """
    papers = If(When(decided_papers=[], then=F("papers")), default=F("decided_papers"))
    codes = Func(papers, Value(", "), function="array_to_string", output_field=TextField())
    some = Concat("decided_label", Value(" ("), codes, Value(")"), output_field=TextField())
    whole = When(papers=[], decided_papers=[], then=F("decided_label"))
    words = If(whole, default=some, output_field=TextField())
    rows = in_force_of(OuterRef("pk")).annotate(words=words).order_by("words")
    every = ArraySubquery(rows.values("words").distinct())
    return Func(every, Value(" ; "), function="array_to_string", output_field=TextField())


def _case_state() -> Subquery:
    rows = Case.objects.filter(registration=OuterRef("pk")).exclude(state=CaseState.WITHDRAWN)
    return Subquery(rows.order_by("-begun_at", "-pk").values("state")[:1])


def _case_in_words(state: str | None) -> str:
    return str(CaseState(state).label) if state else ""


COMPUTED: dict[str, Callable[[], Subquery | Func]] = {
    "pieces_to_provide": lambda: _pieces(_labels(*TO_PROVIDE), is_mandatory=True),
    "pieces_to_verify": lambda: _pieces(_labels(*TO_VERIFY)),
    "last_piece_at": _last_piece,
    "measures_granted": _granted,
    "case_state": _case_state,
}
"""What columns read beside the row of a registration, by the name that stands for it in `paths`."""

COLUMNS: tuple[Column, ...] = (
    Column("numero_inscription", "N° Inscription", ("number",), order=("number",)),
    Column("numero_candidat", "N° Candidat", ("candidate__number",)),
    Column("nom", "Nom de famille", ("identity__birth_name",), order=("name_key",)),
    Column("nom_usage", "Nom d'usage", ("identity__usage_name",)),
    Column("prenoms", "Prénom(s)", ("identity__first_names",)),
    Column(
        "naissance",
        "Date de naissance",
        ("identity__birth_year", "identity__birth_month", "identity__birth_day"),
        _birth,
        ("birth_date",),
        SHORT,
    ),
    Column(
        "qualification",
        "Qualification présentée",
        ("exam__label", "speciality__label"),
        qualification_of,
        width=LONGEST,
    ),
    Column(
        "etat",
        "État",
        ("state", "decided_at", "amended_at"),
        state_in_office,
        ("state", "name_key"),
        LONG,
    ),
    Column(
        "categorie",
        "Catégorie du candidat",
        ("regulation_id", "exam__code", "category"),
        _category,
        width=LONG,
    ),
    Column("academie", "Académie", ("academy__name",), order=("academy", "name_key")),
    Column("commune", "Commune", ("postcode", "town"), _joined(" ")),
    Column(
        "mail",
        "Adresse mail",
        ("candidate__user__email", "candidate__email"),
        lambda account, given: account or given,
        width=LONG,
    ),
    Column(
        "enregistree", "Enregistrée le", ("filed_at", "service__zone"), _day, ("filed_at",), SHORT
    ),
    Column(
        "modifiee", "Modifiée le", ("amended_at", "service__zone"), _day, ("amended_at",), SHORT
    ),
    Column(
        "decidee",
        "État décidé le",
        ("decided_at", "service__zone"),
        _day,
        ("decided_at",),
        SHORT,
    ),
    Column("version", "Version", ("version",), width=SHORT),
    Column("pieces_a_fournir", "Pièces à fournir", ("pieces_to_provide",), width=LONGEST),
    Column("pieces_a_verifier", "Pièces à vérifier", ("pieces_to_verify",), width=LONGEST),
    Column(
        "piece_arrivee",
        "Dernière pièce arrivée le",
        ("last_piece_at", "service__zone"),
        _day,
        width=SHORT,
    ),
    Column("amenagement", "Demande d'aménagement", ("case_state",), _case_in_words, width=LONG),
    Column("mesures_accordees", "Aménagements accordés", ("measures_granted",), width=LONGEST),
)
USUAL = (
    "numero_inscription",
    "nom",
    "prenoms",
    "naissance",
    "qualification",
    "etat",
    "enregistree",
)
BY_CODE = {column.code: column for column in COLUMNS}


def chosen(codes: Sequence[str]) -> list[Column]:
    """Return the columns of these codes, in the order of the list; the usual ones for none."""
    wanted = set(codes) & BY_CODE.keys() or set(USUAL)
    return [column for column in COLUMNS if column.code in wanted]


@dataclass(frozen=True)
class Reading:
    """How registrations are read for some columns.

    Attributes:
        columns: what is said of each.
    """

    columns: Sequence[Column]

    @property
    def paths(self) -> list[str]:
        """The columns of the database to read, the number first."""
        found = ["number", *(path for column in self.columns for path in column.paths)]
        return list(dict.fromkeys(found))

    def of(self, registrations: Any) -> Any:
        """Return the values of these registrations, in their order."""
        computed = {path: COMPUTED[path]() for path in self.paths if path in COMPUTED}
        return registrations.annotate(**computed).values_list(*self.paths)

    def cells(self) -> Callable[[Sequence[Any]], list[Cell]]:
        """Return what says the values of one registration, a cell for each column."""
        place = {path: index for index, path in enumerate(self.paths)}
        wanted = [(one.say, [place[path] for path in one.paths]) for one in self.columns]
        return lambda values: [say(*(values[index] for index in at)) for say, at in wanted]

    def words(self) -> Callable[[Sequence[Any]], list[str]]:
        """Return what says the same to be read."""
        cells = self.cells()
        return lambda values: [in_text(cell) for cell in cells(values)]
