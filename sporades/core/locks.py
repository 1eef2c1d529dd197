"""Locks on a value, for what spans several tables or transactions; on a row that is judged by others."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection
from django.db.models import Model, QuerySet

from sporades.core import pooler


def lock_value(namespace: str, value: str, *, shared: bool = False) -> None:
    """Hold a lock on a value until the end of the transaction.

    Two transactions that lock the same value wait for each other: so an address stays
    unique among accounts and candidate records, which no single constraint could say.

    Args:
        namespace: what kind of value it is, "address" for instance.
        value: the normalised value.
        shared: whether those that share it wait for none but whoever holds it alone.
    """
    by_one, with_others = (
        "SELECT pg_advisory_xact_lock(%s)",
        "SELECT pg_advisory_xact_lock_shared(%s)",
    )
    with connection.cursor() as cursor:
        cursor.execute(with_others if shared else by_one, [_key(namespace, value)])


def locked_among[M: Model](
    rows: QuerySet[M], key: Any, *, no_key: bool = False, skip_locked: bool = False
) -> M | None:
    """Lock a row until the end of the transaction; return it where it is still one of these.

    In two statements: one that waits for a row answers of everything else as it was before it
    waited, such as that nothing hangs on it.

    Args:
        rows: those that are looked for, whatever they are told by.
        key: the primary key of one that was among them.
        no_key: whether rows that name it may be written meanwhile.
        skip_locked: whether one that is held by others is left to them.
    """
    held = rows.model._base_manager.filter(pk=key)
    held = held.select_for_update(no_key=no_key, skip_locked=skip_locked)
    if not list(held.values_list("pk")):
        return None
    return rows.filter(pk=key).first()


@contextmanager
def alone(namespace: str, value: str) -> Iterator[bool]:
    """Hold a value while a block runs, if nobody else does; say whether it is held.

    A worker that is killed lets it go, with its connection, where a lock of the queue stays with
    the job that it was doing. It is the connection's. Behind a pooler that keeps nothing between
    two transactions it is that of a transaction, on a connection of its own: a lock of the session
    would stay with a connection of the pooler's, and nobody could let it go.

    Args:
        namespace: what kind of value it is, "export" for instance.
        value: the value.
    """
    key = _key(namespace, value)
    holding = _by_a_transaction if pooler.keeps_transactions_alone() else _by_the_session
    with holding(key) as is_held:
        yield is_held


@contextmanager
def _by_the_session(key: int) -> Iterator[bool]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [key])
        (is_held,) = cursor.fetchone()
    try:
        yield is_held
    finally:
        if is_held:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [key])


@contextmanager
def _by_a_transaction(key: int) -> Iterator[bool]:
    with pooler.a_transaction_apart(connection) as own:
        with own.cursor() as cursor:
            # It has nothing else to do: the limit that the role has for pages would end it.
            cursor.execute(
                "SELECT set_config('idle_in_transaction_session_timeout', '0', true),"
                " pg_try_advisory_xact_lock(%s)",
                [key],
            )
            _, is_held = cursor.fetchone()
        yield is_held


def _key(namespace: str, value: str) -> int:
    digest = hashlib.sha256(f"{namespace}\0{value}".encode()).digest()
    return int.from_bytes(digest[:8], "big", signed=True)
