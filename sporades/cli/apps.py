"""The room `cli`."""

from django.apps import AppConfig


class CliConfig(AppConfig):
    """Ligne de commande."""

    name = "sporades.cli"
    verbose_name = "Ligne de commande"
