"""Where PostgreSQL's sequences stand: every key, every number of a candidate or a registration."""

from django.db import connection


def move_forward(by: int) -> int:
    """Move every sequence of the schema forward; return how many there are.

    What was taken after the instant to which a database was brought back is then given to nobody
    else (adr/0010).

    Args:
        by: how many values are left out; more than were taken since that instant.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT setval(format('%%I.%%I', schemaname, sequencename)::regclass,"
            " coalesce(last_value, start_value) + %s)"
            " FROM pg_sequences WHERE schemaname = current_schema()",
            [by],
        )
        return int(cursor.rowcount)
