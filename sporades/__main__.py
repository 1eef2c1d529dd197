"""The `sporades` command: Django's commands and our own, for operators."""

import os
import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line
from django.db import OperationalError, connection


def main() -> None:
    """Run the command given on the command line."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    try:
        execute_from_command_line(["sporades", *sys.argv[1:]])
    except ImproperlyConfigured as reason:
        sys.exit(str(reason))
    except OperationalError as error:
        if connection.connection is not None:
            raise  # It answered: what it refused is not told as its silence.
        reason_in_short = next(iter(str(error).splitlines()), "aucune raison n'est donnée")
        # The pool's threads are still trying, and saying so: the reason is the last line read.
        connection.close_pool()  # type: ignore[attr-defined] # PostgreSQL has one
        sys.exit(f"La base de données ne répond pas (DATABASE_URL) : {reason_in_short}")


if __name__ == "__main__":
    main()
