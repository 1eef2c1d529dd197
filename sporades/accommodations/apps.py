"""The room `accommodations`."""

from django.apps import AppConfig

from sporades.documents import kinds


class AccommodationsConfig(AppConfig):
    """Aménagements d'épreuves."""

    name = "sporades.accommodations"
    verbose_name = "Aménagements d'épreuves"

    def ready(self) -> None:
        """Declare the notification of a decision, and the answer to an appeal against one."""
        from sporades.accommodations.answering import ANSWER  # noqa: PLC0415 - models first
        from sporades.accommodations.notification import (  # noqa: PLC0415 - models first
            NOTIFICATION,
        )

        kinds.register(NOTIFICATION)
        kinds.register(ANSWER)
