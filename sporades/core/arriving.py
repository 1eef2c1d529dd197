"""A file is announced before it is kept: a cut before its row stands loses neither.

Each store of files has a table of those that are announced, a `key` and since when: that of
`evidence` serves drawers and proofs of requests too, that of `medical` the store apart.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from sporades.core import files


def announce(arriving: QuerySet[Any], content: bytes, *, own: str, at: datetime) -> str:
    """Remember a file that is about to be kept until its row stands, and return its key.

    Args:
        arriving: the table of those that are announced.
        content: the bytes to keep.
        own: what `files.own_suffix` gave.
        at: the instant.
    """
    key = files.key_of(content, suffix=own)
    arriving.create(key=key, at=at)
    return key


def arrived(arriving: QuerySet[Any], key: str) -> None:
    """Forget that a file was announced, in the transaction that writes its row."""
    arriving.filter(key=key).delete()


def sweep(
    arriving: QuerySet[Any],
    rows: QuerySet[Any],
    *,
    older_than: datetime,
    store: str = files.USUAL,
) -> int:
    """Erase the files that were announced and have no row; return how many.

    Args:
        arriving: the table of those that are announced.
        rows: the table whose `key` names those that stand.
        older_than: those that were announced since may still be on their way.
        store: where they are kept.

    Raises:
        OutOfReach: the store does not answer; those that are left wait.
    """
    announced = list(arriving.filter(at__lt=older_than))
    named = _named(rows, [one.key for one in announced])
    for one in announced:
        if one.key not in named:
            files.forget(one.key, store=store)
        one.delete()
    return len(announced) - len(named)


def _named(rows: QuerySet[Any], keys: Collection[str]) -> set[str]:
    return set(rows.filter(key__in=keys).values_list("key", flat=True))
