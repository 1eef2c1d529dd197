"""What is still to be read of somebody, anywhere in the database."""

import pickle
from base64 import b64decode

from django.contrib.sessions.models import Session
from django.db import connection
from psycopg import sql


def columns():
    """Every column of every table, but those that can hold no text."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_schema, table_name, column_name FROM information_schema.columns "
            "WHERE table_schema IN ('public', 'archives') AND data_type IN "
            "('text', 'character varying', 'character', 'json', 'jsonb', 'ARRAY', 'USER-DEFINED')"
        )
        return cursor.fetchall()


def decoded():
    """What is kept so that no search for a word finds it, made plain: its table, its text."""
    for session in Session.objects.all():
        yield "django_session", repr(session.get_decoded())
    with connection.cursor() as cursor:
        # Read as the cache reads them, but also when their time is over: they are still there.
        cursor.execute("SELECT value FROM shared_cache")
        for [value] in cursor.fetchall():
            yield "shared_cache", repr(pickle.loads(b64decode(value)))


def where(*words):
    """The tables in which any of these words is still to be read, in any column."""
    found = {
        table
        for table, text in decoded()
        if any(word.casefold() in text.casefold() for word in words)
    }
    with connection.cursor() as cursor:
        for schema, table, column in columns():
            cursor.execute(
                sql.SQL("SELECT EXISTS (SELECT FROM {} WHERE {}::text ILIKE ANY (%s))").format(
                    sql.Identifier(schema, table), sql.Identifier(column)
                ),
                [[f"%{word}%" for word in words]],
            )
            if cursor.fetchone()[0]:
                found.add(table)
    return found
