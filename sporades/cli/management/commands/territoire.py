"""`sporades territoire load`: academies, departments, communes, countries."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from sporades.territory.operations import load_reference


class Command(BaseCommand):
    """Load the reference data that comes with Sporades."""

    help = "Charge les académies, départements, communes et pays livrés avec Sporades."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the only thing to do."""
        parser.add_argument("action", choices=["load"])
        parser.add_argument("--again", action="store_true", help="même si rien n'a changé")

    def handle(self, *args: Any, **options: Any) -> None:
        """Load, and say whether anything was new."""
        is_new = load_reference(again=options["again"])
        self.stdout.write("Territoire chargé." if is_new else "Territoire déjà à jour.")
