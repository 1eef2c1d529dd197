"""Whether the tables are those of this code."""

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

LAST_STEP_BY_STEP = "f2a1bb15"
"""The commit, of 29 November 2026, whose tables the first migration of each room stands for."""


class TooOldError(Exception):
    """Some of the migrations that one stands for were done, and not all of them."""

    def __init__(self) -> None:
        super().__init__(
            "La base est d'une version antérieure au 29 novembre 2026 : menez-la d'abord à "
            f"{LAST_STEP_BY_STEP} (« git checkout {LAST_STEP_BY_STEP} », « sporades migrate »), "
            "puis à cette version."
        )


def migrations_left(connection: BaseDatabaseWrapper) -> int:
    """Return how many migrations of this code a database has not had.

    Args:
        connection: to the database.

    Raises:
        DatabaseError: it does not answer, or may not be asked.
        TooOldError: this code does not know the way from there.
    """
    refuse_too_old(connection)
    executor = MigrationExecutor(connection)
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def refuse_too_old(connection: BaseDatabaseWrapper) -> None:
    """Refuse a database that stands between the migrations that one of this code stands for.

    Args:
        connection: to the database.

    Raises:
        DatabaseError: it does not answer, or may not be asked.
        TooOldError: it does.
    """
    done = set(MigrationRecorder(connection).applied_migrations())
    loader = MigrationLoader(connection, load=False)
    loader.load_disk()
    known = set(loader.disk_migrations)
    for migration in loader.disk_migrations.values():
        gone = set(migration.replaces) - known
        if gone & done and gone - done:
            raise TooOldError
