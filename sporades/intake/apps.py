"""The room `intake`."""

from django.apps import AppConfig


class IntakeConfig(AppConfig):
    """Fichiers reçus."""

    name = "sporades.intake"
    verbose_name = "Fichiers reçus"
