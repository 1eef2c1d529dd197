"""What silence has made of a registration that nobody has answered: its receipt says from when (CRPA L. 231-1)."""

from datetime import datetime

from sporades.core.french import day_in_words, local_day
from sporades.core.refusals import Refused
from sporades.evidence.queries import rows_of
from sporades.evidence.states import TO_PROVIDE
from sporades.evidence.states import State as PieceState
from sporades.exams.rules.silence import Silence
from sporades.journal.queries import entries_about
from sporades.registrations.models import Registration
from sporades.registrations.queries import with_owed
from sporades.registrations.receipt import silence_about
from sporades.registrations.states import State

RECEIVED, TAKEN_BACK = "summary received", "summary reception taken back"
"""What the journal calls a signed summary that came back, and one that was another candidate's."""
SET_ASIDE_WOULD = "Écarter cette inscription"


class AcceptedBySilence(Refused):
    """To set it aside takes back what its candidate has had since."""

    message = (
        "Faute de réponse, cette inscription est réputée acceptée : l'écarter retire cette acceptation. "
        "Lisez ce que la page en dit, et cochez la case si vous l'écartez."
    )


def acceptance_of(registration: Registration, *, at: datetime) -> Silence | None:
    """Return the silence that has accepted a registration; nothing where none has.

    It counts from when all that was asked for had come (CRPA L. 114-5), and anew from what was filed
    or decided since: who was answered, or told that something is missing, was not left in silence.

    Args:
        registration: as it stands, with its service.
        at: now.
    """
    if registration.state != State.REGISTERED:
        return None
    filed_at = registration.amended_at or registration.filed_at
    since = max(filed_at, registration.decided_at or filed_at)
    if _accepted(registration, since, at=at) is None:
        return None
    whole_at = _whole_at(with_owed.get(pk=registration.pk), filed_at=filed_at, since=since)
    return None if whole_at is None else _accepted(registration, whole_at, at=at)


def _accepted(registration: Registration, received_at: datetime, *, at: datetime) -> Silence | None:
    silence = silence_about(registration, received_at)
    today = local_day(at, registration.service.zone)
    return silence if silence is not None and silence.has_accepted(today) else None


def _whole_at(
    registration: Registration, *, filed_at: datetime, since: datetime
) -> datetime | None:
    """Return when all that a registration was asked for had come; nothing while something has not."""
    if not registration.told:  # brought from elsewhere: nothing was promised here
        return None
    pieces = [row for row in rows_of(registration=registration.pk) if row.is_mandatory]
    if any(row.state in (*TO_PROVIDE, PieceState.CHECKING) for row in pieces):
        return None
    came = [row.arrived_at or row.decided_at for row in pieces]
    if registration.told["to_return"]:
        if registration.summary_posted_on is None:
            return None
        came.append(_noted_at(registration, since=filed_at))
    return max([since, *filter(None, came)])


def _noted_at(registration: Registration, *, since: datetime) -> datetime | None:
    """Return when the signed summary that counts was first noted.

    Not one that was another candidate's, nor one that counts no more since it is to be signed by two:
    the next one was noted where none was. A postmark that is corrected dates nothing.
    """
    acts = entries_about(registration).filter(verb=RECEIVED, at__gte=since)
    first = acts.filter(payload__before__isnull=True).order_by("-at", "-pk")
    return first.values_list("at", flat=True).first()


def to_set_aside_in_words(registration: Registration, *, at: datetime) -> str:
    """Say to who may set a registration aside what the law makes of it once silence has accepted; else nothing."""
    silence = acceptance_of(registration, at=at)
    if silence is None:
        return ""
    today = local_day(at, registration.service.zone)
    act = silence.to_refuse_in_words(today, act=SET_ASIDE_WOULD)
    return f"{silence.in_words(today)}. {act}"


def taken_back_in_words(silence: Silence) -> str:
    """Say to its candidate that what silence had accepted is taken back."""
    day = day_in_words(silence.on)
    return (
        f"Faute de réponse, elle était réputée acceptée depuis le {day} : cette décision retire cette "
        "acceptation."
    )
