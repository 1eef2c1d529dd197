"""`sporades surveillance`: what somebody has to look at now (R-71)."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from sporades.cli.watching import watches


class Command(BaseCommand):
    help = (
        "Dit si quelque chose s'est arrêté sans que personne ne le voie : tâches, courriels, "
        "inscriptions, journal, archive, répliques. Un état non nul s'il faut regarder."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        found = list(watches(at=timezone.now()))
        wrong = [watch.said for watch in found if watch.is_wrong]
        for watch in found:
            if not watch.is_wrong:
                self.stdout.write(watch.said)
        if wrong:
            raise CommandError("\n".join(f"À regarder. {said}" for said in wrong))
