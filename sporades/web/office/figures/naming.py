"""How a file of figures is named: what, of which perimeter, of which days, counted when."""

from collections.abc import Iterable

from django.utils.text import slugify

from sporades.core.french import local_day
from sporades.statistics.selection import Selection
from sporades.web.office.figures.selecting import (
    STANDING,
    DaySelectionForm,
    PeriodForm,
    SelectionForm,
)

LONGEST = 40
"""Of one part of a name: a name of file has 255 signs at most."""


def name_of(what: str, form: SelectionForm) -> str:
    """Return « inscriptions-par-academie_lille_2026-10-12_2026-11-28_compte-le-2026-11-28 ».

    Args:
        what: the table.
        form: what its reader chose.
    """
    selection = form.selection
    counted = local_day(form.at, selection.zone)
    parts = [what, *_perimeter(selection), *_days(form), f"compte-le-{counted:%Y-%m-%d}"]
    return "_".join(parts)


def _perimeter(selection: Selection) -> Iterable[str]:
    services = selection.services
    academies = {one.academy.name for one in services}
    if len(academies) == 1:
        yield _short(*academies)
    elif not selection.academy and any(one.academies is None for one in selection.reach.perimeters):
        yield "national"
    else:
        yield f"{len(academies)}-academies"
    for found in ({one.domain.label for one in services}, {one.session.label for one in services}):
        if len(found) == 1:
            yield _short(*found)
    if selection.service:
        yield f"service-{selection.service}"
    if selection.is_standing:
        yield STANDING


def _days(form: SelectionForm) -> Iterable[str]:
    if isinstance(form, PeriodForm):
        yield from (f"{day:%Y-%m-%d}" for day in (form.period.first, form.period.last))
    elif isinstance(form, DaySelectionForm):
        yield f"{form.day.first:%Y-%m-%d}"


def _short(words: str) -> str:
    return slugify(words)[:LONGEST].strip("-")
