"""Jobs: add up which answers were refused."""

from django.conf import settings
from django.utils import timezone

from sporades.core.french import local_day
from sporades.core.queue import app
from sporades.registrations import counting


@app.periodic(cron="*/15 * * * *")
@app.task(name="registrations.count", queueing_lock="registrations.count", pass_context=False)
def count(timestamp: int) -> None:  # noqa: ARG001 - given by the queue
    """Add up the refused answers, forget those of two years ago."""
    counting.add_up()
    counting.forget_old(today=local_day(timezone.now(), settings.TIME_ZONE))
