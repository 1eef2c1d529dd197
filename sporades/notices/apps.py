"""The room `notices`."""

from django.apps import AppConfig


class NoticesConfig(AppConfig):
    """Annonces."""

    name = "sporades.notices"
    verbose_name = "Annonces"
