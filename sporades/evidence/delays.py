"""More time for a piece: what its candidate has to replace it, or to send what is late.

What was granted by mistake is corrected to an earlier day, within bounds.
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from sporades.core.french import day_in_words, instant_in_words, local_day
from sporades.core.refusals import Refused
from sporades.evidence.queries import Owed
from sporades.evidence.states import State
from sporades.exams.queries import rules
from sporades.exams.schema.evidence import USUAL_DAYS
from sporades.registrations.added import is_added
from sporades.registrations.deadlines import last_minute_of
from sporades.registrations.models import Registration

MOST = timedelta(days=90)
"""How much more time is granted at most, from the day on which it is."""


class Shorter(Refused):
    """The piece may be sent for as long, or longer, already."""


class TooFar(Refused):
    """More time than anybody means."""


TOO_FAR = f"Accordez {MOST.days} jours au plus, donc jusqu'au {{last}}."


def last_minute(registration: Registration, day: date) -> datetime:
    """Return the last minute of a day, by the clock of the service of a registration."""
    return last_minute_of(registration.service, day)


def usual_day(registration: Registration, owed: Owed, *, at: datetime) -> date | None:
    """Return until which day a piece that is refused now may be replaced, as the réglementation says.

    Args:
        registration: whose piece it is.
        owed: the piece.
        at: the instant.

    Returns:
        A day; nothing where the réglementation gives no more time, or its deadline gives as much.
    """
    day = _replaced_until(registration, owed, at)
    return day if day is not None and last_minute(registration, day) > owed.until else None


def _replaced_until(registration: Registration, owed: Owed, refused_at: datetime) -> date | None:
    exam = rules(registration.regulation_id).exam(registration.exam.code)
    asked = exam.piece(owed.row.code)
    usual = USUAL_DAYS if is_added(owed.row.code) else 0
    days = asked.replaced_within if asked is not None else usual
    if not days:
        return None
    return local_day(refused_at, registration.service.zone) + timedelta(days=days)


def earliest(registration: Registration, owed: Owed, *, at: datetime) -> date | None:
    """Return the first day to which the time that was granted may be cut back.

    Never before what the réglementation gives, for the piece and since its refusal, nor today.

    Args:
        registration: whose piece it is.
        owed: the piece.
        at: the instant.

    Returns:
        A day; nothing where no time was granted, or where none of it may be taken back.
    """
    if owed.until <= owed.first_until:
        return None
    zone, row = registration.service.zone, owed.row
    days = [local_day(at, zone) + timedelta(days=1), local_day(owed.first_until, zone)]
    if row.state == State.REFUSED and row.decided_at is not None:
        replaced = _replaced_until(registration, owed, row.decided_at)
        days += [replaced] if replaced else []
    first = max(days)
    return first if last_minute(registration, first) < owed.until else None


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
    until, zone = last_minute(registration, day), registration.service.zone
    if until <= owed.until and day >= local_day(at, zone):
        said = instant_in_words(owed.until, zone)
        raise Shorter(f"Cette pièce peut déjà être fournie jusqu'au {said}.")
    return to_come(registration, day, at=at)


def to_come(registration: Registration, day: date, *, at: datetime) -> datetime:
    """Return the last minute of a day that is still to come, and not beyond what is granted at most.

    Args:
        registration: whose piece it is.
        day: the last one.
        at: the instant.

    Raises:
        Shorter: it has passed.
        TooFar: see there.
    """
    check_to_come(day, [registration.service.zone], at=at)
    return last_minute(registration, day)


def check_to_come(day: date, zones: Iterable[str], *, at: datetime) -> None:
    """Check that a day is still to come by one of some clocks, and not beyond what is granted at most.

    Args:
        day: the last one.
        zones: of the services, one at least.
        at: the instant.

    Raises:
        Shorter, TooFar: as `to_come` has them.
    """
    days = sorted(local_day(at, zone) for zone in zones)
    if day < days[0]:
        raise Shorter("Ce jour est passé : choisissez aujourd'hui ou un jour à venir.")
    if day > days[-1] + MOST:
        raise TooFar(TOO_FAR.format(last=day_in_words(days[-1] + MOST)))


def changed(registration: Registration, owed: Owed, day: date, *, at: datetime) -> datetime:
    """Return until when a piece may be sent, once the time that was granted is longer, or cut back.

    Args:
        registration: whose piece it is.
        owed: the piece.
        day: the last one.
        at: the instant.

    Raises:
        Shorter: it is the day that was granted, or comes before the first one to which it may be
            cut back.
        TooFar: see there.
    """
    until, first = last_minute(registration, day), earliest(registration, owed, at=at)
    if first is None or until >= owed.until:
        return granted(registration, owed, day, at=at)
    if day < first:
        raise Shorter(f"Ce délai ne peut pas finir avant le {day_in_words(first)}.")
    return max(until, owed.first_until)


def more_time(until: datetime | None) -> dict[str, datetime]:
    """Return what is written of a piece that is granted time.

    Args:
        until: until when it may be sent, if longer than its deadline gives.

    Returns:
        Columns of `Evidence`, by their names; none where it is given no more time.
    """
    return {} if until is None else {"granted_until": until, "until": until}
