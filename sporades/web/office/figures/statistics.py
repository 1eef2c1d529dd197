"""« Statistiques »: how many were filed, what is begun, which mails do not arrive."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse, reverse_lazy
from django.utils.http import urlencode

from sporades.accommodations.states import State as CaseState
from sporades.core.french import at_most_in_words, day_in_words, hour_in_words, instant_in_words
from sporades.core.numbers import in_groups
from sporades.evidence.queries import labels_of
from sporades.exams.held import held
from sporades.exams.models import Domain, Exam, Speciality
from sporades.exams.queries import programmes
from sporades.registrations.sections import SECTIONS
from sporades.registrations.states import State
from sporades.statistics import accommodations, archived, keeping, queries
from sporades.statistics.archived import FEWEST
from sporades.statistics.delays import Delay, delays
from sporades.statistics.periods import Period
from sporades.statistics.queries import Filed
from sporades.territory import queries as territory
from sporades.web.office.figures.charts import Figures, Row, by_size, in_order, in_time
from sporades.web.office.figures.selecting import (
    DaySelectionForm,
    PeriodForm,
    RegistrationsForm,
    SelectionForm,
)

TRAIL = [
    ("Accueil", reverse_lazy("office:home")),
    ("Statistiques", reverse_lazy("office:statistics")),
]
TABS = (
    ("statistics", "Inscriptions"),
    ("hours", "Heure par heure"),
    ("begun", "Saisies commencées"),
    ("verdicts", "Pièces justificatives"),
    ("accommodation_delays", "Aménagements"),
    ("troubles", "Mails en difficulté"),
)
TROUBLES = {
    "refused": "Refusés par le serveur du destinataire, depuis 30 jours",
    "quarter": "En attente depuis plus de 15 minutes",
    "hour": "En attente depuis plus d'une heure",
    "day": "En attente depuis plus d'un jour",
}
MOST_CLOSING = 10
AGES = (
    "Moins d'un jour",
    "De 1 à moins de 3 jours",
    "De 3 à moins de 8 jours",
    "De 8 à moins de 15 jours",
    "De 15 à moins de 31 jours",
    "31 jours et plus",
)
LONG_AGES = (
    "Moins de 3 jours",
    "De 3 à moins de 8 jours",
    "De 8 à moins de 15 jours",
    "De 15 à moins de 31 jours",
    "De 31 à moins de 61 jours",
    "61 jours et plus",
)
STAGES = {
    "opinion": "De l'envoi à l'avis",
    "decision": "De l'avis à la décision",
    "notification": "De la décision à la notification",
    "whole": "De l'envoi à la notification",
}
ENDED = ("Demandes", "La moitié, au plus", "Neuf sur dix, au plus")
MEASURED = ("Verdicts", "La moitié, au plus", "Neuf sur dix, au plus")
UNSAID = "Archivées, non détaillées"
FEW = "D'inscriptions archivées, motifs trop rares pour être dits"
FREE_WORDS = "Autre motif, dit en mots libres"


def statistics(request: HttpRequest) -> HttpResponse:
    """Registrations of a period, by day and by all that tells them apart."""
    form = RegistrationsForm(request.GET, reach=request.reach, at=request.arrived_at)
    if not form.is_valid():
        return _page(request, "statistics", form)
    counted = keeping.filed(form.selection, form.period, at=request.arrived_at)
    found = counted.filed
    said = {
        "period": form.period,
        "total": in_groups(str(found.total)),
        "count": found.total,
        "is_standing": form.selection.is_standing,
        "standing": in_groups(str(found.standing)),
        "persons": found.persons,
        "persons_in_words": in_groups(str(found.persons)),
        "archived": found.archived,
        "archived_in_words": in_groups(str(found.archived)),
        "left_out": found.left_out,
        "left_out_in_words": in_groups(str(found.left_out)),
        "fewest": FEWEST,
        "has_unsaid": bool(found.unsaid),
        "counted_at": instant_in_words(counted.at, form.selection.zone),
        "are_many": counted.are_many,
        "many": in_groups(str(keeping.MANY)),
        "kept_for": int(keeping.KEPT_FOR.total_seconds()),
        "figures": [
            _in_time(form, counted.by_day),
            *(_of(found) if found.total else ()),
        ],
    }
    return _page(request, "statistics", form, said)


def hours(request: HttpRequest) -> HttpResponse:
    """One day, hour by hour: today unless another is asked, as far as it has come."""
    form = DaySelectionForm(request.GET, reach=request.reach, at=request.arrived_at)
    if not form.is_valid():
        return _page(request, "hours", form)
    at, day, lately = request.arrived_at, form.day, {}
    with queries.one_snapshot():
        by_hour = Counter(queries.filed_by_hour(form.selection, day))
        kept, left = archived.by_hour(form.selection, day)
        if form.is_today:
            lately = queries.filed_just_now(form.selection, at=at)
    if is_standing := form.selection.is_standing:
        left += kept.total()
    else:
        by_hour += kept
    closing = [one for one in form.selection.services if day.start <= one.closes_at < day.end]
    said = {
        "day": form.day_in_words,
        "is_today": form.is_today,
        "is_standing": is_standing,
        "total": in_groups(str(by_hour.total())),
        "count": by_hour.total(),
        "archived": left,
        "archived_in_words": in_groups(str(left)),
        "lately": {name: in_groups(str(count)) for name, count in lately.items()},
        "closing": [
            (one, one.closing_in_words, one.time_left_in_words(at) if one.accepts(at) else "")
            for one in sorted(closing, key=lambda one: one.closes_at)[:MOST_CLOSING]
        ],
        "more_closing": max(len(closing) - MOST_CLOSING, 0),
        "figures": [_by_hour(day, by_hour, at=at)],
    }
    return _page(request, "hours", form, said)


def begun(request: HttpRequest) -> HttpResponse:
    """What is begun and not filed, by the last tab that has answers."""
    form = SelectionForm(request.GET, reach=request.reach, at=request.arrived_at)
    if not form.is_valid():
        return _page(request, "begun", form)
    with queries.one_snapshot():
        found = queries.begun(form.selection, at=request.arrived_at)
    titles = {queries.NOTHING: "Aucune réponse"}
    titles |= {place: section.title for place, section in enumerate(SECTIONS)}
    rows = [Row(title, found.new[place]) for place, title in titles.items()]
    said = {
        "total": in_groups(str(found.total)),
        "count": found.total,
        "amending": found.amending,
        "shut": found.shut,
        "lately": found.lately,
        "figures": [
            in_order("Saisies commencées, par le dernier onglet répondu", "Dernier onglet", rows)
        ],
    }
    return _page(request, "begun", form, said)


def verdicts(request: HttpRequest) -> HttpResponse:
    """How long pieces wait to be verified, and why they are refused."""
    form = PeriodForm(request.GET, reach=request.reach, at=request.arrived_at)
    if not form.is_valid():
        return _page(request, "verdicts", form)
    with queries.one_snapshot():
        found = delays(form.selection, form.period, at=request.arrived_at)
    count, waiting = found.whole.count, sum(found.waiting.values())
    ages = list(zip(AGES, found.ages.values(), strict=True))
    waits = list(zip(AGES, found.waiting.values(), strict=True))
    refusals = [Row(motive or FREE_WORDS, n) for motive, n in found.refusals.items()]
    refusals += [Row(FEW, found.few)] if found.few else []
    said = {
        "period": form.period,
        "count": count,
        "total": in_groups(str(count)),
        "waiting": in_groups(str(waiting)),
        "waits": waiting,
        "median": _lasting(found.whole.median),
        "most": _lasting(found.whole.most),
        "archived": found.archived,
        "archived_in_words": in_groups(str(found.archived)),
        "unsaid": found.unsaid,
        "unsaid_in_words": in_groups(str(found.unsaid)),
        "tables": [
            (
                "Délai par académie",
                ("Académie", *MEASURED),
                _delays(found.by_academy, _academy_named),
            ),
            (
                "Délai par examen",
                ("Examen ou concours", *MEASURED),
                _delays(found.by_exam, _exam_named),
            ),
            (
                "Délai par pièce",
                ("Pièce", *MEASURED),
                _delays(found.by_piece, _piece_namer(found.by_piece)),
            ),
        ],
        "figures": [
            in_order("Pièces qui attendent, par ancienneté", "Attend depuis", _rows(waits)),
            in_order("Délai de l'arrivée au verdict", "Délai", _rows(ages)),
            *([by_size("Refus par motif", "Motif", refusals)] if refusals else ()),
        ],
    }
    return _page(request, "verdicts", form, said)


def accommodation_delays(request: HttpRequest) -> HttpResponse:
    """How long requests for accommodations take from step to step, and where those that wait stand."""
    form = PeriodForm(request.GET, reach=request.reach, at=request.arrived_at)
    if not form.is_valid():
        return _page(request, "accommodation_delays", form)
    with queries.one_snapshot():
        found = accommodations.delays(form.selection, form.period, at=request.arrived_at)
    whole = found.stages["whole"].delay
    by_state = [
        Row(CaseState(state).label, sum(ages.values())) for state, ages in found.waiting.items()
    ]
    waiting = sum(row.count for row in by_state)
    ages = [sum(ages[place] for ages in found.waiting.values()) for place in range(len(LONG_AGES))]
    said = {
        "period": form.period,
        "count": whole.count,
        "total": in_groups(str(whole.count)),
        "waiting": in_groups(str(waiting)),
        "waits": waiting,
        "median": _lasting(whole.median),
        "most": _lasting(whole.most),
        "archived": found.archived,
        "archived_in_words": in_groups(str(found.archived)),
        "unsaid": found.unsaid,
        "unsaid_in_words": in_groups(str(found.unsaid)),
        "few": found.few,
        "few_in_words": in_groups(str(found.few)),
        "fewest": FEWEST,
        "tables": [
            (
                "Délai par étape",
                ("Étape", *ENDED),
                _delays(
                    {name: one.delay for name, one in found.stages.items()}, STAGES.__getitem__
                ),
            ),
            (
                "De l'envoi à la notification, par académie",
                ("Académie", *ENDED),
                _delays(found.by_academy, _academy_named),
            ),
            (
                "De l'envoi à la notification, par examen",
                ("Examen ou concours", *ENDED),
                _delays(found.by_exam, _exam_named),
            ),
        ],
        "figures": [
            in_order("Demandes qui attendent, par étape", "Étape", by_state),
            in_order(
                "Demandes qui attendent, par ancienneté dans leur étape",
                "Attend depuis",
                _rows(list(zip(LONG_AGES, ages, strict=True))),
            ),
            *(
                in_order(title, "Délai", _rows(list(zip(LONG_AGES, counts, strict=True))))
                for name, title in STAGES.items()
                for counts in [found.stages[name].ages.values()]
            ),
        ],
    }
    return _page(request, "accommodation_delays", form, said)


def _rows(counted: list[tuple[str, int]]) -> list[Row]:
    return [Row(label, count) for label, count in counted]


def _lasting(delay: timedelta | None) -> str:
    return "" if delay is None else at_most_in_words(delay)


def _delays(found: Mapping[Any, Delay], name: Callable[[Any], str]) -> list[tuple[str, ...]]:
    return [
        (name(key), in_groups(str(one.count)), _lasting(one.median), _lasting(one.most))
        for key, one in found.items()
    ]


def _academy_named(code: str) -> str:
    return territory.academy(code).name


def _exam_named(key: int) -> str:
    return _row(Exam, key).label


def _piece_namer(codes: Iterable[str]) -> Callable[[str], str]:
    labels = labels_of(codes)
    return lambda code: labels.get(code, code)


def troubles(request: HttpRequest) -> HttpResponse:
    """Mails that were refused, or that wait for long."""
    form = SelectionForm(request.GET, reach=request.reach, at=request.arrived_at)
    if not form.is_valid():
        return _page(request, "troubles", form)
    at, zone = request.arrived_at, form.selection.zone
    with queries.one_snapshot():
        found = queries.mails_in_trouble(form.selection, at=at)
        last = queries.last_in_trouble(form.selection, at=at)
    rows = [Row(label, found[trouble]) for trouble, label in TROUBLES.items()]
    said = {
        "total": in_groups(str(found.total())),
        "count": found.total(),
        "is_everything": form.selection.is_everything,
        "figures": [in_order("Mails en difficulté", "Difficulté", rows)],
        "mails": [
            (
                number,
                instant_in_words(one.written_at, zone, weekday=False),
                one.subject,
                one.last_error or one.get_state_display(),
            )
            for one, number in last
        ],
    }
    return _page(request, "troubles", form, said)


# --- Figures ----------------------------------------------------------------------------------


def _in_time(form: PeriodForm, by_day: Any) -> Figures:
    period = form.period
    rows = [
        Row(
            _dated(step, is_long=period.first.year != period.last.year),
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
    ends = (step.first, step.last)
    said = [
        words if is_long else words.removesuffix(f" {day.year}")
        for day in ends
        for words in [day_in_words(day, weekday=step.first == step.last)]
    ]
    return said[0] if step.first == step.last else f"Du {said[0]} au {said[1]}"


def _day_url(form: PeriodForm, day: Period) -> str:
    join = "&" if form.kept else "?"
    asked = urlencode({"jour": f"{day.first:%Y-%m-%d}"})
    return f"{reverse('office:hours')}{form.kept}{join}{asked}"


def _by_hour(day: Period, by_hour: Any, *, at: datetime) -> Figures:
    rows, beginning = [], day.start.astimezone(UTC)
    while beginning < min(day.end, at):
        clock = hour_in_words(beginning, day.zone)
        short = f"{beginning.astimezone(ZoneInfo(day.zone)).hour} h"
        rows.append(Row(clock, by_hour.get(beginning, 0), short=short))
        beginning += queries.HOUR
    return in_time("Inscriptions par heure", "Heure qui commence à", rows, places=24)


def _of(found: Filed) -> list[Figures]:
    """Return what was filed by each of what tells registrations apart."""
    return [
        by_size("Inscriptions par état, aujourd'hui", "État", _states(found)),
        by_size("Inscriptions par domaine", "Domaine", _domains(found)),
        by_size("Inscriptions par spécialité", "Examen et spécialité", _choices(found)),
        by_size("Inscriptions par catégorie", "Catégorie du candidat", _categories(found)),
        by_size("Inscriptions par académie", "Académie", _academies(found)),
    ]


def _states(found: Filed) -> list[Row]:
    return [*(Row(state.label, found.states[state]) for state in State), *_unsaid(found, "state")]


def _academies(found: Filed) -> list[Row]:
    return [Row(territory.academy(code).name, n) for code, n in found.academies.items()]


def _domains(found: Filed) -> list[Row]:
    by_domain = dict(found.unsaid_domains)
    for (exam, _), count in found.choices.items():
        domain = _row(Exam, exam).domain_id
        by_domain[domain] = by_domain.get(domain, 0) + count
    return [Row(_row(Domain, pk).label, count) for pk, count in by_domain.items()]


def _choices(found: Filed) -> list[Row]:
    sessions = {_row(Exam, exam).session_id for exam, _ in found.choices}
    rows = []
    for (pk, speciality), count in found.choices.items():
        exam = _row(Exam, pk)
        own = _row(Speciality, speciality).label if speciality else ""
        session = exam.session.label if len(sessions) > 1 else ""
        named = " – ".join(filter(None, (exam.label, own)))
        rows.append(Row(", ".join(filter(None, (named, session))), count, short=own or named))
    return [*rows, *_unsaid(found, "choice")]


def _categories(found: Filed) -> list[Row]:
    rules = {one.exam.pk: one.rules for programme in programmes() for one in programme.exams}
    named: dict[str, int] = {}
    for (exam, code), count in found.categories.items():
        category = rules[exam].category(code) if exam in rules else None
        label = category.label if category else code or "Sans catégorie"
        named[label] = named.get(label, 0) + count
    return [*(Row(label, count) for label, count in named.items()), *_unsaid(found, "category")]


def _unsaid(found: Filed, kind: str) -> list[Row]:
    """Return those that are archived and not told apart, where there are any."""
    return [Row(UNSAID, found.unsaid[kind])] if found.unsaid[kind] else []


def _row(kind: Any, pk: int) -> Any:
    return held().rows.get((kind, pk)) or kind.objects.get(pk=pk)


# --- The page ---------------------------------------------------------------------------------


def _page(
    request: HttpRequest, tab: str, form: SelectionForm, said: dict[str, Any] | None = None
) -> HttpResponse:
    is_valid = form.is_valid()
    kept = form.kept if is_valid else ""
    titles, is_first = dict(TABS), tab == TABS[0][0]
    context = {
        "form": form,
        "tabs": [(f"{reverse(f'office:{name}')}{kept}", name, title) for name, title in TABS],
        "tab": tab,
        "title": titles[tab],
        "trail": TRAIL[:1] if is_first else TRAIL,
        "place": TRAIL[1][0] if is_first else titles[tab],
        "is_valid": is_valid,
        "has_services": bool(form.offered["service"]),
        "here": reverse(f"office:{tab}"),
        **(_counted(request, form) if is_valid else {}),
        **(said or {}),
        "are_rounded": any(one.is_rounded for one in (said or {}).get("figures", ())),
    }
    return render(request, TEMPLATES[tab], context, status=200 if is_valid else 422)


def _counted(request: HttpRequest, form: SelectionForm) -> dict[str, Any]:
    """Say what was counted, when, and by which clock."""
    asked = {name: value for name, value in request.GET.items() if name in form.fields and value}
    again = f"?{urlencode(asked)}" if asked else ""
    return {
        "chosen": form.chosen,
        "clock": form.by_which_clock,
        "counted_at": instant_in_words(request.arrived_at, form.selection.zone),
        "again": f"{request.path}{again}",
    }


TEMPLATES = {
    "statistics": "office/statistics.html",
    "hours": "office/hours.html",
    "begun": "office/begun.html",
    "troubles": "office/troubles.html",
    "verdicts": "office/verdicts.html",
    "accommodation_delays": "office/accommodation_delays.html",
}
"""Each page's own."""
