"""What is said of letters, and of how a candidate is told something."""

from datetime import datetime

from sporades.candidates.models import Candidate
from sporades.core.french import day_in_words, instant_in_words
from sporades.documents.models import DocumentVersion
from sporades.exams.models import RegistrationService
from sporades.letters.models import Letter
from sporades.letters.states import LetterState
from sporades.mail.models import Message

ADDRESS = "Adresse : "
"""What begins the line of a message where its service is written to, as `mail/contact.txt` has it."""


def announced(candidate: Candidate, *, is_decision: bool = False) -> str:
    """Say to whoever acts how the candidate will know of it.

    Args:
        candidate: whom.
        is_decision: whether it is a decision on accommodations (`operations.goes_by_letter`).
    """
    if candidate.by_letter or (is_decision and not candidate.has_account):
        return "un courrier au candidat attend d'être imprimé."
    return "un mail part au candidat."


def to_be_told(candidate: Candidate) -> str:
    """Say to whoever is about to act how the candidate will know of it, as soon as it is done."""
    if candidate.by_letter:
        return "Dès l'enregistrement, un courrier au candidat est à imprimer et à poster."
    return "Dès l'enregistrement, un mail part au candidat."


def fate_in_words(letter: Letter) -> str:
    """Say what has become of a letter."""
    match letter.state:
        case LetterState.TO_PRINT if letter.why:
            return f"À imprimer : {letter.why}"
        case LetterState.PRINTED if letter.run and letter.run.made_at:
            made = f"PDF préparé le {instant_in_words(letter.run.made_at, letter.run.zone)}"
            return f"Non posté : {letter.why}" if letter.run.posted_on else made
        case LetterState.POSTED if letter.run and letter.run.posted_on:
            return f"Posté le {day_in_words(letter.run.posted_on)}"
        case LetterState.RETURNED if letter.returned_on:
            return f"Revenu le {day_in_words(letter.returned_on)}"
        case LetterState.OVERTAKEN if letter.overtaken_at:
            return _overtaken_in_words(letter, letter.overtaken_at)
        case _:
            return str(letter.get_state_display())


def _overtaken_in_words(letter: Letter, at: datetime) -> str:
    by = instant_in_words(at, letter.service.zone)
    if letter.why:
        return f"Non imprimé : {letter.why}, {by}"
    taken_back = letter.enclosed.withdrawn_at if letter.enclosed else None
    if taken_back is not None and taken_back <= at:
        return f"Non imprimé : le document qu'il annonce a été retiré, {by}"
    # One that is to hand over a document is replaced by no other letter.
    how = "un mail" if letter.enclosed_id else "un courrier"
    return f"Remplacé, avant l'impression, par {how} du {by}"


def readdressed(
    message: Message, service: RegistrationService, *, enclosed: DocumentVersion | None
) -> str:
    """Say where a service is written to, where a message, or what it encloses, says another address.

    Args:
        message: what was written.
        service: the registration service that answers for it.
        enclosed: the document that goes with it, if one does.

    Returns:
        The name and the address of today, in a line; nothing where they are said, or none is known.
    """
    managing = service.managing_service
    lines = [one for one in message.body.splitlines() if one.startswith(ADDRESS)]
    is_otherwise = bool(lines) and f"{ADDRESS}{', '.join(managing.address)}" not in lines
    told = (enclosed.content.get("service") or {}) if enclosed else {}
    is_otherwise = is_otherwise or told.get("address", managing.address) != managing.address
    return (
        ", ".join([managing.name, *managing.address]) if is_otherwise and managing.address else ""
    )
