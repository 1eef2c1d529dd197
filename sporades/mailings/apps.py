"""The room `mailings`."""

from django.apps import AppConfig


class MailingsConfig(AppConfig):
    """Messages aux candidats."""

    name = "sporades.mailings"
    verbose_name = "Messages aux candidats"
