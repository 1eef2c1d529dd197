"""Django's own command, which would say of a database that is too old what nobody can act on."""

from typing import Any

from django.core.management.base import CommandError
from django.core.management.commands.migrate import Command as Migrate
from django.db import connections

from sporades.core import standing


class Command(Migrate):
    """Bring a database to the tables of this code."""

    def handle(self, *args: Any, **options: Any) -> Any:
        """Refuse a database from which this code does not know the way, else do as Django does.

        Raises:
            CommandError: it is older than the first migrations of this code stand for.
        """
        try:
            standing.refuse_too_old(connections[options["database"]])
        except standing.TooOldError as reason:
            raise CommandError(str(reason)) from None
        return super().handle(*args, **options)
