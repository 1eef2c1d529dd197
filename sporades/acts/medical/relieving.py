"""Requests for accommodations do not stay with a doctor who is one no more (H2)."""

from datetime import date, datetime

from django.conf import settings
from django.db.models import QuerySet

from sporades.accommodations.models import Case
from sporades.accommodations.queries import left_by_their_doctor
from sporades.accounts.models import User
from sporades.acts.accommodating import leave_doctor
from sporades.core import apart
from sporades.core.actors import SYSTEM, Actor
from sporades.core.french import local_day


def relieve(*, doctor: User | None = None, by: Actor = SYSTEM, at: datetime) -> int:
    """Give back to their academies the requests that doctors have left; return how many.

    Each is a transaction of its own, but within the act that ends a role.

    Args:
        doctor: the one whose role ends; nothing for all of them.
        by: who ends it, or the service.
        at: the instant.
    """
    day = local_day(at, settings.TIME_ZONE)
    found = left_by_their_doctor(day=day).order_by("registration", "pk")
    if doctor is not None:
        return sum(_leave(key, day=day, by=by, at=at) for key in _keys(found.filter(doctor=doctor)))
    return apart.each(_leave, _keys(found), day=day, by=by, at=at)


def _keys(found: QuerySet[Case]) -> list[int]:
    return list(found.values_list("pk", flat=True))


def _leave(key: int, *, day: date, by: Actor, at: datetime) -> bool:
    return leave_doctor(case=Case.objects.get(pk=key), day=day, by=by, at=at)
