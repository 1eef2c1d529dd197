"""`sporades doublons`: compare everybody once, as after an import; jobs compare those who come after."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from sporades.doubles import operations
from sporades.doubles.models import LikelyDouble
from sporades.doubles.queries import comparable


class Command(BaseCommand):
    help = "Cherche les doublons probables parmi tous les candidats inscrits."

    def handle(self, *args: Any, **options: Any) -> None:
        compared = sum(1 for _ in operations.look_from(comparable(), at=timezone.now()))
        waiting = LikelyDouble.objects.undecided().count()
        self.stdout.write(f"{compared} candidat(s) comparé(s), {waiting} doublon(s) à décider.")
