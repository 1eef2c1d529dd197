"""What a test that really commits leaves behind it, and the database as the next one expects it."""

from django.db import OperationalError, connection
from django.db.backends.postgresql.psycopg_any import sql

from sporades.territory import models as territories

OFFICIAL = (
    territories.Academy,
    territories.Department,
    territories.Commune,
    territories.Country,
    territories.ReferenceLoad,
)
"""Lists that stay from one test to the next: they take long to load."""
FRAME = {"django_migrations", "django_content_type", "auth_permission"}


def empty() -> None:
    """Empty all tables but the official lists."""
    with connection.cursor() as cursor:
        truncate = sql.SQL("TRUNCATE {}").format(
            sql.SQL(", ").join(map(sql.Identifier, _of_tests(cursor)))
        )
        for tries_left in reversed(range(4)):
            try:
                cursor.execute(truncate)
            except OperationalError:
                # A page that closes sends what it holds: its answer may still be under way.
                if not tries_left:
                    raise
            else:
                return


def left() -> list[str]:
    """Return the names of the tables, but the official lists, in which there is anything."""
    with connection.cursor() as cursor:
        looks = [
            sql.SQL("SELECT {} WHERE EXISTS (SELECT FROM {})").format(table, sql.Identifier(table))
            for table in _of_tests(cursor)
        ]
        if not looks:  # no test of this run has the database: none was made
            return []
        cursor.execute(sql.SQL(" UNION ALL ").join(looks))
        return [name for [name] in cursor.fetchall()]


def _of_tests(cursor) -> list[str]:
    official = {model._meta.db_table for model in OFFICIAL}
    return sorted(set(connection.introspection.table_names(cursor)) - FRAME - official)
