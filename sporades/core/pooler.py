"""What holds behind a pooler that keeps nothing between two transactions (`?prepare=no`, ADR 0015).

Each transaction may find itself on another connection of PostgreSQL there: what a connection keeps
beyond its transaction, a cursor or a lock of the session, is somebody else's the next moment.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import batched
from typing import Any

from django.db import Error, connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import QuerySet

LOOKS = 3
"""How many times a pooler is looked for: between two of them others may take what it had lent."""


def keeps_transactions_alone() -> bool:
    """Return whether the configuration says that a connection keeps nothing between two transactions."""
    return bool(connection.settings_dict["DISABLE_SERVER_SIDE_CURSORS"])


def a_share_at_a_time[Row](rows: "QuerySet[Any, Row]", at_once: int) -> Iterator[Row]:
    """Give rows in their order without ever holding them all: by a cursor, or else by their keys.

    By keys, each share is what the database holds when its turn comes.

    Args:
        rows: a queryset that is not sliced.
        at_once: how many are in memory.
    """
    if not keeps_transactions_alone():
        yield from rows.iterator(chunk_size=at_once)
        return
    keys = dict.fromkeys(rows.values_list("pk", flat=True))
    for share in batched(keys, at_once):
        yield from rows.filter(pk__in=share)


def is_shared(database: BaseDatabaseWrapper) -> bool:
    """Return whether a pooler lends one connection of PostgreSQL to several clients in turn.

    While another client is in a transaction, ours is given another connection than before, or both
    had the same one.

    Args:
        database: where to look, outside a transaction: within one nothing is lent to anybody else.
    """
    return any(_is_lent(database) for _ in range(LOOKS))


def _is_lent(database: BaseDatabaseWrapper) -> bool:
    before = _process(database)
    with a_transaction_apart(database) as other:
        # Ours is asked again only where that does not tell: a pooler may have one alone to lend.
        return _process(other) == before or _process(database) != before


@contextmanager
def a_transaction_apart(database: BaseDatabaseWrapper) -> Iterator[BaseDatabaseWrapper]:
    """Open a transaction on a connection of its own, of no pool of this process; undo it at the end.

    Args:
        database: where.
    """
    own = database.copy()
    own.settings_dict["OPTIONS"].pop("pool", None)
    try:
        own.set_autocommit(False)
        yield own
    finally:
        with suppress(Error):  # It may be gone, with all that it held.
            own.rollback()
        own.close()


def _process(database: BaseDatabaseWrapper) -> int:
    with database.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (number,) = cursor.fetchone()
    return int(number)
