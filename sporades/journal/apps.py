"""The room `journal`."""

from django.apps import AppConfig


class JournalConfig(AppConfig):
    """Journal."""

    name = "sporades.journal"
    verbose_name = "Journal"
