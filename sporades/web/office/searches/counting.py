"""« Compter ces inscriptions »: how many of what a search finds, by one thing or by two (I8)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode

from sporades.accounts.permissions import Permission, Reach
from sporades.core.french import instant_in_words, local_day
from sporades.core.numbers import in_groups
from sporades.searches import operations
from sporades.searches.answered import pieces_of_health
from sporades.searches.axes import (
    AXES,
    FEWEST_DETAILED,
    GATHERED,
    GROUPS,
    NOT_DETAILED,
    offered_for_health,
)
from sporades.searches.catalogue import CRITERIA
from sporades.searches.counting import FEWEST, Counted, count
from sporades.searches.criteria import Criterion
from sporades.searches.models import Search
from sporades.searches.queries import TakesTooLong
from sporades.searches.rules import OF_PAPERS, says_of_health
from sporades.searches.trees import Group
from sporades.searches.words import in_words, labels_of
from sporades.web.office.charts import Figures, Row, in_order
from sporades.web.office.registrations.files import TRAIL
from sporades.web.office.searches import building
from sporades.web.office.searches.searching import search_of, tree_for
from sporades.web.office.sheets import sheet_of

USUAL = "etat"
MOST_COLUMNS = 12
"""How many columns are read beside one another; more are lines."""
MOST_LED = 50
"""Of how many lines each figure has a button; of more the page would be too heavy."""
MOST_LINES = 500
"""How many lines a page has; the file has all of them."""
FEW, UNTOLD = f"Moins de {FEWEST}", "Non dit"
LEADING_NOWHERE = {"0", FEW, UNTOLD}
"""Figures of nobody, or of nobody who is told."""


class CountForm(forms.Form):
    """By what they are counted."""

    compter_par = forms.ChoiceField(
        label="Par",
        choices=[(title, [(one.code, one.label) for one in axes]) for title, axes in GROUPS],
        required=False,
    )
    et_par = forms.ChoiceField(
        label="Et par",
        choices=[
            ("", "Rien d'autre"),
            *(
                (title, [(one.code, one.label) for one in axes if not one.is_many])
                for title, axes in GROUPS
            ),
        ],
        required=False,
    )

    def clean(self) -> dict[str, Any]:
        """Refuse the same thing twice."""
        said = super().clean()
        if said.get("compter_par") and said.get("compter_par") == said.get("et_par"):
            self.add_error("et_par", "Choisissez autre chose que sous « Par », ou rien d'autre.")
        return said

    @property
    def query(self) -> str:
        """What the address of its file says."""
        return urlencode({name: value for name, value in self.cleaned_data.items() if value})


@dataclass(frozen=True)
class Table:
    """What was counted, as it is read.

    Attributes:
        titles: of the columns.
        rows: the cells of each line.
        total: those of the last line; nothing where the lines are of the same registrations.
    """

    titles: list[str]
    rows: list[list[str]]
    total: list[str]

    @property
    def lines(self) -> list[list[str]]:
        """The rows of a file."""
        return [*self.rows, *filter(None, [self.total])]


@dataclass(frozen=True)
class Cell:
    """A cell, and what leads from its figure to the registrations that it counts.

    Attributes:
        said: the figure, or the words of a line.
        of: what it counts, for who does not see its line and its column.
        form, name, value: what its button sends, and by which form; nothing where it leads nowhere.
    """

    said: str
    of: str = ""
    form: str = ""
    name: str = ""
    value: str = ""


@dataclass(frozen=True)
class Way:
    """A form that figures send, each with what it is sought by.

    Attributes:
        form: its id.
        fields: what it holds.
        name: the field that a figure fills.
        values: by the words of a line or of a column, what it is sought by.
    """

    form: str
    fields: Sequence[tuple[str, str]]
    name: str
    values: Mapping[str, str]

    def cell(self, said: str, label: str, of: str) -> Cell:
        """Return the cell of a figure that leads where it is sought by its words."""
        value = self.values.get(label, "")
        return Cell(said, of, self.form, self.name, value) if value else Cell(said)


@dataclass(frozen=True)
class Leads:
    """What leads from the figures of two things counted together.

    Attributes:
        line, column: those of totals.
        crossed: those of figures, by the words of their column.
    """

    line: Way
    column: Way
    crossed: Mapping[str, Way]

    @property
    def ways(self) -> list[Way]:
        """All of them."""
        return [self.line, self.column, *self.crossed.values()]

    def cell(self, said: str, line: str, column: str) -> Cell:
        """Return the cell of a figure, or of a total where one of the two is not said."""
        if said in LEADING_NOWHERE:
            return Cell(said)
        if not line:
            return self.column.cell(said, column, column)
        if not column:
            return self.line.cell(said, line, line)
        way = self.crossed.get(column)
        return way.cell(said, line, f"{line}, {column}") if way else Cell(said)


def count_page(request: HttpRequest, search: str) -> HttpResponse:
    """How many of what a search finds, by what its reader chooses; first by state."""
    kept = search_of(request, search)
    tree = tree_for(request, kept)
    operations.note_used(kept, at=request.arrived_at)
    form = _form(request)
    counted = None
    if form.is_valid():
        try:
            counted = _counted(request, tree, form)
        except TakesTooLong:
            form.add_error(
                None,
                "Compter ainsi demande trop de temps. Comptez par une seule chose, ou ajoutez à la "
                "recherche un critère qui restreint (académie, examen).",
            )
    context = {
        "search": kept,
        "form": form,
        "asked": in_words(tree, reach=request.reach),
        "trail": _trail(kept),
        "counted_at": instant_in_words(request.arrived_at, settings.TIME_ZONE),
        "is_of_health": says_of_health(kept.tree),
        **(_shown(counted, form, _led(request, kept, tree, counted)) if counted else {}),
    }
    return render(request, "office/count.html", context, status=200 if counted else 422)


def count_file(request: HttpRequest, search: str) -> HttpResponse:
    """The same figures, of nobody, as a file; of what says something of health nothing is taken out (P-12)."""
    kept = search_of(request, search)
    form = _form(request)
    if not form.is_valid() or says_of_health(kept.tree):
        raise Http404
    table = _table(_counted(request, tree_for(request, kept), form), say=str)
    by = "-et-par-".join(one.replace("_", "-") for one in form.cleaned_data.values() if one)
    day = local_day(request.arrived_at, settings.TIME_ZONE)
    name = f"inscriptions-par-{by}_compte-le-{day:%Y-%m-%d}"
    return sheet_of(table.lines, table.titles, name=name)


def _form(request: HttpRequest) -> CountForm:
    said = {name: value for name, value in request.GET.items() if value}
    return CountForm({"compter_par": USUAL, **said})


def _counted(request: HttpRequest, tree: Group, form: CountForm) -> Counted:
    by, beside = AXES[form.cleaned_data["compter_par"]], AXES.get(form.cleaned_data["et_par"])
    return count(tree, by=by, beside=beside, reach=request.reach)


def _trail(kept: Search) -> list[tuple[str, str]]:
    here = (kept.name or "Inscriptions trouvées", reverse("office:found", args=[kept.pk]))
    return [*TRAIL, here]


def _shown(counted: Counted, form: CountForm, led: Mapping[str, Any]) -> dict[str, Any]:
    table = _table(counted, say=lambda one: in_groups(str(one)))
    by, beside = counted.by, counted.beside
    total = None if by.is_many else counted.total
    words = {word for line in counted.lines for word in line}
    figures, values, leads = _drawn(counted), led.get("values", {}), led.get("leads")
    return {
        **led,
        "drawn": [(row, values.get(row.label, "")) for row in figures.rows] if figures else [],
        "caption": f"Inscriptions par {by.by}{f', et par {beside.by}' if beside else ''}",
        "table": table,
        "rows": _rows(counted, table, leads),
        "left": in_groups(str(len(table.rows) - MOST_LINES))
        if len(table.rows) > MOST_LINES
        else "",
        "figures": figures,
        "count": total,
        "total": in_groups(str(total or 0)),
        "is_many": by.is_many,
        "hides": counted.hides,
        "fewest": FEWEST,
        "is_gathered": bool(words & GATHERED),
        "is_not_detailed": NOT_DETAILED in words,
        "leaves_papers_out": by.code in OF_PAPERS and bool(offered_for_health()),
        "leaves_exams_out": by.code == "piece" and bool(pieces_of_health()),
        "fewest_detailed": FEWEST_DETAILED,
        "query": form.query,
    }


def _rows(counted: Counted, table: Table, leads: Leads | None) -> list[list[Cell]]:
    """Return the cells of the lines that a page has, and of the total where it has them all."""
    is_whole = 0 < len(table.rows) <= MOST_LINES
    rows = table.lines if is_whole else table.rows[:MOST_LINES]
    if leads is None:
        return [[Cell(said) for said in row] for row in rows]
    columns = [*(one for (one,) in counted.columns), ""]
    lines = [*(one for (one,) in counted.lines), ""]
    return [
        [
            Cell(row[0]),
            *(leads.cell(said, line, one) for said, one in zip(row[1:], columns, strict=True)),
        ]
        for row, line in zip(rows, lines, strict=True)
    ]


def _led(request: HttpRequest, kept: Search, tree: Group, counted: Counted) -> dict[str, Any]:
    """Say what leads from a figure to the registrations that it counts."""
    axes = [one for one in (counted.by, counted.beside) if one]
    criteria = [CRITERIA[one.criterion] for one in axes if one.criterion]
    if len(criteria) < len(axes) or counted.fewest or not request.reaches(Permission.READ_LISTS):
        return {}
    values = [_values(one, request.reach) for one in criteria]
    columns = [("colonnes", code) for code in kept.columns]
    if counted.beside:
        return {"leads": _crossed(tree, counted, values=values, columns=columns)}
    more = building.narrowed(tree, *criteria)
    if more is None:
        return {}
    fields = [*more.fields, *columns]
    return {"values": values[0], "compared_in": more.names[0], "fields": fields}


def _crossed(
    tree: Group,
    counted: Counted,
    *,
    values: list[dict[str, str]],
    columns: list[tuple[str, str]],
) -> Leads | None:
    """Return what leads from the figures of two things counted together; nothing where it is too much."""
    by, beside = (CRITERIA[one.criterion] for one in (counted.by, counted.beside) if one)
    both = building.narrowed(tree, by, beside)
    line, column = building.narrowed(tree, by), building.narrowed(tree, beside)
    few = len(counted.columns) <= MOST_COLUMNS and len(counted.lines) <= MOST_LED
    if both is None or line is None or column is None or not few:
        return None
    of_lines, of_columns = values
    crossed = {
        label: (*both.fields, (both.names[1], of_columns[label]), *columns)
        for (label,) in counted.columns
        if label in of_columns
    }
    return Leads(
        line=Way("lignes", (*line.fields, *columns), line.names[0], of_lines),
        column=Way("colonnes", (*column.fields, *columns), column.names[0], of_columns),
        crossed={
            label: Way(f"colonne-{place}", fields, both.names[0], of_lines)
            for place, (label, fields) in enumerate(crossed.items(), start=1)
        },
    )


def _values(criterion: Criterion, reach: Reach) -> dict[str, str]:
    """Return by its label what each group is sought by: two that are called alike are one line."""
    by_label: dict[str, list[str]] = {}
    for value, label in labels_of(criterion, reach).items():
        by_label.setdefault(label, []).append(value)
    return {label: those[0] for label, those in by_label.items() if len(those) == 1}


def _drawn(counted: Counted) -> Figures | None:
    """Return the chart of what each registration has one of, counted by it alone, all of it told."""
    if counted.beside or counted.by.is_many or counted.fewest or not counted.lines:
        return None
    rows = [Row(", ".join(line), counted.figure(line) or 0) for line in counted.lines]
    return in_order(f"Inscriptions par {counted.by.by}", counted.by.titles[0], rows)


def _table(counted: Counted, *, say: Any) -> Table:
    def told(figure: int | None, otherwise: str = UNTOLD) -> str:
        return otherwise if figure is None else say(figure)

    by, beside, columns = counted.by, counted.beside, counted.columns
    blank = [""] * (len(by.titles) - 1)
    if beside is None:
        rows = [[*line, told(counted.figure(line), FEW)] for line in counted.lines]
        total = ["Total", *blank, told(counted.total)]
        return Table([*by.titles, "Nombre"], rows, [] if by.is_many else total)
    if len(columns) > MOST_COLUMNS:
        rows = [
            [*line, *column, told(counted.figure(line, column), FEW)]
            for line in counted.lines
            for column in columns
            if counted.figure(line, column) != 0
        ]
        total = ["Total", *blank, *([""] * len(beside.titles)), told(counted.total)]
        return Table([*by.titles, *beside.titles, "Nombre"], rows, [] if by.is_many else total)
    rows = [
        [
            *line,
            *(told(counted.figure(line, column), FEW) for column in columns),
            told(counted.of_line(line)),
        ]
        for line in counted.lines
    ]
    sums = [told(counted.of_column(column)) for column in columns]
    total = ["Total", *blank, *sums, told(counted.total)]
    titles = [*by.titles, *(", ".join(column) for column in columns), "Total"]
    return Table(titles, rows, [] if by.is_many else total)
