"""`sporades bandeau afficher "…"`, `retirer`, `annuler`: the banner of every page."""

from argparse import ArgumentParser, ArgumentTypeError
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from sporades.acts.services import announcing
from sporades.cli.instants import instant
from sporades.cli.operators import operator
from sporades.core.actors import Actor
from sporades.core.french import ended, instant_in_words
from sporades.core.numbers import whole
from sporades.core.refusals import Refused
from sporades.core.text import clean
from sporades.notices.models import Banner
from sporades.notices.queries import WRITTEN_AGAIN

LONGEST = 300
MOST_HOURS = 366 * 24
ENDS_THEN = "La lecture seule, qui est en cours, finira à cet instant."
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
        show.add_argument(
            "--debut",
            metavar="AAAA-MM-JJTHH:MM",
            help="l'afficher de lui-même à cette heure, à l'heure de Paris",
        )
        show.add_argument("--heures", type=_hours, help="le retirer après ce nombre d'heures")
        show.add_argument(
            "--lecture-seule",
            action="store_true",
            help="ne rien enregistrer, sur aucune page, tant qu'il est affiché",
        )
        commands.add_parser("retirer", help="retirer le bandeau")
        commands.add_parser("annuler", help="annuler ceux qui sont prévus")

    def handle(self, *args: Any, **options: Any) -> None:
        by = operator()
        now = timezone.now()
        if options["what"] == "retirer":
            shown = Banner.objects.shown_at(now).first()
            had_one = announcing.take_banner_down(by=by, at=now)
            said = "Bandeau retiré." if had_one else "Il n'y avait pas de bandeau."
            if shown is not None and shown.stops_writing:
                said += f" {WRITTEN_AGAIN}"
            self.stdout.write(said)
            return
        if options["what"] == "annuler":
            self._cancel(by=by, at=now)
            return
        message = clean(options["message"])
        if not 0 < len(message) <= LONGEST:
            raise CommandError(f"Le message compte de 1 à {LONGEST} caractères.")
        hours = options["heures"]
        starts_at = instant(options["debut"], settings.TIME_ZONE)
        if starts_at is not None and starts_at <= now:
            raise CommandError("--debut est passé : indiquez une heure à venir.")
        if starts_at is not None and options["lecture_seule"] and hours is None:
            raise CommandError(
                "Dites --heures : la lecture seule prévue commence d'elle-même, sans attendre personne."
            )
        until = None if hours is None else (starts_at or now) + timedelta(hours=hours)
        shown = Banner.objects.shown_at(now).first()
        lets_write = _lets_write(shown, starts_at) and not options["lecture_seule"]
        try:
            announcing.show_banner(
                kind=KINDS[options["importance"]],
                message=message,
                starts_at=starts_at,
                until=until,
                stops_writing=options["lecture_seule"],
                by=by,
                at=now,
            )
        except Refused as refusal:
            raise CommandError(str(refusal)) from None
        if starts_at is not None:
            said = f"Bandeau prévu le {instant_in_words(starts_at, settings.TIME_ZONE)}."
            self.stdout.write(f"{said} {ENDS_THEN}" if lets_write else said)
            return
        said = "Bandeau affiché : visible partout en moins d'une minute."
        self.stdout.write(f"{said} {WRITTEN_AGAIN}" if lets_write else said)

    def _cancel(self, *, by: Actor, at: datetime) -> None:
        planned = list(Banner.objects.planned_at(at))
        for one in planned:
            announcing.cancel_banner(planned=str(one.pk), by=by, at=at)
            said = instant_in_words(one.starts_at, settings.TIME_ZONE)
            self.stdout.write(ended(f"Bandeau prévu le {said} annulé : « {one.message} »"))
        if not planned:
            self.stdout.write("Aucun bandeau n'était prévu.")
        elif shown := Banner.objects.shown_at(at).first():
            end = "jusqu'à « bandeau retirer »"
            if shown.ends_at is not None:
                end = f"jusqu'au {instant_in_words(shown.ends_at, settings.TIME_ZONE)}"
            kept = ", et le service en lecture seule" if shown.stops_writing else ""
            self.stdout.write(ended(f"Reste affiché {end}{kept} : « {shown.message} »"))


def _lets_write(shown: Banner | None, starts_at: datetime | None) -> bool:
    """Return whether read-only mode ends for an ordinary banner: now, or as that one begins."""
    if shown is None or not shown.stops_writing:
        return False
    return starts_at is None or shown.ends_at is None or starts_at < shown.ends_at


def _hours(said: str) -> int:
    hours = whole(said)
    if hours is None or not 1 <= hours <= MOST_HOURS:
        raise ArgumentTypeError(f"indiquez un nombre d'heures, de 1 à {MOST_HOURS}.")
    return hours
