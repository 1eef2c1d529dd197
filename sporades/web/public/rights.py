"""What the role of DATABASE_URL may do, beside what docs/operations.md grants the roles that serve."""

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.db.backends.base.base import BaseDatabaseWrapper

NEVER_DELETED = frozenset(
    {
        "accounts_signin",
        "exams_regulation",
        "exams_regulationfile",
        "journal_entry",
        "journal_seal",
        "medical_opening",
        "registrations_version",
    }
)
DELETED_IN_TIME = ("accounts_signin", "medical_opening", "registrations_version")
"""What the role of archives deletes of them, once their time is over."""
CHANGED_IN: dict[str, tuple[str, ...]] = {
    "accommodations_signature": (),
    "accounts_signin": (),
    "candidates_identity": (),
    "documents_documentversion": ("published_at", "withdrawn_at", "opened_at", "pdf_key", "sealed"),
    "drawers_keptfile": ("label", "owner_id"),
    "evidence_deposit": ("scanned_at", "is_clean"),
    "evidence_verdict": (),
    "exams_preparedregulation": ("state", "decided_at", "decided_by", "regulation_id"),
    "exams_regulation": (),
    "exams_regulationfile": (),
    "journal_entry": ("seal_id",),
    "journal_seal": (),
    "medical_opening": (),
    "medical_paper": ("wrapped", "master", "scanned_at", "is_clean", "taken_back_at"),
    "medical_remark": ("wrapped", "master"),
    "registrations_version": (),
    "threads_threadmessage": ("read_at", "settled_at", "settled_name"),
}
"""Of the tables whose rows do not all change: the columns that do."""

LACKING = """
    WITH needed AS (
        SELECT * FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[])
            AS one(schema, name, part, allowed)
    )
    SELECT needed.allowed, needed.name, needed.part
    FROM needed
    JOIN pg_namespace ON pg_namespace.nspname = needed.schema
    JOIN pg_class ON relnamespace = pg_namespace.oid AND relname = needed.name
    LEFT JOIN pg_attribute ON attrelid = pg_class.oid AND attname = needed.part
    WHERE CASE WHEN needed.part = '' THEN NOT has_table_privilege(pg_class.oid, needed.allowed)
               ELSE NOT has_column_privilege(pg_class.oid, attnum, needed.allowed) END
    ORDER BY needed.name, needed.part, needed.allowed
"""
SEQUENCES = """
    SELECT 'USAGE', relname, '' FROM pg_class
    WHERE relnamespace = %s::regnamespace
      AND CASE WHEN relkind = 'S' THEN NOT has_sequence_privilege(oid, 'USAGE') ELSE false END
      AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = pg_class.oid AND deptype = 'i')
    ORDER BY relname
"""
ENTERS = """
    SELECT has_schema_privilege(oid, 'USAGE'), EXISTS (
        SELECT FROM pg_class WHERE relnamespace = pg_namespace.oid AND relkind = 'r'
          AND has_table_privilege(pg_class.oid, 'SELECT'))
    FROM pg_namespace WHERE nspname = 'archives'
"""
FORGETS = """
    SELECT 'EXECUTE', proname, '' FROM pg_proc
    WHERE proname IN ('journal_forget', 'journal_forget_provenance')
      AND pronamespace = 'public'::regnamespace
      AND NOT has_function_privilege(oid, 'EXECUTE')
    ORDER BY proname
"""

type Right = tuple[str, str, str, str]
"""Schema, table, column (or none), and what is done to it."""


def lacking(connection: BaseDatabaseWrapper) -> list[str]:
    """Return the rights that the role lacks, as « SELECT sur candidates_candidate ».

    A role that may enter the schema of archives, or was given something in it, is asked about them
    too. What has no table yet is
    passed over: migrations are another matter.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT has_schema_privilege('public', 'USAGE')")
        if not cursor.fetchone()[0]:
            return ["USAGE sur le schéma public"]
        cursor.execute(LACKING, _columns(_of_every_day()))
        found = cursor.fetchall()
        cursor.execute(SEQUENCES, ["public"])
        found += cursor.fetchall()
        cursor.execute(ENTERS)
        enters, is_given_some = cursor.fetchone() or (False, False)
        if is_given_some and not enters:
            found.append(("USAGE", "le schéma archives", ""))
        if enters:
            cursor.execute(LACKING, _columns(_of_archives()))
            found += cursor.fetchall()
            cursor.execute(SEQUENCES, ["archives"])
            found += cursor.fetchall()
            cursor.execute(FORGETS)
            found += cursor.fetchall()
    return [_said(*one) for one in found]


def role(connection: BaseDatabaseWrapper) -> str:
    """Return as whom the database knows us."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        return str(cursor.fetchone()[0])


def owned(connection: BaseDatabaseWrapper) -> bool:
    """Return whether the role owns our tables, or may act as whoever does."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM pg_class WHERE relnamespace = 'public'::regnamespace"
            " AND relname = ANY(%s) AND pg_has_role(relowner, 'MEMBER'))",
            [sorted({name for schema, name in _tables() if schema == "public"})],
        )
        return bool(cursor.fetchone()[0])


def _tables() -> Iterator[tuple[str, str]]:
    """Give the schema and the name of each table that this code reads or writes."""
    yield from (("public", "shared_cache"), ("public", "django_migrations"))
    for model in apps.get_models(include_auto_created=True):
        schema, _, name = model._meta.db_table.rpartition('"."')
        yield schema or "public", name


def _of_every_day() -> Iterator[Right]:
    for schema, name in _tables():
        if schema != "public":
            continue
        for allowed in ("SELECT", "INSERT"):
            yield schema, name, "", allowed
        if name not in NEVER_DELETED:
            yield schema, name, "", "DELETE"
        for part in CHANGED_IN.get(name, ("",)):
            yield schema, name, part, "UPDATE"


def _of_archives() -> Iterator[Right]:
    for schema, name in _tables():
        if schema == "archives":
            for allowed in ("SELECT", "INSERT", "UPDATE", "DELETE"):
                yield schema, name, "", allowed
    for name in DELETED_IN_TIME:
        yield "public", name, "", "DELETE"


def _columns(rights: Iterator[Right]) -> list[Any]:
    return [list(column) for column in zip(*rights, strict=True)]


def _said(allowed: str, name: str, part: str) -> str:
    return f"{allowed} ({part}) sur {name}" if part else f"{allowed} sur {name}"
