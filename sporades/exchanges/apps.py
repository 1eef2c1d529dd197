"""The room `exchanges`."""

from django.apps import AppConfig


class ExchangesConfig(AppConfig):
    """Échanges de fichiers."""

    name = "sporades.exchanges"
    verbose_name = "Échanges"
