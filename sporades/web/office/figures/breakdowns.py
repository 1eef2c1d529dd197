"""Registrations that are counted, told by what tells them apart: the tables and charts of each."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from itertools import chain
from typing import Any
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils.http import urlencode

from sporades.core.french import day_in_words, hour_in_words, local_day
from sporades.exams.held import held
from sporades.exams.models import Domain, Exam, Speciality
from sporades.exams.queries import in_force, programmes, versions_of_exam
from sporades.registrations.former import once_offered
from sporades.registrations.states import State
from sporades.statistics import queries
from sporades.statistics.periods import Period
from sporades.statistics.queries import Filed
from sporades.territory import queries as territory
from sporades.web.office.charts import Figures, Row, by_size, in_order, in_time
from sporades.web.office.figures.selecting import PeriodForm

UNSAID = "Archivées, non détaillées"


def in_days(form: PeriodForm, by_day: Any) -> Figures:
    """Return what was filed each day of a period, or each week of a long one."""
    period, today = form.period, local_day(form.at, form.period.zone)
    is_long = period.first.year != period.last.year
    rows = [
        Row(
            _dated(step, is_long=is_long)
            + (", semaine en cours" if period.by_week and step.is_of_week(today) else ""),
            step.count(by_day),
            "" if period.by_week else _day_url(form, step),
            f"{step.first:%d/%m}",
        )
        for step in period.steps()
    ]
    by = "semaine" if period.by_week else "jour"
    return in_time(f"Inscriptions par {by}", by.capitalize(), rows)


def _dated(step: Period, *, is_long: bool) -> str:
    """Say a day, or the days of a week; the year where there are two of them."""
    first, last = (
        words if is_long else words.removesuffix(f" {day.year}")
        for day in (step.first, step.last)
        for words in [day_in_words(day, weekday=step.first == step.last)]
    )
    if step.first == step.last:
        return first
    _, month, *year = last.split(" ")
    return f"Du {first.removesuffix(' '.join(['', month, *year]))} au {last}"


def _day_url(form: PeriodForm, day: Period) -> str:
    join = "&" if form.kept else "?"
    asked = urlencode({"jour": f"{day.first:%Y-%m-%d}"})
    return f"{reverse('office:hours')}{form.kept}{join}{asked}"


def in_hours(day: Period, by_hour: Any, *, at: datetime) -> Figures:
    """Return what was filed each hour of a day, as far as it has come."""
    rows, beginning = [], day.start.astimezone(UTC)
    while beginning < min(day.end, at):
        clock = hour_in_words(beginning, day.zone)
        short = f"{beginning.astimezone(ZoneInfo(day.zone)).hour} h"
        rows.append(Row(clock, by_hour.get(beginning, 0), short=short))
        beginning += queries.HOUR
    return in_time("Inscriptions par heure", "Heure qui commence à", rows, places=24)


def apart(found: Filed, *, of_one_academy: bool) -> list[Figures]:
    """Return what was filed by each of what tells registrations apart.

    Args:
        found: what was filed.
        of_one_academy: whether its reader reaches one academy alone: all of them are there.
    """
    by_academy = by_size("Inscriptions par académie", "Académie", _academies(found))
    return [
        in_order("Inscriptions par état, aujourd'hui", "État", _states(found)),
        by_size("Inscriptions par domaine", "Domaine", _domains(found)),
        by_size("Inscriptions par spécialité", "Examen et spécialité", _choices(found)),
        by_size("Inscriptions par catégorie", "Catégorie du candidat", _categories(found)),
        *([] if of_one_academy else [by_academy]),
    ]


def _states(found: Filed) -> list[Row]:
    """Return them in the order of a registration's life: two pages are read side by side.

    Where some are not told apart, « 0 » would say of a state what is not known of it.
    """
    unsaid = _unsaid(found, "state")
    told = [state for state in State if found.states[state] or not unsaid]
    return [*(Row(state.label, found.states[state]) for state in told), *unsaid]


def _academies(found: Filed) -> list[Row]:
    return [Row(territory.academy(code).name, n) for code, n in found.academies.items()]


def _domains(found: Filed) -> list[Row]:
    by_domain = dict(found.unsaid_domains)
    for (exam, _), count in found.choices.items():
        domain = row_of(Exam, exam).domain_id
        by_domain[domain] = by_domain.get(domain, 0) + count
    return [Row(row_of(Domain, pk).label, count) for pk, count in by_domain.items()]


def _choices(found: Filed) -> list[Row]:
    name = exam_namer(exam for exam, _ in found.choices)
    rows = [
        Row(name(exam, row_of(Speciality, speciality).label if speciality else ""), count)
        for (exam, speciality), count in found.choices.items()
    ]
    return [*rows, *_unsaid(found, "choice")]


def exam_namer(exams: Iterable[int]) -> Callable[..., str]:
    """Return what names each exam of some: with its session where they are of several.

    Args:
        exams: their keys.

    Returns:
        A function of the key of one and of the label of a speciality, which may be left out.
    """
    rows = {pk: row_of(Exam, pk) for pk in exams}
    are_of_several = len({one.session_id for one in rows.values()}) > 1

    def name(pk: int, speciality: str = "") -> str:
        exam = rows[pk]
        named = " – ".join(filter(None, (exam.label, speciality)))
        return f"{named}, {exam.session.label}" if are_of_several else named

    return name


def _categories(found: Filed) -> list[Row]:
    offered = (one for programme in programmes() for one in programme.exams)
    labels: dict[tuple[int, str], str] = {}
    for one in chain(offered, once_offered()):
        for category in one.rules.categories:
            labels.setdefault((one.exam.pk, category.code), category.label)
    named: dict[str, int] = {}
    for (exam, code), count in found.categories.items():
        label = labels.get((exam, code)) or _once_called(exam, code) or code or "Sans catégorie"
        named[label] = named.get(label, 0) + count
    return [*(Row(label, count) for label, count in named.items()), *_unsaid(found, "category")]


def _once_called(exam: int, code: str) -> str:
    """Return how the last version that had a category called it; nothing where none had.

    Nobody is left under that version, where all whom it registered are archived.
    """
    row = row_of(Exam, exam)
    version = in_force(row.domain, row.session) if code else None
    said = versions_of_exam(version, exam=row.code) if version else ()
    return next((found.label for one in said if (found := one.category(code))), "")


def _unsaid(found: Filed, kind: str) -> list[Row]:
    """Return those that are archived and not told apart, where there are any."""
    return [Row(UNSAID, found.unsaid[kind])] if found.unsaid[kind] else []


def row_of(kind: Any, pk: int) -> Any:
    """Return a row of what is put in force, from what the process holds."""
    return held().rows.get((kind, pk)) or kind.objects.get(pk=pk)
