"""`sporades courrier liste`, `sporades courrier poste NUMÉRO… --le AAAA-MM-JJ`: letters after a restoration."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from sporades.acts.writing import posting
from sporades.cli import waiting_letters
from sporades.cli.instants import day
from sporades.cli.operators import operator, reason_of
from sporades.core.refusals import Refused


class Command(BaseCommand):
    help = (
        "Liste les courriers qui attendent d'être imprimés (liste) ; note ceux qui ont été postés avant "
        "une restauration de la base qui l'a oublié (poste)."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        commands = parser.add_subparsers(dest="what", required=True)
        commands.add_parser("liste", help="dire les numéros de ceux qui attendent, par service")
        posted = commands.add_parser(
            "poste", help="noter le jour où ils ont été postés : ils ne s'impriment plus"
        )
        posted.add_argument(
            "numbers", nargs="+", type=int, metavar="NUMÉRO", help="au bas de la feuille"
        )
        posted.add_argument("--le", required=True, type=day, metavar="AAAA-MM-JJ")
        posted.add_argument("--motif", required=True, help="pourquoi, sans nommer personne")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["what"] == "liste":
            for line in waiting_letters.in_words():
                self.stdout.write(line)
            return
        try:
            count = posting.note_posted_unprinted(
                letters=options["numbers"],
                posted_on=options["le"],
                reason=reason_of(options["motif"]),
                by=operator(),
                at=timezone.now(),
            )
        except Refused as refusal:
            raise CommandError(str(refusal)) from None
        self.stdout.write(f"Notés comme postés : {count}. Ils ne seront pas imprimés.")
