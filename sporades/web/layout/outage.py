"""While the database is away one request waits for it: the others are answered without it, at once."""

from typing import Any

from django.db.backends.signals import connection_created
from django.dispatch import receiver
from psycopg_pool import PoolTimeout

from sporades.core.outage import Outage

_of_the_database = Outage()
attempt = _of_the_database.attempt


def note(failure: BaseException | None) -> None:
    """Note that a request waited for the database in vain, if that is what failed."""
    if failure is not None and isinstance(failure.__cause__, PoolTimeout):
        _of_the_database.begins()


@receiver(connection_created)
def _is_back(**_: Any) -> None:
    _of_the_database.ends()
