"""Django's own command, which would say of a database that is too old what nobody can act on.

It would also wait for ever for a table that somebody reads, and whoever comes after would wait
behind it (R-60).
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from time import sleep
from typing import Any

from django.core.management.base import CommandError
from django.core.management.commands.migrate import Command as Migrate
from django.db import Error, OperationalError, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg.errors import DeadlockDetected, LockNotAvailable

from sporades.core import standing

HELD = (LockNotAvailable, DeadlockDetected)
PATIENCE = "2s"
"""For how long a table is waited for: less than the pages that wait behind it do."""
TRIES = 5
PAUSE = 5
"""How many seconds are between two tries, for those who waited to go first."""


class Command(Migrate):
    """Bring a database to the tables of this code."""

    def handle(self, *args: Any, **options: Any) -> Any:
        """Refuse a database from which this code does not know the way, else do as Django does.

        A migration that waits for a table is undone, and tried again a little later.

        Raises:
            CommandError: it is older than the first migrations of this code stand for, or some
                table is held.
        """
        connection = connections[options["database"]]
        try:
            standing.refuse_too_old(connection)
        except standing.TooOldError as reason:
            raise CommandError(str(reason)) from None
        for one in range(1, TRIES + 1):
            try:
                with _in_a_hurry(connection):
                    return super().handle(*args, **options)
            except OperationalError as trouble:
                if not isinstance(trouble.__cause__, HELD):
                    raise
                self.stderr.write(f"\nUne table est tenue ailleurs (essai {one} sur {TRIES}).")
            if one < TRIES:
                sleep(PAUSE)
        raise CommandError(_GIVEN_UP)


_GIVEN_UP = (
    "Une autre transaction tient une table que cette migration change : elle est défaite, celles "
    "d'avant sont faites. Mettez fin à cette transaction (docs/operations.md, « A new version of "
    "Sporades » dit laquelle), puis relancez « sporades migrate »."
)


@contextmanager
def _in_a_hurry(connection: BaseDatabaseWrapper) -> Iterator[None]:
    """Wait for no table longer than that, on a connection that is ours until it is closed."""
    if connection.settings_dict["OPTIONS"].get("prepare_threshold") is None:
        # Behind a pooler, what is said of one connection would stay with another's.
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('lock_timeout', %s, false)", [PATIENCE])
    try:
        yield
    finally:
        with suppress(Error), connection.cursor() as cursor:
            cursor.execute("RESET lock_timeout")
