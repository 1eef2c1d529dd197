"""`sporades sante rotation`: what is confided is sealed anew by the first master key (P-10)."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from sporades.medical import operations as medical
from sporades.medical import sealing


class Command(BaseCommand):
    help = "Clés maîtresses du compartiment médical (MEDICAL_KEYS)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        commands = parser.add_subparsers(dest="what", required=True)
        commands.add_parser(
            "rotation", help="sceller de nouveau chaque clé avec la première de MEDICAL_KEYS"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        done = sum(map(self._seal_anew, medical.SEALED))
        label = next(iter(settings.MEDICAL_KEYS))
        self.stdout.write(f"{done} clés scellées de nouveau avec la clé maîtresse « {label} ».")
        left = medical.sealed_otherwise()
        if left:
            raise CommandError(_said(left))
        self.stdout.write(
            "Il n'en reste aucune : les autres clés de MEDICAL_KEYS peuvent être retirées demain, quand "
            "les sessions d'aujourd'hui sont finies. Gardez-les à part tant qu'une sauvegarde d'avant "
            "existe : sans elles, ce qu'elle rend de ce qui est confié est perdu."
        )

    def _seal_anew(self, model: Any) -> int:
        """Seal anew all the data keys of a model, some at a time."""
        done, after = medical.seal_anew(model, after=None)
        total = done
        while after is not None:
            done, after = medical.seal_anew(model, after=after)
            total += done
        return total


def _said(left: dict[str, int]) -> str:
    """Say how many are left, and whose master key is missing."""
    labels = {sealing.fingerprint(key): label for label, key in settings.MEDICAL_KEYS.items()}
    lines = [
        f"{count} clés restent scellées avec la clé maîtresse « {labels[master]} » : relancez la commande."
        if master in labels
        else f"{count} clés sont scellées avec une clé maîtresse absente de MEDICAL_KEYS (empreinte "
        f"{master}) : remettez-la, puis relancez la commande."
        for master, count in sorted(left.items())
    ]
    return "\n".join(lines)
