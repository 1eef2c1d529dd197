"""« Statistiques »: how many were filed, what is begun, which mails do not arrive."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse, reverse_lazy
from django.utils.http import urlencode

from sporades.core.french import instant_in_words
from sporades.web.office.charts import Delays, Figures
from sporades.web.office.figures import telling
from sporades.web.office.figures.naming import name_of
from sporades.web.office.figures.selecting import (
    DaySelectionForm,
    PeriodForm,
    RegistrationsForm,
    SelectionForm,
)
from sporades.web.office.sheets import sheet_of

TRAIL = [
    ("Accueil", reverse_lazy("office:home")),
    ("Statistiques", reverse_lazy("office:statistics")),
]


@dataclass(frozen=True)
class Page:
    """One page of « Statistiques ».

    Attributes:
        name: of its route.
        slug: what the addresses of its tables say.
        title: of its tab.
        template: how it is shown.
        form: what its reader chooses.
        tell: says what was counted, of what they chose.
    """

    name: str
    slug: str
    title: str
    template: str
    form: type[SelectionForm]
    tell: Callable[[Any], dict[str, Any]]


PAGES = (
    Page(
        "statistics",
        "inscriptions",
        "Inscriptions",
        "office/statistics.html",
        RegistrationsForm,
        telling.registrations,
    ),
    Page(
        "hours",
        "heures",
        "Heure par heure",
        "office/hours.html",
        DaySelectionForm,
        telling.hours,
    ),
    Page(
        "begun",
        "saisies",
        "Saisies commencées",
        "office/begun.html",
        SelectionForm,
        telling.begun,
    ),
    Page(
        "verdicts",
        "pieces",
        "Pièces justificatives",
        "office/verdicts.html",
        PeriodForm,
        telling.verdicts,
    ),
    Page(
        "accommodation_delays",
        "amenagements",
        "Aménagements",
        "office/accommodation_delays.html",
        PeriodForm,
        telling.accommodation_delays,
    ),
    Page(
        "troubles",
        "mails",
        "Mails en difficulté",
        "office/troubles.html",
        SelectionForm,
        telling.troubles,
    ),
)
BY_NAME = {page.name: page for page in PAGES}
BY_SLUG = {page.slug: page for page in PAGES}


def statistics(request: HttpRequest) -> HttpResponse:
    """Registrations of a period, by day and by all that tells them apart."""
    return _page(request, "statistics")


def hours(request: HttpRequest) -> HttpResponse:
    """One day, hour by hour: today unless another is asked, as far as it has come."""
    return _page(request, "hours")


def begun(request: HttpRequest) -> HttpResponse:
    """What is begun and not filed, by the last tab that has answers."""
    return _page(request, "begun")


def verdicts(request: HttpRequest) -> HttpResponse:
    """How long pieces wait to be verified, and why they are refused."""
    return _page(request, "verdicts")


def accommodation_delays(request: HttpRequest) -> HttpResponse:
    """How long requests for accommodations take from step to step, and where those that wait stand."""
    return _page(request, "accommodation_delays")


def troubles(request: HttpRequest) -> HttpResponse:
    """Mails that were refused, or that wait for long."""
    return _page(request, "troubles")


def table(request: HttpRequest, page: str, slug: str) -> HttpResponse:
    """One table of a page, as a file: the same figures, of nobody."""
    if page not in BY_SLUG:
        raise Http404
    form = BY_SLUG[page].form(request.GET, reach=request.reach, at=request.arrived_at)
    if not form.is_valid():
        raise Http404
    for one in _tables(BY_SLUG[page].tell(form)):
        if one.slug == slug:
            return sheet_of(one.lines, one.titles, name=name_of(one.slug, form))
    raise Http404


def _tables(said: dict[str, Any]) -> list[Figures | Delays]:
    return [*said.get("figures", ()), *(one for one in said.get("tables", ()) if one.rows)]


# --- The page ---------------------------------------------------------------------------------


def _page(request: HttpRequest, name: str) -> HttpResponse:
    page = BY_NAME[name]
    form = page.form(request.GET, reach=request.reach, at=request.arrived_at)
    is_valid = form.is_valid()
    said = page.tell(form) if is_valid else {}
    kept = form.kept if is_valid else ""
    is_first = page is PAGES[0]
    context = {
        "form": form,
        "tabs": [(f"{reverse(f'office:{one.name}')}{kept}", one.name, one.title) for one in PAGES],
        "tab": name,
        "title": page.title,
        "trail": TRAIL[:1] if is_first else TRAIL,
        "place": TRAIL[1][0] if is_first else page.title,
        "is_valid": is_valid,
        "has_services": bool(form.offered["service"]),
        "here": reverse(f"office:{name}"),
        "slug": page.slug,
        **(_counted(request, form) if is_valid else {}),
        **said,
        "are_rounded": any(one.is_rounded for one in said.get("figures", ())),
    }
    return render(request, page.template, context, status=200 if is_valid else 422)


def _counted(request: HttpRequest, form: SelectionForm) -> dict[str, Any]:
    """Say what was counted, when, and by which clock."""
    asked = {name: value for name, value in request.GET.items() if name in form.fields and value}
    again = f"?{urlencode(asked)}" if asked else ""
    return {
        "chosen": form.chosen,
        "clock": form.by_which_clock,
        "counted_at": instant_in_words(request.arrived_at, form.selection.zone),
        "again": f"{request.path}{again}",
        "asked": again,
    }
