"""`sporades copie anonymiser`: a copy of the database becomes one of nobody (P-24)."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.utils import timezone

from sporades.cli.operators import operator
from sporades.core import files
from sporades.core.refusals import Refused
from sporades.journal.sealing import verify
from sporades.personal import anonymising


class Command(BaseCommand):
    help = "Copies de la base pour essayer ou former : anonymisées, ou rien."

    def add_arguments(self, parser: ArgumentParser) -> None:
        commands = parser.add_subparsers(dest="what", required=True)
        made = commands.add_parser(
            "anonymiser", help="remplacer toute personne, dans une copie que rien n'utilise"
        )
        made.add_argument("--base", required=True, metavar="NOM", help="le nom de la copie")

    def handle(self, *args: Any, **options: Any) -> None:
        anonymising.connect_alone(connection)
        try:
            anonymising.check(declared=settings.COPY, typed=options["base"])
            done = anonymising.anonymise(by=operator(), at=timezone.now())
        except Refused as refusal:
            raise CommandError(str(refusal)) from None
        except files.OutOfReach:
            raise CommandError(
                "L'entrepôt de fichiers de la copie (FILES_URL) ne répond pas : rien n'est changé."
            ) from None
        if findings := verify(at=timezone.now()).findings:
            raise CommandError("\n".join(findings))
        self.stdout.write(
            f"{done.rows} lignes remplacées, {done.emptied} effacées, {done.files} fichiers de "
            "remplacement. Le journal est scellé de nouveau : sa chaîne commence ici."
        )
        self.stdout.write(
            "Personne ne peut se connecter : faites des comptes d'agent avec « sporades agent »."
        )
