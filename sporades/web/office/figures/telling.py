"""What each page of « Statistiques » says: words, tables and charts, of what its reader chose."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from typing import Any

from sporades.accommodations.states import state_in_office
from sporades.accounts.permissions import Reach
from sporades.core.french import at_most_in_words, instant_in_words
from sporades.core.numbers import in_groups
from sporades.evidence.queries import labels_of, labels_within
from sporades.registrations.sections import SECTIONS
from sporades.statistics import accommodations, archived, keeping, queries
from sporades.statistics.archived import FEWEST
from sporades.statistics.delays import Delay, delays
from sporades.territory import queries as territory
from sporades.web.office.charts import Delays, Row, by_size, in_order
from sporades.web.office.figures.breakdowns import apart, exam_namer, in_days, in_hours
from sporades.web.office.figures.selecting import (
    DaySelectionForm,
    PeriodForm,
    RegistrationsForm,
    SelectionForm,
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
FEW = "D'inscriptions archivées, motifs trop rares pour être dits"
FREE_WORDS = "Autre motif, dit en mots libres"


def registrations(form: RegistrationsForm) -> dict[str, Any]:
    """Registrations of a period, by day and by all that tells them apart."""
    counted = keeping.filed(form.selection, form.period, at=form.at)
    found, of_one = counted.filed, len(form.offered["academie"]) == 1
    return {
        "period": form.period,
        "total": in_groups(str(found.total)),
        "count": found.total,
        "is_standing": form.selection.is_standing,
        "standing": found.standing,
        "standing_in_words": in_groups(str(found.standing)),
        "is_least": found.is_least,
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
            in_days(form, counted.by_day),
            *(apart(found, of_one_academy=of_one) if found.total else ()),
        ],
    }


def hours(form: DaySelectionForm) -> dict[str, Any]:
    """One day, hour by hour: today unless another is asked, as far as it has come."""
    at, day, lately = form.at, form.day, {}
    closing = [one for one in form.selection.services if day.start <= one.closes_at < day.end]
    closing = sorted(closing, key=lambda one: one.closes_at)
    closed = [one for one in closing if one.has_closed(at)]
    to_close = [one for one in closing if not one.has_closed(at)]
    with queries.one_snapshot():
        by_hour = Counter(queries.filed_by_hour(form.selection, day))
        kept, left = archived.by_hour(form.selection, day)
        if form.is_today:
            lately = queries.filed_just_now(form.selection, at=at)
        # Of what is archived hours are kept, no minutes: a part of the last ones would be false.
        has_last = not (kept or left)
        shown = closed[-MOST_CLOSING:]
        last = queries.filed_before_closing(form.selection, shown if has_last else ())
    if is_standing := form.selection.is_standing:
        left += kept.total()
    else:
        by_hour += kept
    return {
        "day": form.day_in_words,
        "is_today": form.is_today,
        "is_standing": is_standing,
        "total": in_groups(str(by_hour.total())),
        "count": by_hour.total(),
        "archived": left,
        "archived_in_words": in_groups(str(left)),
        "lately": {name: in_groups(str(count)) for name, count in lately.items()},
        "closed": [
            (one, one.closing_in_words, *(in_groups(str(n)) for n in last.get(one.pk, (0, 0))))
            for one in shown
        ],
        "has_last": has_last,
        "more_closed": max(len(closed) - MOST_CLOSING, 0),
        "closing": [
            (one, one.closing_in_words, one.time_left_in_words(at) if one.accepts(at) else "")
            for one in to_close[:MOST_CLOSING]
        ],
        "more_closing": max(len(to_close) - MOST_CLOSING, 0),
        "figures": [in_hours(day, by_hour, at=at)],
    }


def begun(form: SelectionForm) -> dict[str, Any]:
    """What is begun and not filed, by the last tab that has answers."""
    with queries.one_snapshot():
        found = queries.begun(form.selection, at=form.at)
    titles = {queries.NOTHING: "Aucune réponse"}
    titles |= {place: section.title for place, section in enumerate(SECTIONS)}
    rows = [Row(title, found.new[place]) for place, title in titles.items()]
    return {
        "total": in_groups(str(found.total)),
        "count": found.total,
        "amending": found.amending,
        "shut": found.shut,
        "lately": found.lately,
        "figures": [
            in_order("Saisies commencées, par le dernier onglet répondu", "Dernier onglet", rows)
        ],
    }


def verdicts(form: PeriodForm) -> dict[str, Any]:
    """How long pieces wait to be verified, and why they are refused."""
    with queries.one_snapshot():
        found = delays(form.selection, form.period, at=form.at)
    count, waiting = found.whole.count, sum(found.waiting.values())
    ages = list(zip(AGES, found.ages.values(), strict=True))
    waits = list(zip(AGES, found.waiting.values(), strict=True))
    refusals = [Row(motive or FREE_WORDS, n) for motive, n in found.refusals.items()]
    refusals += [Row(FEW, found.few)] if found.few else []
    return {
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
            _delays(
                "Délai par académie", ("Académie", *MEASURED), found.by_academy, _academy_named
            ),
            _delays(
                "Délai par examen",
                ("Examen ou concours", *MEASURED),
                found.by_exam,
                exam_namer(found.by_exam),
            ),
            _delays(
                "Délai par pièce",
                ("Pièce", *MEASURED),
                found.by_piece,
                _piece_namer(found.by_piece, form.selection.reach),
            ),
        ],
        "figures": [
            in_order("Pièces qui attendent, par ancienneté", "Attend depuis", _rows(waits)),
            in_order("Délai de l'arrivée au verdict", "Délai", _rows(ages)),
            *([by_size("Refus par motif", "Motif", refusals)] if refusals else ()),
        ],
    }


def accommodation_delays(form: PeriodForm) -> dict[str, Any]:
    """How long requests for accommodations take from step to step, and where those that wait stand."""
    with queries.one_snapshot():
        found = accommodations.delays(form.selection, form.period, at=form.at)
    whole = found.stages["whole"].delay
    by_state = [
        Row(state_in_office(state), sum(ages.values())) for state, ages in found.waiting.items()
    ]
    waiting = sum(row.count for row in by_state)
    ages = [sum(ages[place] for ages in found.waiting.values()) for place in range(len(LONG_AGES))]
    return {
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
        "unsaid_exams": found.unsaid_exams,
        "unsaid_exams_in_words": in_groups(str(found.unsaid_exams)),
        "fewest": FEWEST,
        "tables": [
            _delays(
                "Délai par étape",
                ("Étape", *ENDED),
                {name: one.delay for name, one in found.stages.items()},
                STAGES.__getitem__,
                is_in_order=True,
            ),
            _delays(
                "De l'envoi à la notification, par académie",
                ("Académie", *ENDED),
                found.by_academy,
                _academy_named,
            ),
            _delays(
                "De l'envoi à la notification, par examen",
                ("Examen ou concours", *ENDED),
                found.by_exam,
                exam_namer(found.by_exam),
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


def _rows(counted: list[tuple[str, int]]) -> list[Row]:
    return [Row(label, count) for label, count in counted]


def _lasting(delay: timedelta | None) -> str:
    return "" if delay is None else at_most_in_words(delay)


def _delays(
    caption: str,
    titles: tuple[str, ...],
    found: Mapping[Any, Delay],
    name: Callable[[Any], str],
    *,
    is_in_order: bool = False,
) -> Delays:
    """Return a table of delays, the most numerous first unless they are in an order of their own."""
    rows = [
        (name(key), one.count, _lasting(one.median), _lasting(one.most))
        for key, one in found.items()
    ]
    if not is_in_order:
        rows.sort(key=lambda row: (-row[1], row[0]))
    return Delays(caption, titles, tuple(rows))


def _academy_named(code: str) -> str:
    return territory.academy(code).name


def _piece_namer(codes: Iterable[str], reach: Reach) -> Callable[[str], str]:
    """Return what names pieces as the domains of a perimeter do; what they never asked for, as any does."""
    labels = {**labels_of(codes), **labels_within(reach)}
    return lambda code: labels.get(code, code)


def troubles(form: SelectionForm) -> dict[str, Any]:
    """Mails that were refused, or that wait for long."""
    at, zone = form.at, form.selection.zone
    with queries.one_snapshot():
        found = queries.mails_in_trouble(form.selection, at=at)
        last = queries.last_in_trouble(form.selection, at=at)
    rows = [Row(label, found[trouble]) for trouble, label in TROUBLES.items()]
    return {
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
