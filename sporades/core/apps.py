"""The room `core`."""

from django.apps import AppConfig


class CoreConfig(AppConfig):
    """Socle."""

    name = "sporades.core"
    verbose_name = "Socle"
