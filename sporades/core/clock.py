"""The instant at which a rehearsal plays (I8): nowhere else does the clock say anything but now."""

from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from sporades.core.french import instant_in_words


def shift(ahead: timedelta) -> None:
    """Have this whole process live at another time, libraries included: sessions, cache, jobs.

    It is done once, when a process of a rehearsal starts. What is timed by the seconds of the
    machine stays by them: codes of second factors, signatures of links, cookies.

    Args:
        ahead: how far ahead of the real time; behind it where it is negative.
    """
    real = timezone.now
    timezone.now = lambda: real() + ahead


def rehearsed_in_words() -> str:
    """Return what every page of a rehearsal says at its top; nothing anywhere else."""
    if settings.REHEARSAL is None:
        return ""
    now = instant_in_words(timezone.now(), settings.TIME_ZONE)
    return f"Répétition : nous sommes le {now}. Rien n'est réel, aucun mail ne part."
