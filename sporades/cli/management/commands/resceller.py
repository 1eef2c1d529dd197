"""`sporades resceller`: second factors are sealed anew, by the key of today."""

from typing import Any

from django.core.management.base import BaseCommand

from sporades.accounts import second_factor


class Command(BaseCommand):
    help = "Scelle de nouveau les secrets des doubles authentifications avec la clé SECRET_KEY."

    def handle(self, *args: Any, **options: Any) -> None:
        count = second_factor.reseal()
        self.stdout.write(
            f"{count} secrets scellés avec la clé d'aujourd'hui : SECRET_KEY_FALLBACKS peut être vidée "
            "quand les derniers codes postés auront expiré (30 jours), ou aussitôt si elle est compromise."
        )
