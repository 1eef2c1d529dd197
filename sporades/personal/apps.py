"""The room `personal`."""

from django.apps import AppConfig


class PersonalConfig(AppConfig):
    """Données personnelles."""

    name = "sporades.personal"
    verbose_name = "Données personnelles"
