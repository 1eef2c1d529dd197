"""Hand a waiting message to the mail server, once."""

import smtplib
from datetime import datetime, timedelta
from email.header import Header
from email.policy import EmailPolicy, default
from email.utils import format_datetime
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, mailers
from django.db import transaction

from sporades.core.french import spaced
from sporades.mail.models import Message
from sporades.mail.pages import page_of

FIRST_PAUSE = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(hours=2)
MOST_DOUBLINGS = 7
GIVES_UP_AFTER = timedelta(days=3)
PERMANENT = range(500, 600)
OF_US = (
    smtplib.SMTPAuthenticationError,
    smtplib.SMTPConnectError,
    smtplib.SMTPHeloError,
    smtplib.SMTPSenderRefused,
)
"""Refusals that speak of this installation, not of a message: once mended, it must leave."""


class _WholeWords(EmailPolicy):
    """Folds a subject as RFC 2047 says: where Python's own folds one, a second space may be left."""

    def fold(self, name: str, value: Any) -> str:
        """Write a header on its lines."""
        if name.lower() != "subject" or str(value).isascii():
            plain: str = super().fold(name, value)
            return plain
        said = Header(str(value), "utf-8", header_name=name).encode(linesep=self.linesep)
        return f"{name}: {said}{self.linesep}"

    def fold_binary(self, name: str, value: Any) -> bytes:
        """Write the same as bytes."""
        if name.lower() != "subject":
            return super().fold_binary(name, value)
        return self.fold(name, value).encode("ascii")


class _Mail(EmailMultiAlternatives):
    """A mail, its subject as it was written."""

    def message(self, *, policy: Any = default) -> Any:
        """Return it as it is sent."""
        return super().message(policy=_WholeWords(linesep=policy.linesep))


def deliver(message_id: int, *, at: datetime) -> bool:
    """Send a message if it still waits.

    The row stays locked while the server is spoken to: a second worker skips it, and a
    worker that dies leaves it waiting. A death between the server's « OK » and the commit
    repeats the mail under the same Message-ID: at least once, never lost.

    Returns:
        Whether the message was sent by this call.
    """
    with transaction.atomic():
        message = (
            Message.objects.due(at)
            .select_for_update(skip_locked=True)
            .filter(pk=message_id)
            .first()
        )
        if message is None:
            return False
        try:
            _send(message)
        except smtplib.SMTPRecipientsRefused as refusal:
            code, reason = next(iter(refusal.recipients.values()))
            _note_failure(message, f"{code} {reason!r}", is_permanent=code in PERMANENT, at=at)
        except smtplib.SMTPResponseException as refusal:
            _note_failure(
                message,
                f"{refusal.smtp_code} {refusal.smtp_error!r}",
                is_permanent=refusal.smtp_code in PERMANENT and not isinstance(refusal, OF_US),
                at=at,
            )
        except Exception as trouble:  # noqa: BLE001 - whatever it is, it holds up no other message
            _note_failure(
                message,
                f"{type(trouble).__name__} {trouble}",
                # An address or a header that cannot be written: no server will ever take it.
                is_permanent=isinstance(trouble, ValueError),
                at=at,
            )
        else:
            message.state, message.sent_at = Message.State.SENT, at
            message.attempts += 1
            message.save(update_fields=["state", "sent_at", "attempts"])
            return True
    return False


def _send(message: Message) -> None:
    body = spaced(message.body)
    mail = _Mail(
        subject=message.subject,
        body=body,
        from_email=settings.DEFAULT_FROM_EMAIL,
        to=[message.recipient],
        headers={
            # When the act happened: a message that had to wait says so.
            "Date": format_datetime(message.written_at),
            "Message-ID": message.message_id,
            "Auto-Submitted": "auto-generated",
            "Content-Language": "fr",
        },
    )
    mail.attach_alternative(page_of(spaced(message.subject), body), "text/html")
    if not mailers["default"].send_messages([mail]):
        raise ValueError("no address")


def _note_failure(message: Message, reason: str, *, is_permanent: bool, at: datetime) -> None:
    message.attempts += 1
    message.last_error = reason[:300]
    doublings = min(message.attempts - 1, MOST_DOUBLINGS)
    message.next_try_at = at + min(FIRST_PAUSE * 2**doublings, LONGEST_PAUSE)
    if is_permanent or at - message.written_at > GIVES_UP_AFTER:
        message.state = Message.State.REFUSED
    message.save(update_fields=["attempts", "last_error", "next_try_at", "state"])
