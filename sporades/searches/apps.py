"""The room `searches`."""

from django.apps import AppConfig


class SearchesConfig(AppConfig):
    """Recherches."""

    name = "sporades.searches"
    verbose_name = "Recherches"
