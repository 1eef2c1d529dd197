"""Jobs of the demo."""

from django.conf import settings
from django.utils import timezone

from sporades.cli import demo_crowd
from sporades.core.queue import app


@app.task(name="demo.fill", queueing_lock="demo.fill", priority=-10)
def fill_demo() -> None:
    """Make the people that the office's lists are long of, once the demo answers."""
    if settings.DEMO:
        demo_crowd.fill(at=timezone.now())
