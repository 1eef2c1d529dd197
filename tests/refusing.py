"""A row that the database refuses to change, whoever asks: what nobody has foreseen."""

from django.db import connection
from django.db.backends.postgresql.psycopg_any import sql


def refuse(table, key, column="id", *, state="P0001"):
    """Have the database refuse whatever makes or changes a row, until the test ends.

    Args:
        table: where the row is.
        key: what tells it.
        column: by which column.
        state: the code of what is raised, one of PostgreSQL's.
    """
    told = {name: sql.Literal(said) for name, said in (("column", column), ("state", state))}
    with connection.cursor() as cursor:
        cursor.execute(
            sql.SQL(
                "CREATE FUNCTION pg_temp.refuses() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
                " IF to_jsonb(coalesce(OLD, NEW)) ->> {column} = {key} THEN"
                " RAISE 'refused' USING ERRCODE = {state}; END IF;"
                " RETURN coalesce(NEW, OLD); END $$"
            ).format(**told, key=sql.Literal(str(key)))
        )
        cursor.execute(
            sql.SQL(
                "CREATE TRIGGER refuses BEFORE INSERT OR UPDATE OR DELETE ON {table} FOR EACH ROW"
                " EXECUTE FUNCTION pg_temp.refuses()"
            ).format(table=sql.Identifier(table))
        )
