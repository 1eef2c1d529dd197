"""The room `batches`."""

from django.apps import AppConfig


class BatchesConfig(AppConfig):
    """Traitements par lot."""

    name = "sporades.batches"
    verbose_name = "Lots"
