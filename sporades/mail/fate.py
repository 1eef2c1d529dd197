"""What has become of a message, as a person reads it."""

import re

from sporades.core.french import instant_in_words
from sporades.mail.models import Message

_DETAILED = re.compile(r"\b[45]\.\d{1,3}\.\d{1,3}\b")
_PLAIN = re.compile(r"\b[45]\d\d\b")

UNKNOWN = "cette adresse n'existe pas"
FULL = "la boîte aux lettres est pleine"
NO_DOMAIN = "le domaine de cette adresse n'existe pas"
UNWANTED = "le serveur du destinataire n'a pas voulu de ce message"
UNWRITABLE = "cette adresse ne peut pas être écrite dans un mail"
UNSAID = "le serveur du destinataire l'a refusé"

REASONS = {
    "1.0": UNKNOWN,
    "1.1": UNKNOWN,
    "1.10": NO_DOMAIN,
    "1.2": NO_DOMAIN,
    "1.3": "cette adresse est mal écrite",
    "1.6": UNKNOWN,
    "2.1": "la boîte aux lettres est fermée",
    "2.2": FULL,
    "3.4": "le message est trop lourd pour le destinataire",
    "4.4": NO_DOMAIN,
    "550": UNKNOWN,
    "551": UNKNOWN,
    "552": FULL,
    "553": "cette adresse est mal écrite",
    "554": UNWANTED,
}
"""What servers say by figures (RFC 3463, RFC 5321), in words."""


def in_words(message: Message, zone: str) -> str:
    """Say what has become of a message.

    Args:
        message: the message.
        zone: the clock by which its instants are said.
    """
    match message.state:
        case Message.State.SENT:
            return f"Envoyé le {instant_in_words(message.sent_at, zone)}" if message.sent_at else ""
        case Message.State.REFUSED:
            return f"Refusé : {reason(message.last_error)}"
        case _ if message.attempts:
            again = instant_in_words(message.next_try_at, zone)
            return f"Pas encore remis : nouvel essai le {again}"
        case _:
            return str(message.get_state_display())


def reason(error: str) -> str:
    """Say why a message was refused, from what a server or this program said."""
    if error.startswith(("ValueError", "UnicodeEncodeError", "HeaderParseError")):
        return UNWRITABLE
    detailed = _DETAILED.search(error)
    if detailed:
        said = detailed[0][2:]
        if said in REASONS:
            return REASONS[said]
        if said.startswith("7."):
            return UNWANTED
    plain = _PLAIN.search(error)
    return REASONS.get(plain[0], UNSAID) if plain else UNSAID
