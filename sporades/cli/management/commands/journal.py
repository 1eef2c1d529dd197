"""`sporades journal verify`: say whether anything of the journal was touched."""

import re
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from sporades.journal import sealing


class Command(BaseCommand):
    help = "Relit tout le journal et dit quelle ligne a été changée, supprimée ou ajoutée."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("what", choices=["verify"])
        parser.add_argument(
            "--sceau",
            metavar="NUMÉRO:EMPREINTE",
            default="",
            help="le dernier sceau de la vérification d'avant, noté ailleurs",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        kept = options["sceau"]
        if kept and not re.fullmatch(r"[1-9]\d{0,17}:[0-9a-f]{64}", kept):
            raise CommandError("--sceau attend un numéro, deux points et une empreinte : 12:6f1c…")
        found = sealing.verify(at=timezone.now(), kept=kept)
        for line in found.findings:
            self.stderr.write(line)
        said = f"{found.acts} acte(s), {found.seals} sceau(x)"
        if found.findings:
            raise CommandError(f"{said} : {len(found.findings)} anomalie(s).")
        self.stdout.write(f"{said} : rien n'a été touché.")
        if found.last:
            self.stdout.write(f"À noter ailleurs, pour la prochaine fois : --sceau {found.last}")
