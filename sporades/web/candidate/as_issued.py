"""A document names its candidate as they were when it was issued: what is issued is never rewritten.

Civil data are corrected, two files of one person are merged, after it; the registration is modified, or
given to another academy.
"""

from sporades.core.french import born_in_words
from sporades.documents.models import DocumentVersion
from sporades.registrations.issued_before import since
from sporades.registrations.models import Registration


def named_otherwise(version: DocumentVersion, registration: Registration) -> str:
    """Say that a document has other civil data than its candidate now; nothing if it has not."""
    said, identity = version.content, registration.candidate.identity
    # A summary tells the birth otherwise: it is issued again.
    name, born = said.get("name", identity.full_name), said.get("born", identity.born_in_digits)
    # What was issued before this was said has the one name alone.
    beside = said.get("birth_name", identity.birth_name_beside)
    now = (identity.full_name, identity.birth_name_beside, identity.born_in_digits)
    if (name, beside, born) == now:
        return ""
    return f"{_both(name, said.get('birth_name', ''))}, {born_in_words(born)}"


def _both(name: str, birth_name: str) -> str:
    return f"{name} (nom de famille : {birth_name})" if birth_name else name


def numbered_otherwise(version: DocumentVersion, registration: Registration) -> str:
    """Return the number that a document gives its candidate, where they have another now."""
    number: str = version.content.get("candidate_number", "")
    return "" if number == registration.candidate.number else number


def since_issued(version: DocumentVersion, registration: Registration) -> str:
    """Say so in a list of documents, in few words; nothing of what names its candidate as they are."""
    if named_otherwise(version, registration):
        return "Délivré avant la correction de votre état civil"
    if numbered_otherwise(version, registration):
        return "Délivré sous votre ancien numéro candidat"
    changed = since(version, registration)
    return changed.short if changed else ""


def as_issued(version: DocumentVersion, registration: Registration) -> dict[str, str]:
    """Say it above a document, with what it says and what is so today, title and text; or nothing."""
    identity, number = registration.candidate.identity, registration.candidate.number
    if former := named_otherwise(version, registration):
        return {
            "title": "Votre état civil a été corrigé depuis",
            "text": f"Ce document reste tel qu'il a été délivré : {former}. Aujourd'hui : "
            f"{_both(identity.full_name, identity.birth_name_beside)}, {identity.born_in_words}. Si vous devez le montrer, "
            "montrez aussi votre récapitulatif d'inscription.",
        }
    if former := numbered_otherwise(version, registration):
        return {
            "title": f"Votre numéro candidat est désormais {number}",
            "text": f"Ce document reste tel qu'il a été délivré, sous votre ancien numéro, {former} : "
            "vos deux dossiers ont été réunis depuis.",
        }
    return {}
