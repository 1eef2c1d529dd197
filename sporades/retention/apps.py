"""The room `retention`."""

from django.apps import AppConfig


class RetentionConfig(AppConfig):
    """Durées de conservation, archives, effacement."""

    name = "sporades.retention"
    verbose_name = "Conservation"
