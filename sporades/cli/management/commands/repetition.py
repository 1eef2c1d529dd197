"""`sporades repetition …`: what `make rehearsal` copies from here, and puts there (I8)."""

from argparse import ArgumentParser
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from sporades.cli import nights, rehearsing
from sporades.cli.own_files import write_over
from sporades.core.actors import Actor
from sporades.core.french import instant_in_words
from sporades.core.queue import app
from sporades.core.refusals import Refused
from sporades.exams.checking import Source
from sporades.exams.operations import load
from sporades.mail import delivery
from sporades.mail.models import Message
from sporades.territory.operations import load_reference

BY = Actor("operator", "répétition")


def _work() -> None:
    """Do all the jobs that wait, and those that they leave, as the worker does."""
    with app.replace_connector(app.connector.get_worker_connector()) as own:
        own.run_worker(wait=False, install_signal_handlers=False, listen_notify=False)


class Command(BaseCommand):
    help = (
        "Écrit ce à quoi l'on s'inscrit (exporter) ; peuple une répétition (charger) ; y joue une "
        "nuit (nuit)."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        commands = parser.add_subparsers(dest="what", required=True)
        written = commands.add_parser("exporter", help="réglementations et services, sans personne")
        written.add_argument("path", metavar="FICHIER")
        read = commands.add_parser("charger", help="dans une répétition, et nulle part ailleurs")
        read.add_argument("path", metavar="FICHIER")
        read.add_argument("--reglementation", nargs="*", default=[], metavar="FICHIER")
        read.add_argument("--candidats", type=int, default=60, metavar="NOMBRE")
        night = commands.add_parser("nuit", help="les travaux de la nuit, chacun à son heure")
        night.add_argument("until", metavar="INSTANT", type=datetime.fromisoformat)

    def handle(self, *args: Any, **options: Any) -> None:
        if options["what"] == "exporter":
            write_over(Path(options["path"]), rehearsing.written().encode())
            return
        if settings.REHEARSAL is None:
            raise CommandError("Cette commande n'existe que dans une répétition.")
        if options["what"] == "nuit":
            self._play_night(options["until"])
            return
        try:
            self._load(Path(options["path"]), options["reglementation"], options["candidats"])
        except Refused as refusal:
            raise CommandError(str(refusal)) from None

    def _play_night(self, until: datetime) -> None:
        for step in nights.play(until=until, work=_work):
            if step.jobs:
                when = instant_in_words(step.at, settings.TIME_ZONE)
                self.stdout.write(f"{when} : {', '.join(step.jobs)}")

    def _load(self, path: Path, regulations: list[str], count: int) -> None:
        now = timezone.now()
        load_reference()
        rehearsing.read(path.read_text(encoding="utf-8"))
        for one in map(Path, regulations):
            load(Source(one.name, one.read_text(encoding="utf-8")), by=BY, at=now)
        staff = rehearsing.make_staff(at=now)
        found = rehearsing.people(at=now, count=count)
        for message in Message.objects.due(now).order_by("written_at"):
            delivery.deliver(message.pk, at=message.written_at)
        self.stdout.write(f"{found.registered} inscription(s) de candidats inventés.")
        for choice in found.impossible:
            self.stdout.write(f"Personne n'a pu s'inscrire : {choice}.")
        self.stdout.write(f"Mot de passe de tous : {rehearsing.PASSWORD}")
        self.stdout.write(f"Agents : {', '.join(staff)}")
        first = ", ".join(found.addresses[:2])
        more = "…" if found.registered > 2 else "."  # noqa: PLR2004 - the two that are named
        self.stdout.write(
            f"Candidats : {first}{more}"
            if first
            else "Aucun candidat : aucun service n'est ouvert à cet instant, ou personne n'a pu s'inscrire."
        )
