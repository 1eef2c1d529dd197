"""Things that are due together, of which one that fails holds up none of the others."""

import logging
from collections.abc import Callable, Iterable
from typing import Any

from django.db import connection

logger = logging.getLogger(__name__)


def each(act: Callable[..., int], keys: Iterable[Any], **told: Any) -> int:
    """Do an act to each row; one that fails is logged, and the next ones are done.

    Args:
        act: is given the key of a row, and does it in a transaction of its own; returns how many
            were done, or whether it was.
        keys: those of the rows.
        told: what else the act is given, by name.

    Returns:
        How many were done.

    Raises:
        Exception: what one of them raised, where the connection to the database is lost with it:
            the next ones would fail like it.
    """
    return sum(_done(act, key, told) for key in keys)


def steps(*acts: Callable[[], object]) -> None:
    """Do the steps of a job one after the other, also where one fails; then say which did.

    Args:
        acts: the steps, in their order.

    Raises:
        ExceptionGroup: what those that failed raised, so that their job counts as failed.
    """
    failures = []
    for act in acts:
        try:
            act()
        except Exception as failure:  # noqa: BLE001 - whatever it is, the next ones are due
            failures.append(failure)
    if failures:
        raise ExceptionGroup("Some steps failed", failures)


def _done(act: Callable[..., int], key: Any, told: dict[str, Any]) -> int:
    try:
        return act(key, **told)
    except Exception:
        if not connection.is_usable():
            raise
        logger.exception("%s could not be applied to %s", act.__name__, key)
        return 0
