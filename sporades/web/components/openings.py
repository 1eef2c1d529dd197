"""The first dates of several services, each of which has its own hours."""

from collections.abc import Sequence
from datetime import datetime

from sporades.core.french import time_left_in_words
from sporades.exams.models import RegistrationService


def closing_in_words(
    services: Sequence[RegistrationService], at: datetime, reader: str = ""
) -> str:
    """Say until when some services accept registrations, of several that differ the first to close.

    Args:
        services: one at least; those that are open.
        at: now.
        reader: the zone of the reader's address, nothing when it is not known.
    """
    first = min(services, key=lambda one: one.closes_at)
    when, left = first.said(first.closes_at, reader), first.time_left_in_words(at)
    if any(one.closes_at != first.closes_at for one in services):
        return f"Première fermeture : {first.academy.name}, le {when}. Il reste {left}."
    return f"Jusqu'au {when}. Il reste {left}."


def opening_in_words(
    services: Sequence[RegistrationService], at: datetime, reader: str = ""
) -> str:
    """Say when some services open, of several that differ the first to do so.

    Args:
        services: one at least; those that are to open.
        at: now.
        reader: the zone of the reader's address, nothing when it is not known.
    """
    first = min(services, key=lambda one: one.opens_at)
    when, wait = first.said(first.opens_at, reader), time_left_in_words(first.opens_at - at)
    if any(one.opens_at != first.opens_at for one in services):
        return f"Première ouverture : {first.academy.name}, le {when}, dans {wait}."
    return f"Ouvre le {when}, dans {wait}."
