"""The day on which a request arrived, by the clock of the whole service."""

from datetime import date

from django.conf import settings
from django.http import HttpRequest

from sporades.core.french import local_day


def day_of(request: HttpRequest) -> date:
    """Return the day on which a request arrived; a service of another zone has a day of its own."""
    return local_day(request.arrived_at, settings.TIME_ZONE)
