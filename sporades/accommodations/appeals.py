"""What is said of an appeal against a decision: when it came, until when it is answered, where one goes then."""

from datetime import datetime

from sporades.accommodations.contesting import (
    answer_in_words,
    clock_of,
    court_until,
    is_in_time,
    last_day_of,
    silence_about,
    silent_on,
)
from sporades.accommodations.models import Appeal, Came, Case
from sporades.core.french import day_in_words, local_day

WAYS = {
    Came.SPACE: "",
    Came.LETTER: " par lettre",
    Came.MESSAGE: " par message",
    Came.COUNTER: " sur place",
}
"""How an appeal came, after « reçu »."""


def received_in_words(appeal: Appeal) -> str:
    """Say when an appeal was received, and how; of a letter, when it was posted.

    Of one that could not be sent on its last day, nothing being written, of which day it counts.
    """
    said = f"Reçu{WAYS[Came(appeal.came)]} le {day_in_words(appeal.received_on)}"
    if appeal.came == Came.LETTER:
        return f"{said} (cachet de la poste du {day_in_words(appeal.sent_on)})"
    if appeal.came == Came.SPACE and appeal.sent_on < appeal.received_on:
        return (
            f"{said}, et compté du {day_in_words(appeal.sent_on)}, dernier jour, où le service était en "
            "lecture seule"
        )
    return said


def followed_in_words(
    appeal: Appeal, zone: str, *, is_standing: bool = True, at: datetime
) -> list[str]:
    """Say to its candidate where an appeal stands, and what is left to do of it, in sentences.

    Args:
        appeal: with its request, what notifies it, its answer.
        zone: the clock of the decision, see `clock_of`.
        is_standing: whether its registration stands.
        at: now.
    """
    said = [f"{received_in_words(appeal)}."]
    is_silent = silence_about(appeal.received_on).has_decided(local_day(at, zone))
    if not is_standing and appeal.answered_at is None and not is_silent:
        nobody = "Votre inscription n'est plus en cours : personne ne l'étudie"
        if appeal.case.registration.withdrawn_at is not None:
            return [*said, f"{nobody}."]
        waiting = waiting_in_words(appeal, zone, is_standing=is_standing, at=at)
        return [*said, f"{nobody} tant qu'elle n'est pas rétablie.", waiting]
    if appeal.taken_up is not None:
        begun = day_in_words(local_day(appeal.taken_up.begun_at, zone))
        taken = (
            f"Votre service gestionnaire a repris la décision à la suite de ce recours, le {begun}."
        )
        return [*said, taken, waiting_in_words(appeal, zone, is_standing=is_standing, at=at)]
    if appeal.answered_at is not None:
        opened_at = appeal.answer.opened_at if appeal.answer else None
        day = day_in_words(local_day(appeal.answered_at, zone))
        until = answer_in_words(appeal, appeal.answered_at, opened_at, zone, posting=appeal.posting)
        return [*said, f"Une réponse vous a été donnée le {day}.", until]
    late = late_in_words(appeal, zone)
    waiting = waiting_in_words(appeal, zone, is_standing=is_standing, at=at)
    return [*said, waiting, *([late] if late else [])]


def waiting_in_words(appeal: Appeal, zone: str, *, is_standing: bool, at: datetime) -> str:
    """Say until when an appeal is answered, and what silence means, to its candidate."""
    silent = silent_on(appeal.received_on)
    is_passed = silence_about(appeal.received_on).has_decided(local_day(at, zone))
    if not is_in_time(appeal, zone):
        if is_passed:
            return f"Resté sans réponse le {day_in_words(silent)}, il est rejeté depuis ce jour."
        return f"Sans réponse le {day_in_words(silent)}, il est rejeté sans qu'on vous l'écrive."
    court = day_in_words(court_until(appeal, zone))
    if not is_passed:
        return (
            f"L'autorité a jusqu'au {day_in_words(silent)} pour y répondre. Sans réponse ce jour-là, il "
            "est rejeté sans qu'on vous l'écrive : vous pourrez alors saisir le tribunal jusqu'au "
            f"{court} inclus."
        )
    may = "pouvez" if local_day(at, zone) <= court_until(appeal, zone) else "pouviez"
    said = (
        f"Resté sans réponse le {day_in_words(silent)}, il est rejeté depuis ce jour : vous {may} "
        f"saisir le tribunal jusqu'au {court} inclus."
    )
    return f"{said} L'autorité peut encore y répondre." if is_standing else said


def late_in_words(appeal: Appeal, zone: str) -> str:
    """Say to its candidate that an appeal came too late, and what that changes; else nothing."""
    last = last_day_of(appeal.case, zone)
    if last is None or is_in_time(appeal, zone):
        return ""
    return (
        f"Il est venu après le dernier jour pour contester la décision, le "
        f"{day_in_words(last)} : l'autorité peut la revoir sans y être tenue, "
        "et le délai pour saisir le tribunal n'est pas interrompu."
    )


def lateness_in_words(appeal: Appeal, zone: str) -> str:
    """Say to the office that an appeal came after its last day; of one in time, nothing."""
    last = last_day_of(appeal.case, zone)
    if last is None or is_in_time(appeal, zone):
        return ""
    return (
        f"Envoyé après le dernier jour pour contester la décision, le {day_in_words(last)} : l'autorité n'est pas "
        "tenue de la revoir."
    )


def silence_in_words(appeal: Appeal, zone: str, *, at: datetime) -> str:
    """Say to the office from when silence refuses an appeal, or since when it has."""
    silence, today = silence_about(appeal.received_on), local_day(at, zone)
    still = " ; une réponse reste possible" if silence.has_decided(today) else ""
    return f"{silence.in_words(today)}{still}."


def appealed_in_words(case: Case, *, at: datetime) -> str:
    """Say in one line that a decision is contested, where its appeal waits; else nothing.

    Args:
        case: as `requests_of` asks for it, with its registration: its days are told by `clock_of`.
        at: now.
    """
    if case.appealed_on is None:
        return ""
    silence = silence_about(case.appealed_on)
    day, last = day_in_words(case.appealed_on), day_in_words(silence.on)
    if silence.has_decided(local_day(at, clock_of(case))):
        return f"Votre recours du {day} est resté sans réponse le {last}."
    return f"Votre recours du {day} est à l'étude : réponse au plus tard le {last}."
