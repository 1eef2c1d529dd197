"""Doctors are told that requests for accommodations wait for their opinion: once a day at most (H2)."""

from collections.abc import Mapping
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import Count, Max, QuerySet

from sporades import mail
from sporades.accommodations.models import Case
from sporades.accommodations.queries import with_a_doctor_of_theirs
from sporades.accounts.models import User
from sporades.core import apart
from sporades.core.french import local_day
from sporades.core.links import link_to
from sporades.mail.operations import messages_about

KIND = "opinions_awaited"


def tell_doctors(*, at: datetime) -> int:
    """Write to the doctors to whom something was entrusted since they were last written to.

    One whose role has ended, or whose perimeter has changed, is told nothing of what is to be
    entrusted to another.

    The mail says how many requests wait, and nothing of whom or of what.

    Returns:
        How many were written to.
    """
    waiting = _waiting(at).filter(entrusted_at__lte=at)
    by_doctor = waiting.order_by().values("doctor").annotate(newest=Max("entrusted_at"))
    newest = dict(by_doctor.values_list("doctor", "newest").order_by("doctor"))
    return apart.each(_tell, newest, newest=newest, at=at)


def _waiting(at: datetime) -> QuerySet[Case]:
    return with_a_doctor_of_theirs(day=local_day(at, settings.TIME_ZONE)).filter(stands=True)


@transaction.atomic
def _tell(key: int, *, newest: Mapping[int, datetime], at: datetime) -> bool:
    doctor = User.objects.select_for_update(of=("self",), no_key=True).get(pk=key)
    told: datetime | None = (
        messages_about([doctor]).filter(kind=KIND).aggregate(last=Max("written_at"))["last"]
    )
    day = local_day(at, settings.TIME_ZONE)
    if told is not None and (newest[key] <= told or local_day(told, settings.TIME_ZONE) == day):
        return False
    count: int = _waiting(at).filter(doctor=doctor).aggregate(count=Count("pk"))["count"]
    if not count:
        return False
    mail.write(
        KIND,
        to=doctor.email,
        at=at,
        key=f"opinions awaited:{doctor.pk}:{day.isoformat()}",
        about=doctor,
        count=count,
        link=link_to("doctor:home"),
    )
    return True
