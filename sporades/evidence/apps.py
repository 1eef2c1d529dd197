"""The room `evidence`."""

from django.apps import AppConfig


class EvidenceConfig(AppConfig):
    """Pièces justificatives des inscriptions."""

    name = "sporades.evidence"
    verbose_name = "Pièces justificatives"
