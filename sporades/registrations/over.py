"""Exams that have taken place: what is still open of their registrations waits apart."""

from collections.abc import Iterable
from datetime import date, datetime

from django.conf import settings

from sporades.core.french import local_day
from sporades.exams.queries import OfferedExam, programmes
from sporades.registrations.former import once_offered


def exams_over(at: datetime) -> list[int]:
    """Return the keys of the exams of which every date has passed, by the clock of every service.

    As `Registration.is_exam_over` has it of one, of what is offered no more too.
    """
    found: dict[int, bool] = {}
    listed = programmes()
    for programme in listed:
        today = _first_day(at, (one.zone for one in programme.services))
        for offered in programme.exams:
            found[offered.exam.pk] = today > _last_day(offered)
    in_force = frozenset(found)
    today = _first_day(at, (one.zone for each in listed for one in each.services))
    for former in once_offered():
        # Of several versions that offered it, the last day that any of them says.
        key, is_over = former.exam.pk, today > _last_day(former)
        if key not in in_force:
            found[key] = found.get(key, True) and is_over
    return [key for key, is_over in found.items() if is_over]


def _last_day(offered: OfferedExam) -> date:
    days = (one.ends_on or one.starts_on for one in offered.rules.events)
    return max(days, default=date(offered.exam.session.year, 12, 31))


def _first_day(at: datetime, zones: Iterable[str]) -> date:
    """Return what day it is where the day is the last to begin."""
    return min(local_day(at, zone) for zone in {*zones} or {settings.TIME_ZONE})
