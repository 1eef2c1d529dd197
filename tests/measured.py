"""Tables as PostgreSQL plans for them, whatever other tests have written to them and taken back."""

from django.db import connection


def measured(*tables):
    """Make the indexes of some tables anew and count their rows, until the transaction ends."""
    with connection.cursor() as cursor:
        # What is only to be checked at the end would keep the tables from it.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in tables:
            cursor.execute(f"REINDEX TABLE {table}")
            cursor.execute(f"ANALYZE {table}")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
