"""The room `documents`."""

from django.apps import AppConfig


class DocumentsConfig(AppConfig):
    """Documents."""

    name = "sporades.documents"
    verbose_name = "Documents"
