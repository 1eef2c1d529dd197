"""Notices of non-delivery that come back after a server had taken a message (RFC 3464)."""

import logging
import re
from email.message import EmailMessage
from typing import Any

from django.conf import settings

from sporades.core.refusals import Refused
from sporades.mail.fate import code_of
from sporades.mail.models import SIGN_LENGTH, Message

logger = logging.getLogger(__name__)

FAILED = "failed"
NO_NOTICE = "Ce mail n'est pas un avis de non-remise d'un message envoyé d'ici."
_RETURNED = ("message/rfc822", "text/rfc822-headers")


def note_return(notice: EmailMessage) -> Message | None:
    """Mark the message that a notice speaks of as refused.

    It is known by the Message-ID that it was sent under, which nobody guesses, and only for its
    own recipient: a notice that somebody made up changes nothing. An address from which mail goes on
    to another is its recipient's too: the notice names the other, and says where it was sent first.

    Args:
        notice: the letter that came back.

    Returns:
        The message, or nothing when the notice only says that it is late or has arrived.

    Raises:
        Refused: the letter is no notice of non-delivery, or of none of our messages.
    """
    fates = [fate for fate in _fates(notice) if fate.get("Final-Recipient")]
    returned = _returned(notice)
    if not fates or returned is None:
        raise Refused(NO_NOTICE)
    number, sign = returned
    message = Message.objects.filter(pk=number, sign=sign).first()
    said = [fate for fate in fates if message and message.recipient.casefold() in _addresses(fate)]
    if message is None or not said:
        raise Refused("Ce mail parle d'un message ou d'une adresse que l'on ne connaît pas ici.")
    failed = [fate for fate in said if str(fate.get("Action", "")).strip().lower() == FAILED]
    if not failed:
        return None
    reason = " ".join(
        str(failed[0].get(name, "")).strip() for name in ("Status", "Diagnostic-Code")
    ).replace("\0", "")
    # One that waits has left all the same: its worker died before it could say so.
    left = Message.objects.filter(
        pk=message.pk, state__in=(Message.State.SENT, Message.State.WAITING)
    )
    changed = left.update(
        state=Message.State.REFUSED, sent_at=None, last_error=reason.strip()[:300]
    )
    if changed:
        logger.warning("Mail %s is refused, after it left: %s", message.pk, code_of(reason.strip()))
    message.refresh_from_db()
    return message


def _fates(notice: EmailMessage) -> list[Any]:
    """Return what is said of each recipient, in headers."""
    for part in notice.walk():
        if part.get_content_type() == "message/delivery-status":
            blocks = part.get_payload()
            return list(blocks) if isinstance(blocks, list) else []
    return []


def _returned(notice: EmailMessage) -> tuple[int, str] | None:
    """Return the number and the sign of the message that is returned, by its Message-ID."""
    ours = re.compile(
        rf"<sporades\.(\d{{1,18}})(?:\.([0-9a-f]{{{SIGN_LENGTH}}}))?@{re.escape(settings.SITE_HOST)}>"
    )
    for part in notice.walk():
        if part.get_content_type() in _RETURNED:
            found = ours.search(_text(part))
            if found:
                return int(found[1]), found[2] or ""
    return None


def _text(part: Any) -> str:
    payload = part.get_payload()
    whole = payload[0] if isinstance(payload, list) and payload else payload
    return str(whole.get("Message-ID", "")) if hasattr(whole, "get") else str(whole)


def _addresses(fate: Any) -> set[str]:
    """Return the addresses of « rfc822; zoe@exemple.test »: where it ended, and where it was sent first."""
    said = (str(fate.get(name, "")) for name in ("Final-Recipient", "Original-Recipient"))
    return {one.rpartition(";")[2].strip().strip("<>").casefold() for one in said}
