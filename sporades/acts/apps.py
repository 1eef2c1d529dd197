"""The room `acts`."""

from django.apps import AppConfig


class ActsConfig(AppConfig):
    """Actes."""

    name = "sporades.acts"
    verbose_name = "Actes"
