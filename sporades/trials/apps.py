"""The room `trials`."""

from django.apps import AppConfig


class TrialsConfig(AppConfig):
    """Essais à blanc."""

    name = "sporades.trials"
    verbose_name = "Essais à blanc"
