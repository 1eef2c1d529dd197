"""What has become of a message, as a person reads it."""

import re
from datetime import timedelta

from sporades.core.french import instant_in_words
from sporades.mail.models import Message

_DETAILED = re.compile(r"(?<![\d.])[45]\.\d{1,3}\.\d{1,3}\b(?!\.\d)")
_PLAIN = re.compile(r"\b[45]\d\d\b")
AT_ONCE = timedelta(minutes=1)
"""How long after it was written a message is sent, for its reader to be told one instant alone."""

UNKNOWN = "cette adresse n'existe pas"
FULL = "la boîte aux lettres est pleine"
NO_DOMAIN = "le domaine de cette adresse n'existe pas"
UNWANTED = "le serveur du destinataire n'a pas voulu de ce message"
UNWRITABLE = "cette adresse ne peut pas être écrite dans un mail"
UNSAID = "le serveur du destinataire l'a refusé"
NO_CODE = "sans code"

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

OF_THE_SENDER = ("1.7", "1.8")
"""Of the addresses that RFC 3463 speaks of, those of whoever sends: ours."""
FINAL = ("550", "551", "553")
"""What a server says of an address that it does not have (RFC 5321), where no detail follows."""


def is_final(error: str, *, at_recipient: bool) -> bool:
    """Return whether a refusal speaks of its recipient's address alone, so that no other try will do.

    A relay that has barred us, is full or badly set answers 5xx to everybody: what it says of
    policy or of itself is tried again as what is refused for a while.

    Args:
        error: the code and the words of the server.
        at_recipient: whether it was said as the recipient was named, and not of the whole message.
    """
    if not error.startswith("5"):
        return False
    detailed = _DETAILED.search(error)
    if detailed is None:
        return at_recipient and error[:3] in FINAL
    is_permanent, said = detailed[0].startswith("5."), detailed[0][2:]
    is_of_address = said.startswith("1.") and said not in OF_THE_SENDER
    return is_permanent and (is_of_address or said == "2.1")


def code_of(error: str) -> str:
    """Return the figures of a refusal, or the name of what went wrong: never an address."""
    name = re.match(r"[A-Z][A-Za-z]+(?= |$)", error)
    if name:
        return name[0]
    found = [form.search(error) for form in (_PLAIN, _DETAILED)]
    return " ".join(one[0] for one in found if one) or NO_CODE


def in_words(message: Message, zone: str) -> str:
    """Say what has become of a message.

    Args:
        message: the message.
        zone: the clock by which its instants are said.
    """
    match message.state:
        case Message.State.SENT:
            return _sent(message, zone)
        case Message.State.REFUSED:
            return f"Refusé : {reason(message.last_error)}"
        case _ if message.attempts:
            again = instant_in_words(message.next_try_at, zone)
            return f"Pas encore remis : nouvel essai le {again}"
        case _:
            return str(message.get_state_display())


def _sent(message: Message, zone: str) -> str:
    if message.sent_at is None:
        return ""
    if message.sent_at - message.written_at < AT_ONCE:
        return "Envoyé aussitôt"
    return f"Envoyé le {instant_in_words(message.sent_at, zone)}"


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
