"""« Compter ces inscriptions »: how many of what a search finds, by one thing or by two (I8)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode

from sporades.accounts.permissions import Permission
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
MOST_LINES = 500
"""How many lines a page has; the file has all of them."""
FEW, UNTOLD = f"Moins de {FEWEST}", "Non dit"


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
    figures, values = _drawn(counted), led.get("values", {})
    return {
        **led,
        "drawn": [(row, values.get(row.label, "")) for row in figures.rows] if figures else [],
        "caption": f"Inscriptions par {by.by}{f', et par {beside.by}' if beside else ''}",
        "table": table,
        "rows": table.rows[:MOST_LINES],
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


def _led(request: HttpRequest, kept: Search, tree: Group, counted: Counted) -> dict[str, Any]:
    """Say what leads from a figure of the chart's table to the registrations that it counts."""
    criterion = CRITERIA.get(counted.by.criterion)
    more = building.narrowed(tree, criterion) if criterion else None
    if criterion is None or more is None or not request.reaches(Permission.READ_LISTS):
        return {}
    by_label: dict[str, list[str]] = {}
    for value, label in labels_of(criterion, request.reach).items():
        by_label.setdefault(label, []).append(value)
    # Two that are called alike are counted in one line, and sought one by one.
    values = {label: those[0] for label, those in by_label.items() if len(those) == 1}
    columns = [("colonnes", code) for code in kept.columns]
    fields = [*((name, said) for name, said in more.fields if name != more.name), *columns]
    return {"values": values, "compared_in": more.name, "fields": fields}


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
