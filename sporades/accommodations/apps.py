"""The room `accommodations`."""

from django.apps import AppConfig


class AccommodationsConfig(AppConfig):
    """Aménagements d'épreuves."""

    name = "sporades.accommodations"
    verbose_name = "Aménagements d'épreuves"
