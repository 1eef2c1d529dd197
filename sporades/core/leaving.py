"""A file leaves the store with the row that named it: a cut between the two loses neither."""

from collections.abc import Iterable
from typing import Any

from django.db import transaction

from sporades.core import files
from sporades.core.queue import app

FORGET = "core.forget_files"


def leave(keys: Iterable[str]) -> None:
    """Have files leave the store once the transaction that erases their rows ends.

    At once; and by a job, which that transaction writes, for the process that is killed between
    the two and for the store that is away: it finds nothing left otherwise.

    Args:
        keys: those of files that nothing else names.
    """
    leaving: list[Any] = list(keys)
    if not leaving:
        return
    app.configure_task(FORGET, queue="evidence", priority=-5).defer(keys=leaving)
    transaction.on_commit(lambda: files.forget_or_say(leaving))
