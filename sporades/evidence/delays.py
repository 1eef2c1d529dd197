"""More time for a piece: what its candidate has to replace it, or to send what is late."""

from datetime import date, datetime, timedelta

from sporades.core.french import instant_in_words, local_day
from sporades.core.refusals import Refused
from sporades.evidence.queries import Owed
from sporades.exams.queries import rules
from sporades.exams.schema.clock import Deadline
from sporades.registrations.models import Registration

MOST = timedelta(days=90)
"""How much more time is granted at most, from the day on which it is."""


class Shorter(Refused):
    """The piece may be sent for as long, or longer, already."""


class TooFar(Refused):
    """More time than anybody means."""

    message = f"Accordez {MOST.days} jours au plus."


def last_minute(registration: Registration, day: date) -> datetime:
    """Return the last minute of a day, by the clock of the service of a registration."""
    service = registration.service
    return Deadline(le=day).instant(closing=service.closes_at, zone=service.zone)


def usual_day(registration: Registration, owed: Owed, *, at: datetime) -> date | None:
    """Return until which day a piece that is refused now may be replaced, as the réglementation says.

    Args:
        registration: whose piece it is.
        owed: the piece.
        at: the instant.

    Returns:
        A day; nothing where the réglementation gives no more time, or its deadline gives as much.
    """
    exam = rules(registration.regulation_id).exam(registration.exam.code)
    asked = exam.piece(owed.row.code)
    if asked is None or not asked.replaced_within:
        return None
    day = local_day(at, registration.service.zone) + timedelta(days=asked.replaced_within)
    return day if last_minute(registration, day) > owed.until else None


def granted(registration: Registration, owed: Owed, day: date, *, at: datetime) -> datetime:
    """Return until when a piece may be sent, the last minute of a day that is granted.

    Args:
        registration: whose piece it is.
        owed: the piece.
        day: the last one.
        at: the instant.

    Raises:
        Shorter, TooFar: see each.
    """
    until = last_minute(registration, day)
    today, zone = local_day(at, registration.service.zone), registration.service.zone
    if day < today:
        raise Shorter("Ce jour est passé : choisissez aujourd'hui ou un jour à venir.")
    if until <= owed.until:
        said = instant_in_words(owed.until, zone)
        raise Shorter(f"Cette pièce peut déjà être fournie jusqu'au {said}.")
    if day > today + MOST:
        raise TooFar
    return until
