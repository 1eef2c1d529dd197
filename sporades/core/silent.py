"""A worker that gives no sign of life any more ends: whoever supervises it starts another.

Cut off from its database, procrastinate's worker means to stop, and may wait for ever for what it
had begun: its process lives and does nothing
(https://github.com/procrastinate-org/procrastinate/issues/1513, open in 3.10).
"""

import logging
import os
from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import cache
from threading import Event, Thread
from typing import Any

from django.db import InterfaceError, OperationalError, connection
from procrastinate import App, JobContext
from procrastinate.worker import Worker

EVERY = 10.0
"""Between two looks, in seconds: as often as it gives a sign."""

SILENT_FOR = timedelta(seconds=30)
"""After how long procrastinate too takes a worker for dead."""

LOOKS = 2
"""How many in a row, the database answering: a sign may come late after a cut."""

logger = logging.getLogger(__name__)


def watch(app: App) -> None:
    """Have the workers of an app watched; it is called when the app is ready."""
    app.worker_defaults = {**app.worker_defaults, "worker_middleware": [_watched]}


async def _watched(
    call_next: Callable[[], Awaitable[Any]],
    context: JobContext,  # noqa: ARG001 - given to every middleware
    worker: Worker,
) -> Any:
    """Do a job; from the first one on, its worker is watched."""
    _begin(worker)
    return await call_next()


@cache
def _begin(worker: Worker) -> None:
    Thread(target=_look_after, args=[worker], name="signs of life", daemon=True).start()


def _look_after(worker: Worker) -> None:
    looks, pause = 0, Event()
    while looks < LOOKS:
        pause.wait(EVERY)
        looks = looks + 1 if worker.worker_id and is_silent(worker.worker_id) else 0
    logger.error("The worker gives no sign of life: it ends, to be started again")
    os._exit(os.EX_TEMPFAIL)


def is_silent(worker: int) -> bool:
    """Return whether a worker has given no sign for long; False while the database does not answer.

    Args:
        worker: its key, as it has registered itself.
    """
    try:
        with connection.cursor() as cursor:
            cursor.execute(
                # By the clock that stamps the signs: a rehearsal's own is at another instant.
                "SELECT clock_timestamp() - last_heartbeat FROM procrastinate_workers WHERE id = %s",
                [worker],
            )
            found = cursor.fetchone()
    except (OperationalError, InterfaceError):
        return False
    finally:
        if not connection.in_atomic_block:
            connection.close()
    return found is None or found[0] > SILENT_FOR
