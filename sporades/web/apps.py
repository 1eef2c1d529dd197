"""The rooms of the web, one per audience."""

from django.apps import AppConfig


class WebConfig(AppConfig):
    """Pages."""

    name = "sporades.web"
    verbose_name = "Pages"
