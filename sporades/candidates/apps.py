"""The room `candidates`."""

from django.apps import AppConfig


class CandidatesConfig(AppConfig):
    """Candidats."""

    name = "sporades.candidates"
    verbose_name = "Candidats"
