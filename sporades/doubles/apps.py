"""The room `doubles`."""

from django.apps import AppConfig


class DoublesConfig(AppConfig):
    """Doublons probables."""

    name = "sporades.doubles"
    verbose_name = "Doublons probables"
