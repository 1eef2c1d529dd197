"""Jobs: begin the runs of the day, make their files, take up what a killed worker left."""

from datetime import timedelta
from functools import partial

from django.utils import timezone

from sporades.core import apart
from sporades.core.queue import UNTIL_DONE, app
from sporades.letters import printing

PATIENCE = timedelta(minutes=15)
"""After how long a run that is not made is taken up again."""


@app.periodic(cron="25 * * * *")
@app.task(name="letters.print_due", queueing_lock="letters.print_due", pass_context=False)
def print_due(timestamp: int) -> None:  # noqa: ARG001 - given by the queue
    """Begin the runs of the academies whose hour has come: six in the morning, by their clocks."""
    now = timezone.now()
    apart.steps(
        partial(printing.print_due, at=now),
        partial(printing.take_up_again, older_than=now - PATIENCE),
        partial(printing.forget_files, at=now),
    )


@app.task(name="letters.make", queue="documents", retry=UNTIL_DONE)
def make(run: int | str) -> None:
    """Make the file of a run."""
    printing.make(int(run), at=timezone.now())
