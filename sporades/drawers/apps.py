"""The room `drawers`."""

from django.apps import AppConfig


class DrawersConfig(AppConfig):
    """Porte-documents des candidats."""

    name = "sporades.drawers"
    verbose_name = "Porte-documents"
