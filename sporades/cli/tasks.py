"""Jobs of the demo."""

from django.conf import settings
from django.utils import timezone

from sporades.cli import demo_crowd
from sporades.core.queue import WHEN_BACK, app

LOCK = "demo.fill"


@app.task(name="demo.fill", queueing_lock=LOCK, priority=-10, retry=WHEN_BACK)
def fill_demo(count: int = demo_crowd.COUNT) -> None:
    """Make the people that the office's lists are long of, once the demo answers, some at a time.

    Args:
        count: how many there must be in the end.
    """
    if settings.DEMO and demo_crowd.fill_some(at=timezone.now(), count=count):
        fill_demo.configure(queueing_lock=LOCK, priority=-10).defer(count=count)
