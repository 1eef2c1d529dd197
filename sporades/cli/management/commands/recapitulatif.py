"""`sporades recapitulatif recu NUMÉRO --cachet AAAA-MM-JJ`: a signed summary came back."""

from argparse import ArgumentParser, ArgumentTypeError
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from sporades.acts.registrations import receiving
from sporades.cli.numbers import no_registration
from sporades.cli.operators import operator
from sporades.core.french import day_in_words
from sporades.core.refusals import Refused
from sporades.registrations.came import CameBy
from sporades.registrations.models import Registration

_WAYS = {"poste": CameBy.POST, "guichet": CameBy.DESK, "mail": CameBy.MAIL}


class Command(BaseCommand):
    help = (
        "Note le retour d'un récapitulatif signé, à la date du cachet de la poste, de sa remise au "
        "guichet ou du mail."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("what", choices=["recu"])
        parser.add_argument("number", metavar="NUMÉRO")
        parser.add_argument("--cachet", required=True, type=_day, metavar="AAAA-MM-JJ")
        parser.add_argument(
            "--par",
            choices=list(_WAYS),
            default="poste",
            help="comment il est arrivé (poste, sauf si autre chose est dit)",
        )
        parser.add_argument(
            "--remplace", action="store_true", help="à la place du cachet qui est déjà noté"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        found = Registration.objects.whole().with_owed().filter(number=options["number"]).first()
        if found is None:
            raise CommandError(no_registration(options["number"]))
        noted = found.summary_posted_on
        if noted not in {None, options["cachet"]} and not options["remplace"]:
            raise CommandError(
                f"Un autre cachet est déjà noté, du {day_in_words(noted)}. S'il est faux : --remplace."
            )
        by = operator()
        try:
            receiving.receive_summary(
                registration=found,
                posted_on=options["cachet"],
                came_by=_WAYS[options["par"]],
                by=by,
                at=timezone.now(),
            )
        except Refused as refusal:
            raise CommandError(str(refusal)) from None
        self.stdout.write(f"Récapitulatif de {found.number} : retour noté.")


def _day(said: str) -> date:
    try:
        return date.fromisoformat(said)
    except ValueError:
        raise ArgumentTypeError("indiquez le jour du cachet, comme 2026-12-18.") from None
