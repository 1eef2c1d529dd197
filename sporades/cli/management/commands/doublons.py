"""`sporades doublons`: compare everybody once, as after an import; jobs compare those who come after."""

from collections import Counter
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from sporades.doubles import operations
from sporades.doubles.models import LikelyDouble
from sporades.doubles.queries import comparable


class Command(BaseCommand):
    help = "Cherche les doublons probables parmi tous les candidats inscrits."

    def handle(self, *args: Any, **options: Any) -> None:
        are_compared = Counter(operations.look_from(comparable(), at=timezone.now()))
        waiting = LikelyDouble.objects.undecided().count()
        self.stdout.write(
            f"{are_compared[True]} candidat(s) comparé(s), {waiting} doublon(s) à décider."
        )
        if are_compared[False]:
            raise CommandError(
                f"{are_compared[False]} candidat(s) n'ont pas pu être comparés : voyez le journal du "
                "programme, puis relancez la commande."
            )
