"""Check, load and document réglementation files."""

from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from sporades.acts.services import regulating
from sporades.cli.demo_files import expanded
from sporades.cli.operators import operator
from sporades.core.refusals import Refused
from sporades.exams.checking import Problem, Source
from sporades.exams.models import RegistrationService
from sporades.exams.models.service import AUDIENCES
from sporades.exams.operations import check, load
from sporades.exams.operations.checks import open_source
from sporades.exams.operations.loading import Loaded
from sporades.exams.reference import reference
from sporades.exams.schema.clock import DEMO_DATE
from sporades.registrations.exclusion import standing_together

MOST_TOGETHER = 50
"""Candidates of whom registrations that stand together against a version are named."""

NOT_HERE = (
    "Aucune faute dans ce qui est écrit, mais « load » refuserait tout, dans cette installation et "
    "maintenant."
)


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
        # Read once: a pipe says nothing the second time, and what is loaded is what was checked.
        opened = [open_source(file) for file in given]
        sources = [one for one in opened if isinstance(one, Source)]
        unread = [one for one in opened if isinstance(one, Problem)]
        outcome = " : rien n'a été chargé" if what == "load" else ""
        self._check(sources, now, unread=unread, outcome=outcome)
        if what == "check":
            self._say_hindered(sources, now)
        plural = "s" if len(sources) > 1 else ""
        self.stdout.write(f"{len(sources)} fichier{plural} sans problème.")
        if what == "load":
            # In the demo the dates of a file are relative to the day: they move with it.
            put = load if demonstration and settings.DEMO else regulating.load
            self._load(sources, now, put=put)

    def _check(self, files, now: datetime, *, unread, outcome: str):
        problems = [*unread, *check(files, at=now)]
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

    def _say_hindered(self, files, now: datetime):
        found = [(file, regulating.hindered_by_command(file, at=now)) for file in files]
        hindered = [f"{file.name} : {hindrance}" for file, hindrance in found if hindrance]
        if hindered:
            raise CommandError("\n".join([*hindered, NOT_HERE]))

    def _load(self, files, now: datetime, *, put):
        by = operator()
        loaded = []
        with transaction.atomic():  # all of them, or none
            for file in files:
                try:
                    loaded.append(put(file, by=by, at=now))
                except Refused as refusal:
                    raise CommandError(f"{file.name} : {refusal} Rien n'a été chargé.") from None
        for one in loaded:
            self.stdout.write(_told(one))
            for service in one.held:
                self.stderr.write(
                    f"  {service.academy} : ses dates ont été changées dans la gestion, elles restent "
                    f"celles-là (ouvre le {service.opening_in_words}, ferme le "
                    f"{service.closing_in_words}). « sporades service dates » en donne d'autres."
                )
            if one.created:
                self._name_together(one)
            for stays in one.reached:
                self.stderr.write(f"  {stays.place} : {stays.words}.")

    def _name_together(self, loaded: Loaded):
        found = standing_together(loaded.regulation, None, most=MOST_TOGETHER)
        if not found.candidates:
            return
        self.stderr.write(
            "  Inscriptions en cours que cette version n'admet pas ensemble, et qui restent telles "
            f"quelles (candidats : {found.candidates}) :"
        )
        for together in found.shown:
            self.stderr.write(f"    {', '.join(f'n°{one.number}' for one in together)}")
        if found.is_cut:
            self.stderr.write("    … la gestion en montre, réglementation par réglementation.")


def _told(loaded: Loaded) -> str:
    state = "en vigueur" if loaded.created else "déjà en vigueur"
    text = f"{loaded.regulation} : {state}."
    for services, done in ((loaded.opened, "ajouté"), (loaded.changed, "modifié")):
        if services:
            plural = "s" if len(services) > 1 else ""
            text += f" {len(services)} service{plural} {done}{plural}."
    moves = {move.service: move.in_words for move in loaded.moves}
    for service in loaded.opened:
        text += (
            f"\n  {_place(service)} : ouvre le {service.opening_in_words}, "
            f"ferme le {service.closing_in_words}."
        )
    for service in loaded.changed:
        said = moves.get(service, "mêmes dates, autre service gestionnaire, site ou horloge")
        text += f"\n  {_place(service)} : {said}."
    for service in loaded.left:
        text += f"\n  {_place(service)} : absent du fichier, ce service est laissé tel quel."
    return text


def _place(service: RegistrationService) -> str:
    return f"{service.academy}, {AUDIENCES[service.audience].lower()}"
