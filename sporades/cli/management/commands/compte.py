"""`sporades compte liberer ADRESSE`: an owner who cannot show the second factor any more."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from sporades.acts.people import changing
from sporades.cli.operators import operator
from sporades.core.refusals import Refused


class Command(BaseCommand):
    help = "Retire la double authentification d'un compte (liberer) : candidat ou agent."

    def add_arguments(self, parser: ArgumentParser) -> None:
        commands = parser.add_subparsers(dest="what", required=True)
        free = commands.add_parser("liberer", help="retirer la double authentification d'un compte")
        free.add_argument("address", metavar="ADRESSE")

    def handle(self, *args: Any, **options: Any) -> None:
        by = operator()
        try:
            user = changing.remove_second_factors(options["address"], by=by, at=timezone.now())
        except Refused as refusal:
            raise CommandError(str(refusal)) from None
        self.stdout.write(f"{user.email} : double authentification retirée, appareils déconnectés.")
