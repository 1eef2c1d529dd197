"""Jobs that seal the journal."""

from django.utils import timezone

from sporades.core.queue import app
from sporades.journal import sealing


@app.periodic(cron="* * * * *")
@app.task(name="journal.seal", queueing_lock="journal.seal", pass_context=False)
def seal(timestamp: int) -> None:  # noqa: ARG001 - given by the queue
    """Seal the acts of the last minute, and those of before that were committed since."""
    while sealing.seal(at=timezone.now()):
        pass
