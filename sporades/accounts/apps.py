"""The room `accounts`."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Comptes."""

    name = "sporades.accounts"
    verbose_name = "Comptes"
