"""How many rows there are of each of some values."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Count


def counted(rows: Any, column: str, values: Iterable[str]) -> dict[str, int]:
    """Return how many rows have each value of a column, those that none has included.

    Args:
        rows: a query set.
        column: one of its columns.
        values: all that it may hold.
    """
    found = rows.values_list(column).annotate(count=Count("pk")).order_by()
    return {**dict.fromkeys(values, 0), **dict(found)}
