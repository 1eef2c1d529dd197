"""The day of a postmark, which says alone whether what came by post is in time (L-05), or of what takes its place."""

from datetime import date, datetime

from sporades.core.french import day_in_words, local_day
from sporades.core.refusals import Refused
from sporades.registrations.models import Registration


class PostmarkToCome(Refused):
    """Nothing is posted, nor handed over, tomorrow."""

    message = "Cette date n'est pas encore passée."


class PostmarkBeforeOpening(Refused):
    """A day before anybody could register is a slip, unless it was looked at twice."""


BEFORE_OPENING = (
    "Cette date vient avant l'ouverture des inscriptions, le {day} : vérifiez-la. "
    "Si c'est bien elle, cochez cette case."
)


def check_postmark(
    registration: Registration, posted_on: date, *, is_certain: bool, at: datetime
) -> None:
    """Refuse a day on which what came cannot have been posted, or hardly.

    Args:
        registration: what it came for.
        posted_on: the day.
        is_certain: whether it was looked at twice.
        at: the instant.

    Raises:
        PostmarkToCome, PostmarkBeforeOpening: see each.
    """
    service = registration.service
    if posted_on > registration.last_day(at):
        raise PostmarkToCome
    opens = local_day(service.opens_at, service.zone)
    if posted_on < opens and not is_certain:
        raise PostmarkBeforeOpening(BEFORE_OPENING.format(day=day_in_words(opens)))
