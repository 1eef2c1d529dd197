"""The room `mail`."""

from django.apps import AppConfig


class MailConfig(AppConfig):
    """Courriels."""

    name = "sporades.mail"
    verbose_name = "Courriels"
