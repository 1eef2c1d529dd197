"""`sporades restauration`: before a database that was brought back serves again (R-51)."""

from argparse import ArgumentParser
from typing import Any

from django.contrib.sessions.models import Session
from django.core.management.base import BaseCommand, CommandError
from django.db import ProgrammingError, transaction
from django.utils import timezone
from psycopg.errors import InsufficientPrivilege

from sporades import journal
from sporades.cli.operators import operator, reason_of
from sporades.core import sequences
from sporades.mail.models import Message

LEFT_OUT = 100_000
"""How many numbers are given to nobody: far more than are taken between two backups."""
NOT_ALLOWED = (
    "Ce rôle de la base ne déplace pas les séquences : lancez la commande avec le DATABASE_URL du "
    "propriétaire des tables (docs/operations.md)."
)


class Command(BaseCommand):
    help = (
        "Prépare une base restaurée à resservir : les numéros, clés et liens donnés depuis l'instant "
        "restauré ne sont plus donnés à personne, les sessions sont fermées."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--motif", required=True, help="pourquoi, sans nommer personne")
        parser.add_argument(
            "--saut",
            type=int,
            default=LEFT_OUT,
            metavar="N",
            help="de combien de numéros avancer : plus qu'il n'en a été donné depuis l'instant "
            f"restauré ({LEFT_OUT} si rien n'est dit)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        reason, by = reason_of(options["motif"]), options["saut"]
        if by < 1:
            raise CommandError("--saut : un nombre, à partir de 1.")
        try:
            with transaction.atomic():
                moved = sequences.move_forward(by)
                closed, _ = Session.objects.all().delete()
                said = {"reason": reason, "left_out": by}
                journal.record("database restored", by=operator(), at=timezone.now(), after=said)
        except ProgrammingError as trouble:
            if not isinstance(trouble.__cause__, InsufficientPrivilege):
                raise
            raise CommandError(NOT_ALLOWED) from None
        waiting = Message.objects.filter(state=Message.State.WAITING).count()
        self.stdout.write(
            f"{moved} séquences avancées de {by} : aucun numéro donné depuis l'instant restauré ne le "
            f"sera une seconde fois. Sessions fermées : {closed}."
        )
        self.stdout.write(
            f"Mails qui attendaient à cet instant : {waiting}. Ils partiront avec le travailleur, pour "
            "certains une seconde fois."
        )
