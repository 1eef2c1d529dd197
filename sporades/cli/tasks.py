"""Jobs of the demo."""

from django.conf import settings
from django.utils import timezone

from sporades.cli import demo_crowd
from sporades.core.queue import app

LOCK = "demo.fill"


@app.task(name="demo.fill", queueing_lock=LOCK, priority=-10)
def fill_demo() -> None:
    """Make the people that the office's lists are long of, once the demo answers, some at a time."""
    if settings.DEMO and demo_crowd.fill_some(at=timezone.now()):
        fill_demo.configure(queueing_lock=LOCK, priority=-10).defer()
