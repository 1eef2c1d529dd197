"""The room `statistics`."""

from django.apps import AppConfig


class StatisticsConfig(AppConfig):
    """How many: registrations, what is begun, mails in trouble."""

    name = "sporades.statistics"
    verbose_name = "Statistiques"
