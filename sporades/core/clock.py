"""The instant at which a rehearsal plays (I8), nowhere else anything but now; how right a clock is."""

from datetime import UTC, datetime, timedelta
from time import monotonic
from types import SimpleNamespace

from django.conf import settings
from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils import timezone
from procrastinate import periodic

from sporades.core.french import instant_in_words

FURTHEST_APART = timedelta(seconds=1)
"""By how much this machine's clock and the database's may differ before it is said (R-26)."""


def shift(ahead: timedelta) -> None:
    """Have this whole process live at another time, libraries included: sessions, cache, jobs.

    It is done once, when a process of a rehearsal starts, then each time that a night is passed.
    The jobs of each night come by it. What is timed by the seconds of the
    machine stays by them: codes of second factors, signatures of links, cookies.

    Args:
        ahead: how far ahead of the real time; behind it where it is negative.
    """
    real = timezone.now
    timezone.now = lambda: real() + ahead
    # All that it is asked of the module is its seconds.
    seconds = vars(periodic)["time"].time
    its_own = SimpleNamespace(time=lambda: seconds() + ahead.total_seconds())
    setattr(periodic, "time", its_own)  # noqa: B010 - it is not said to be exported


def by_the_machine(instant: datetime) -> datetime:
    """Return the instant at which the database's own clock will be at one of ours.

    They differ in a rehearsal alone: there a job that waits for an instant would wait for months.
    """
    if settings.REHEARSAL is None:
        return instant
    return instant - (timezone.now() - datetime.now(UTC))


def rehearsed_in_words() -> str:
    """Return what every page of a rehearsal says at its top; nothing anywhere else."""
    if settings.REHEARSAL is None:
        return ""
    now = instant_in_words(timezone.now(), settings.TIME_ZONE)
    return f"Répétition : nous sommes le {now}. Rien n'est réel, aucun mail ne part."


def gap_in_words(connection: BaseDatabaseWrapper) -> str:
    """Ask a database what time it is; say by how much it is not ours, or nothing within a second.

    Its answer is of some instant between the question and its coming back: a slow one proves nothing.

    Args:
        connection: to the database.

    Raises:
        DatabaseError: it does not answer.
    """
    with connection.cursor() as cursor:
        asked_at, begun = datetime.now(UTC), monotonic()
        cursor.execute("SELECT clock_timestamp()")
        (theirs,) = cursor.fetchone()
    half = timedelta(seconds=monotonic() - begun) / 2
    ahead = theirs - (asked_at + half)
    least = abs(ahead) - half
    if least <= FURTHEST_APART:
        return ""
    way = "avance" if ahead > timedelta(0) else "retarde"
    seconds = int(least.total_seconds())
    return f"l'horloge de la base {way} d'au moins {seconds} s sur celle de cette machine"
