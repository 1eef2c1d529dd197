"""Jobs: add up which answers were refused."""

from functools import partial

from django.conf import settings
from django.utils import timezone

from sporades.core import apart
from sporades.core.french import local_day
from sporades.core.queue import app
from sporades.registrations import counting


@app.periodic(cron="*/15 * * * *")
@app.task(name="registrations.count", queueing_lock="registrations.count", pass_context=False)
def count(timestamp: int) -> None:  # noqa: ARG001 - given by the queue
    """Add up the refused answers, forget those of two years ago."""
    today = local_day(timezone.now(), settings.TIME_ZONE)
    apart.steps(counting.add_up, partial(counting.forget_old, today=today))
