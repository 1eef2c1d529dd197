"""`sporades fichiers verifier`: every file that a row names is in its store, whole (R-20)."""

from argparse import ArgumentParser
from collections import Counter
from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import ProgrammingError
from psycopg.errors import InsufficientPrivilege

from sporades.cli import stored

SILENT = "Un magasin de fichiers ne répond pas : rien de plus n'a été vérifié."
NO_ARCHIVES = (
    "Les fichiers des archives ne sont pas vérifiés : ce rôle de la base ne les lit pas. Lancez la "
    "commande avec le DATABASE_URL du rôle sporades_archives (docs/operations.md)."
)


class Command(BaseCommand):
    help = "Compare ce que la base nomme et ce que les deux magasins de fichiers gardent."

    def add_arguments(self, parser: ArgumentParser) -> None:
        commands = parser.add_subparsers(dest="what", required=True)
        verify = commands.add_parser(
            "verifier", help="lire chaque fichier ; dire ceux qui manquent ou sont altérés"
        )
        verify.add_argument(
            "--au-hasard",
            type=int,
            metavar="N",
            help="n'en lire que N de chaque sorte, tirés au hasard",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        sample = options["au_hasard"]
        if sample is not None and sample < 1:
            raise CommandError("--au-hasard : un nombre, à partir de 1.")
        read, lost, again = 0, Counter[str](), 0
        is_whole = True
        try:
            for fault in self._faults(sample):
                read += 1
                if fault is None:
                    continue
                self.stdout.write(str(fault))
                if fault.is_made_again:
                    again += 1
                else:
                    lost[fault.what] += 1
        except stored.Silent:
            raise CommandError(SILENT) from None
        except ProgrammingError as trouble:
            if not isinstance(trouble.__cause__, InsufficientPrivilege):
                raise
            is_whole = False
        self.stdout.write(f"Fichiers lus : {read}. À faire de nouveau, rien n'est perdu : {again}.")
        said = ", ".join(f"{count} {what}" for what, count in sorted(lost.items()))
        troubles = [f"Perdus ou abîmés : {lost.total()} ({said})."] if lost else []
        if not is_whole:
            troubles.append(NO_ARCHIVES)
        if troubles:
            raise CommandError("\n".join(troubles))
        self.stdout.write("Il n'en manque aucun.")

    def _faults(self, sample: int | None) -> Iterator[stored.Fault | None]:
        for source in stored.SOURCES:
            yield from stored.compared(source, sample=sample)
        # The last ones: the role that serves pages may not read them.
        yield from stored.compared_archives(sample=sample)
