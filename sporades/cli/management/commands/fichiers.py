"""`sporades fichiers verifier|orphelins`: what rows name and what the stores hold (R-20, P-20)."""

from argparse import ArgumentParser
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import ProgrammingError
from django.utils import timezone
from psycopg.errors import InsufficientPrivilege

from sporades import journal
from sporades.cli import stored
from sporades.cli.operators import operator, reason_of
from sporades.core import files
from sporades.core.french import day_in_digits

SILENT = "Un magasin de fichiers ne répond pas : rien de plus n'a été vérifié."
NO_ARCHIVES = (
    "Les fichiers des archives ne sont pas vérifiés : ce rôle de la base ne les lit pas. Lancez la "
    "commande avec le DATABASE_URL du rôle sporades_archives (docs/operations.md)."
)

UNKNOWN_ARCHIVES = (
    "Rien n'est cherché ni effacé : ce rôle de la base ne lit pas les archives, qui nomment des "
    "fichiers. Lancez la commande avec le DATABASE_URL du rôle sporades_archives (docs/operations.md)."
)
NO_ANSWER = "Un magasin de fichiers ne répond pas : recommencez."
TO_ERASE = 'Rien n\'est effacé. Pour le faire : --effacer --motif "…".'
TOO_MANY = (
    "Rien n'est effacé : un magasin a plus de fichiers sans ligne que de fichiers nommés. Est-ce bien "
    "la base de ces magasins ? Si oui, ajoutez --malgre-leur-nombre."
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

        unnamed = commands.add_parser(
            "orphelins", help="dire les fichiers de plus d'un jour qu'aucune ligne ne nomme"
        )
        unnamed.add_argument("--effacer", action="store_true", help="les effacer aussi")
        unnamed.add_argument("--motif", help="pourquoi, sans nommer personne, pour les effacer")
        unnamed.add_argument(
            "--malgre-leur-nombre",
            action="store_true",
            help="même s'il y en a plus que de fichiers nommés",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        {"verifier": self._verify, "orphelins": self._unnamed}[options["what"]](options)

    def _verify(self, options: dict[str, Any]) -> None:
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
        self.stdout.write(
            "Il n'en manque aucun."
            if sample is None
            else "De ceux qui ont été lus, aucun ne manque."
        )

    def _unnamed(self, options: dict[str, Any]) -> None:
        now, reason = timezone.now(), None
        if options["effacer"]:
            reason = reason_of(options["motif"] or "")
        found = self._found(now)
        for one in found:
            self.stdout.write(
                f"{stored.ADDRESSES[one.store]} : sans ligne {len(one.old)}, de moins d'un jour "
                f"{one.young} ; nommés {one.named}."
            )
        if not any(one.old for one in found):
            self.stdout.write("Rien à effacer.")
        elif reason is None:
            raise CommandError(TO_ERASE)
        else:
            self._erase(found, reason, options)

    def _found(self, now: datetime) -> list[stored.Unnamed]:
        """Look at each store, and say each file on a line."""
        try:
            found = [stored.unnamed(store, at=now) for store in stored.ADDRESSES]
        except files.OutOfReach:
            raise CommandError(NO_ANSWER) from None
        except ProgrammingError as trouble:
            if not isinstance(trouble.__cause__, InsufficientPrivilege):
                raise
            raise CommandError(UNKNOWN_ARCHIVES) from None
        for one in found:
            for key, written in one.old:
                day = day_in_digits(written, settings.TIME_ZONE)
                self.stdout.write(f"{stored.ADDRESSES[one.store]} {day} {key}")
        return found

    def _erase(self, found: list[stored.Unnamed], reason: str, options: dict[str, Any]) -> None:
        if any(len(one.old) > one.named for one in found) and not options["malgre_leur_nombre"]:
            raise CommandError(TOO_MANY)
        erased = 0
        try:
            for one in found:
                for key, _ in one.old:
                    files.forget(key, store=one.store)
                    erased += 1
        except files.OutOfReach:
            raise CommandError(f"{NO_ANSWER} Effacés avant : {erased}.") from None
        finally:
            if erased:
                said = {"reason": reason, "files": erased}
                journal.record("unnamed files erased", by=operator(), at=timezone.now(), after=said)
        self.stdout.write(f"Effacés : {erased}.")

    def _faults(self, sample: int | None) -> Iterator[stored.Fault | None]:
        for source in stored.SOURCES:
            yield from stored.compared(source, sample=sample)
        # The last ones: the role that serves pages may not read them.
        yield from stored.compared_archives(sample=sample)
