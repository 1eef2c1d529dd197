"""What was written to the database, table by table, since the transaction began."""

from django.db import connection

type Counts = dict[str, int]

# As the view `pg_stat_xact_user_tables` counts, without its indexes and pages, which take longer.
COUNTED = """
SELECT relname, count FROM pg_class, LATERAL (
  SELECT pg_stat_get_xact_tuples_inserted(oid) + pg_stat_get_xact_tuples_updated(oid)
    + pg_stat_get_xact_tuples_deleted(oid) AS count
) AS written WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND count > 0
"""


def written() -> Counts:
    """Return how many rows were added, changed or removed so far, for each table.

    PostgreSQL counts them itself: a row written twice, or as it was, counts too.
    """
    with connection.cursor() as cursor:
        cursor.execute(COUNTED)
        return {table: int(count) for table, count in cursor.fetchall()}


def since(before: Counts) -> set[str]:
    """Return the tables written to since then."""
    return {table for table, count in written().items() if count != before.get(table, 0)}


def rows_of(tables: set[str]) -> dict[str, list[str]]:
    """Return what some tables hold, row by row."""
    held = {}
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f"SELECT row::text FROM {table} AS row ORDER BY 1")
            held[table] = [text for [text] in cursor.fetchall()]
    return held
