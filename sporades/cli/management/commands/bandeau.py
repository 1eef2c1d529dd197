"""`sporades bandeau afficher "…"`, `sporades bandeau retirer`: the banner of every page."""

from argparse import ArgumentParser, ArgumentTypeError
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from sporades.acts.services import announcing
from sporades.cli.operators import operator
from sporades.core.text import clean
from sporades.notices.models import Banner

LONGEST = 300
MOST_HOURS = 366 * 24
KINDS = {
    "information": Banner.Kind.INFO,
    "attention": Banner.Kind.WARNING,
    "alerte": Banner.Kind.ALERT,
}


class Command(BaseCommand):
    help = "Affiche ou retire le bandeau en haut de toutes les pages (en moins d'une minute)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        commands = parser.add_subparsers(dest="what", required=True)
        show = commands.add_parser("afficher", help="afficher un message")
        show.add_argument("message")
        show.add_argument("--importance", choices=KINDS, default="information")
        show.add_argument("--heures", type=_hours, help="le retirer après ce nombre d'heures")
        show.add_argument(
            "--lecture-seule",
            action="store_true",
            help="ne rien enregistrer, sur aucune page, tant qu'il est affiché",
        )
        commands.add_parser("retirer", help="retirer le bandeau")

    def handle(self, *args: Any, **options: Any) -> None:
        by = operator()
        now = timezone.now()
        if options["what"] == "retirer":
            had_one = announcing.take_banner_down(by=by, at=now)
            self.stdout.write("Bandeau retiré." if had_one else "Il n'y avait pas de bandeau.")
            return
        message = clean(options["message"])
        if not 0 < len(message) <= LONGEST:
            raise CommandError(f"Le message compte de 1 à {LONGEST} caractères.")
        hours = options["heures"]
        until = None if hours is None else now + timedelta(hours=hours)
        announcing.show_banner(
            kind=KINDS[options["importance"]],
            message=message,
            until=until,
            stops_writing=options["lecture_seule"],
            by=by,
            at=now,
        )
        self.stdout.write("Bandeau affiché : visible partout en moins d'une minute.")


def _hours(said: str) -> int:
    if not (said.isascii() and said.isdigit() and 1 <= int(said) <= MOST_HOURS):
        raise ArgumentTypeError(f"indiquez un nombre d'heures, de 1 à {MOST_HOURS}.")
    return int(said)
