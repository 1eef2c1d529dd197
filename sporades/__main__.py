"""The `sporades` command: Django's commands and our own, for operators."""

import logging
import os
import re
import sys
from collections.abc import Iterator

import django
from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line
from django.db import DatabaseError, connection

WORKER = ["procrastinate", "worker"]
NOT_TEXT = (
    "« {} » n'est pas en UTF-8 : réglez ainsi le terminal, ou le fichier qui lance la commande."
)
PATIENCE = 5
"""For how many seconds the reason of a silence is asked for."""


def main() -> None:
    """Run the command given on the command line; what the database refuses is said in one line."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    # The pool tells each of its tries: the reason is asked for once, at the end.
    logging.getLogger("psycopg.pool").setLevel(logging.ERROR)
    for word in sys.argv[1:]:
        if not _is_text(word):
            sys.exit(NOT_TEXT.format(os.fsencode(word).decode(errors="backslashreplace")))
    try:
        if sys.argv[1:3] == WORKER:
            _ask_for_its_table()
        execute_from_command_line(["sporades", *sys.argv[1:]])
    except ImproperlyConfigured as reason:
        sys.exit(str(reason))
    except Exception as error:
        said = None if "--traceback" in sys.argv else _in_short(error)
        if said is None:
            raise
        sys.exit(said)


def _is_text(said: str) -> bool:
    """Return whether an argument came in UTF-8: its other bytes could be neither kept nor shown."""
    try:
        said.encode()
    except UnicodeEncodeError:
        return False
    return True


def _ask_for_its_table() -> None:
    """Ask the database before a worker does, which waits for long and does not say what for."""
    django.setup()
    with connection.cursor() as cursor:
        cursor.execute("SELECT FROM procrastinate_jobs LIMIT 0")
    connection.close_pool()  # type: ignore[attr-defined] # PostgreSQL has one


def _in_short(error: BaseException) -> str | None:
    """Return what an operator can do about a refusal of the database; nothing of another error."""
    from psycopg import errors  # noqa: PLC0415 - where something fails

    refusal = next((one for one in _causes(error) if isinstance(one, errors.Error)), None)
    said = next(iter(str(refusal).splitlines()), "")
    match refusal:
        case errors.InsufficientPrivilege():
            return (
                f"Le rôle de DATABASE_URL n'a pas ce droit ({said}) : "
                "voyez docs/operations.md, « The journal »."
            )
        case errors.ReadOnlySqlTransaction():
            return f"La base de données est en lecture seule ({said}) : rien n'est enregistré."
        case errors.UndefinedTable() | errors.UndefinedColumn() | errors.InvalidSchemaName():
            return (
                "La base n'est pas à jour : lancez « sporades migrate »." if _is_behind() else None
            )
        case errors.OperationalError() if _is_cut_off():
            return _silence()
    return None


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _is_cut_off() -> bool:
    """Return whether the database went, or never came; what it refused is not its silence."""
    return connection.connection is None or connection.connection.closed


def _is_behind() -> bool:
    """Return whether migrations are left: otherwise the fault is ours, and is told whole."""
    from sporades.core import standing  # noqa: PLC0415 - where something fails

    django.setup()
    connection.close()
    try:
        return bool(standing.migrations_left(connection))
    except standing.TooOldError:
        return True  # « sporades migrate » says the way.
    except DatabaseError:
        return False


def _silence() -> str:
    """Ask the database once more, without the pool, which keeps the reason for its log."""
    import psycopg  # noqa: PLC0415 - where something fails

    connection.close()
    connection.close_pool()  # type: ignore[attr-defined] # PostgreSQL has one
    try:
        psycopg.connect(
            **{**connection.get_connection_params(), "connect_timeout": PATIENCE}
        ).close()
    except psycopg.Error as refusal:
        if refused := re.search(r"FATAL\s*:\s*(.+)", str(refusal)):
            return f"La base de données refuse la connexion (DATABASE_URL) : {refused[1]}"
        # Of a name with several addresses, each is told after a first line.
        lines = [line.strip(" -\t") for line in str(refusal).splitlines() if line.strip()]
        why = next((one for one in lines if not one.startswith("Multiple")), "sans raison donnée")
        return f"La base de données ne répond pas (DATABASE_URL) : {why}"
    return "La base de données n'a pas répondu (DATABASE_URL), et répond de nouveau : recommencez."


if __name__ == "__main__":
    main()
