"""Locks on a value rather than a row, for what spans several tables or several transactions."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection


def lock_value(namespace: str, value: str) -> None:
    """Hold a lock on a value until the end of the transaction.

    Two transactions that lock the same value wait for each other: so an address stays
    unique among accounts and candidate records, which no single constraint could say.

    Args:
        namespace: what kind of value it is, "address" for instance.
        value: the normalised value.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_key(namespace, value)])


@contextmanager
def alone(namespace: str, value: str) -> Iterator[bool]:
    """Hold a value while a block runs, if nobody else does; say whether it is held.

    It is the connection's: a worker that is killed lets it go, where a lock of the queue stays
    with the job that it was doing.

    Args:
        namespace: what kind of value it is, "export" for instance.
        value: the value.
    """
    key = _key(namespace, value)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [key])
        (is_held,) = cursor.fetchone()
    try:
        yield is_held
    finally:
        if is_held:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [key])


def _key(namespace: str, value: str) -> int:
    digest = hashlib.sha256(f"{namespace}\0{value}".encode()).digest()
    return int.from_bytes(digest[:8], "big", signed=True)
