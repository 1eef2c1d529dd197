"""What was written to the database, table by table, since the transaction began."""

from django.db import connection

type Counts = dict[str, int]


def written() -> Counts:
    """Return how many rows were added, changed or removed so far, for each table.

    PostgreSQL counts them itself: a row written twice, or as it was, counts too.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname, n_tup_ins + n_tup_upd + n_tup_del FROM pg_stat_xact_user_tables"
        )
        return {table: int(count) for table, count in cursor.fetchall() if count}


def since(before: Counts) -> set[str]:
    """Return the tables written to since then."""
    return {table for table, count in written().items() if count != before.get(table, 0)}
