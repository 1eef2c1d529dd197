"""The job that has the files of what is erased leave the store."""

from sporades.core import files, leaving
from sporades.core.queue import UNTIL_DONE, app


@app.task(name=leaving.FORGET, queue="evidence", priority=-5, retry=UNTIL_DONE)
def forget_files(keys: list[str]) -> None:
    """Delete files that are still there; done again while the store is away."""
    for key in keys:
        files.forget(key)
