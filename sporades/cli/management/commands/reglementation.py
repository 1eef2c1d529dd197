"""Check, load and document réglementation files."""

from datetime import datetime
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from sporades.cli.demo_files import expanded
from sporades.cli.operators import operator
from sporades.core.refusals import Refused
from sporades.exams.operations import check, load
from sporades.exams.operations.loading import Loaded
from sporades.exams.reference import reference
from sporades.exams.schema.clock import DEMO_DATE


class Command(BaseCommand):
    help = "Vérifie (check) ou met en vigueur (load) des fichiers de réglementation."

    def add_arguments(self, parser):
        commands = parser.add_subparsers(dest="what", required=True)
        for name, text in (
            ("check", "dire tout ce qui ne va pas dans ces fichiers, sans rien changer"),
            ("load", "mettre ces fichiers en vigueur, s'ils sont tous corrects"),
        ):
            command = commands.add_parser(name, help=text)
            command.add_argument("files", nargs="+", type=Path, metavar="FICHIER")
            command.add_argument(
                "--demonstration",
                action="store_true",
                help="remplacer d'abord les dates relatives à aujourd'hui (« @J-12 08:00 »)",
            )
        commands.add_parser("reference", help="écrire la page de toutes les clés")

    def handle(self, what, files=(), demonstration=False, **options):  # noqa: FBT002 - an option
        now = timezone.now()
        if what == "reference":
            self.stdout.write(reference(), ending="")
            return
        given = [expanded(file, at=now) for file in files] if demonstration else files
        self._check(given, outcome=" : rien n'a été chargé" if what == "load" else "")
        if what == "load":
            for file in given:
                self._load(file, now)

    def _check(self, files, *, outcome: str):
        problems = check(files)
        for problem in problems:
            self.stderr.write(str(problem))
        if any(problem.rule == DEMO_DATE for problem in problems):
            self.stderr.write(
                "Pour lire les dates relatives des fichiers de la démonstration : ajoutez "
                "--demonstration."
            )
        errors = [problem for problem in problems if problem.is_error]
        if errors:
            plural = "s" if len(errors) > 1 else ""
            raise CommandError(f"{len(errors)} problème{plural}{outcome}.")
        self.stdout.write(f"{len(files)} fichier(s) sans problème.")

    def _load(self, file, now: datetime):
        by = operator()
        try:
            loaded = load(file, by=by, at=now)
        except Refused as refusal:
            raise CommandError(str(refusal)) from None
        self.stdout.write(_told(loaded))
        for service in loaded.held:
            self.stderr.write(
                f"  {service.academy} : ses dates ont été changées dans la gestion, elles restent "
                f"celles-là (ferme le {service.closing_in_words}). « sporades service dates » en donne d'autres."
            )


def _told(loaded: Loaded) -> str:
    state = "en vigueur" if loaded.created else "déjà en vigueur"
    text = f"{loaded.regulation} : {state}."
    if loaded.opened:
        text += f" {len(loaded.opened)} service(s) ajouté(s)."
    if loaded.changed:
        text += f" {len(loaded.changed)} service(s) modifié(s)."
    for service in loaded.left:
        text += f"\n  {service.academy} : absent du fichier, ce service est laissé tel quel."
    return text
