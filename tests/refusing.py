"""A row that the database refuses to change, whoever asks: what nobody has foreseen."""

from django.db import connection
from django.db.backends.postgresql.psycopg_any import sql


def refuse(table, key, column="id", *, state="P0001"):
    """Have the database refuse whatever changes a row, until the test ends.

    Args:
        table: where the row is.
        key: what tells it.
        column: by which column.
        state: the code of what is raised, one of PostgreSQL's.
    """
    names = {"table": sql.Identifier(table), "column": sql.Identifier(column)}
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION pg_temp.refuses() RETURNS trigger LANGUAGE plpgsql AS"
            f" $$ BEGIN RAISE 'refused' USING ERRCODE = '{state}'; END $$"
        )
        cursor.execute(
            sql.SQL(
                "CREATE TRIGGER refuses BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW"
                " WHEN (OLD.{column} = {key}) EXECUTE FUNCTION pg_temp.refuses()"
            ).format(**names, key=sql.Literal(key))
        )
