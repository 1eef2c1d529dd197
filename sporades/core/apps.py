"""The room `core`."""

from django.apps import AppConfig
from django.conf import settings

from sporades.core.counters import count_apart

# Here, since every room is named before the models of any are loaded.
count_apart()


class CoreConfig(AppConfig):
    """Socle."""

    name = "sporades.core"
    verbose_name = "Socle"

    def ready(self) -> None:
        """Put the clock of a rehearsal to its instant."""
        from sporades.core import clock  # noqa: PLC0415 - settings first

        if settings.REHEARSAL is not None:
            clock.shift(settings.REHEARSAL)
