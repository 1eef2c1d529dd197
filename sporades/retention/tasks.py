"""The job that applies the table of retention."""

from django.utils import timezone

from sporades.core.queue import app
from sporades.retention import operations


@app.periodic(cron="10 3 * * *")
@app.task(name="retention.apply", queueing_lock="retention.apply", pass_context=False)
def apply(timestamp: int) -> None:  # noqa: ARG001 - given by the queue
    """Archive the registrations whose active use is over, erase what is past its time."""
    operations.apply(at=timezone.now())
