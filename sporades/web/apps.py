"""The rooms of the web, one per audience."""

from django.apps import AppConfig


class WebConfig(AppConfig):
    """Pages."""

    name = "sporades.web"
    verbose_name = "Pages"

    def ready(self) -> None:
        """Register what `check --deploy` verifies."""
        from sporades.web.public import checks  # noqa: F401, PLC0415 - once the apps are loaded
