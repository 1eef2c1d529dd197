"""Whether the tables are those of this code."""

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.executor import MigrationExecutor


def migrations_left(connection: BaseDatabaseWrapper) -> int:
    """Return how many migrations of this code a database has not had.

    Args:
        connection: to the database.

    Raises:
        DatabaseError: it does not answer, or may not be asked.
    """
    executor = MigrationExecutor(connection)
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
