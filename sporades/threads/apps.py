"""The room `threads`."""

from django.apps import AppConfig


class ThreadsConfig(AppConfig):
    """Messages entre un candidat et son service gestionnaire."""

    name = "sporades.threads"
    verbose_name = "Messages d'une inscription"
