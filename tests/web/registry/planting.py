"""Words like no other, put in the columns of rows that stand: what is found of them tells what leaks."""

import contextlib
import json
from itertools import count

from django.contrib.postgres.fields import ArrayField
from django.db import connection, models
from psycopg import sql

TEXTS = (models.CharField, models.TextField, models.JSONField, ArrayField)
_serial = count(1)


def text_columns(model):
    """Return the columns of a model that may hold a text that somebody wrote."""
    return [
        column
        for column in model._meta.concrete_fields
        if isinstance(column, TEXTS)
        and not column.choices
        and not column.is_relation
        and not column.primary_key
        and (getattr(column, "max_length", None) or 100) >= 12
    ]


def a_word():
    """Return a word that is nowhere else."""
    return f"zq{next(_serial):05}qz"


@contextlib.contextmanager
def nothing_frozen():
    """Let frozen rows be changed: a test is nobody who acts."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT array_agg(DISTINCT tgname)::text FROM pg_trigger WHERE NOT tgisinternal"
        )
        [every] = cursor.fetchone()
        cursor.execute("SELECT set_config('pgtrigger.ignore', %s, true)", [every])
        yield
        cursor.execute("SELECT set_config('pgtrigger.ignore', '{}', true)")


def plant(model, pk, column):
    """Put a word in a column of a row, beside what JSON holds; return it."""
    word = a_word()
    table, name = sql.Identifier(model._meta.db_table), sql.Identifier(column.column)
    key = sql.Identifier(model._meta.pk.column)
    if isinstance(column, models.JSONField):
        put = sql.SQL(
            "CASE jsonb_typeof({0}) WHEN 'object' THEN {0} || %(dict)s::jsonb"
            " WHEN 'array' THEN {0} || %(list)s::jsonb ELSE %(word)s::jsonb END"
        ).format(name)
        values = {
            "dict": json.dumps({"mot": word}),
            "list": json.dumps([word]),
            "word": json.dumps(word),
        }
    elif isinstance(column, ArrayField):
        put, values = sql.SQL("ARRAY[%(word)s]"), {"word": word}
    elif isinstance(column, models.EmailField):
        put, values = sql.SQL("%(word)s"), {"word": f"{word}@exemple.test"}
    else:
        put, values = sql.SQL("%(word)s"), {"word": word}
    with connection.cursor() as cursor:
        cursor.execute(
            sql.SQL("UPDATE {} SET {} = {} WHERE {} = %(pk)s").format(table, name, put, key),
            {**values, "pk": pk},
        )
    return word
