"""The room `medical`."""

from django.apps import AppConfig


class MedicalConfig(AppConfig):
    """Papiers et commentaires de santé, chiffrés."""

    name = "sporades.medical"
    verbose_name = "Compartiment médical"
