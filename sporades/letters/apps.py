"""The room `letters`."""

from django.apps import AppConfig


class LettersConfig(AppConfig):
    """Courriers imprimés et postés à qui ne lit pas de mail."""

    name = "sporades.letters"
    verbose_name = "Courriers"
