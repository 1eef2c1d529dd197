"""Locks on a value rather than a row, for what spans several tables."""

import hashlib

from django.db import connection


def lock_value(namespace: str, value: str) -> None:
    """Hold a lock on a value until the end of the transaction.

    Two transactions that lock the same value wait for each other: so an address stays
    unique among accounts and candidate records, which no single constraint could say.

    Args:
        namespace: what kind of value it is, "address" for instance.
        value: the normalised value.
    """
    digest = hashlib.sha256(f"{namespace}\0{value}".encode()).digest()
    key = int.from_bytes(digest[:8], "big", signed=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [key])
