"""An instant, as an operator types it."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from django.core.management.base import CommandError

FORMS = ("%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M")


def instant(said: str, zone: str) -> datetime:
    """Read a minute by a clock, with a space or a « T » before the hour, as files have it.

    Args:
        said: what was typed.
        zone: of which clock.

    Raises:
        CommandError: it is no minute, or none of that clock.
    """
    for form in FORMS:
        try:
            local = datetime.strptime(said, form)  # noqa: DTZ007 - its zone comes next
        except ValueError:
            continue
        break
    else:
        raise CommandError(
            f"« {said} » : écrivez un instant comme 2026-12-15T23:59 ou « 2026-12-15 23:59 »."
        )
    read = local.replace(tzinfo=ZoneInfo(zone))
    if read.astimezone(UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None) != local:
        raise CommandError(f"« {said} » n'existe pas à cette horloge : on y change d'heure.")
    return read
