"""Hand a waiting message to the mail server, once."""

import logging
import smtplib
from datetime import datetime, timedelta
from email.header import Header
from email.policy import EmailPolicy, default
from email.utils import format_datetime
from time import monotonic
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import connection, transaction

from sporades.core.french import spaced
from sporades.mail.conversation import Conversation, NotOpened, is_silence
from sporades.mail.fate import code_of, is_final
from sporades.mail.models import Message
from sporades.mail.pages import page_of
from sporades.mail.relay import relay

FIRST_PAUSE = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(hours=2)
MOST_DOUBLINGS = 7
GIVES_UP_AFTER = timedelta(days=3)
"""For how long a message is tried, where its tries come in their time."""
UNTIL_THE_NEXT_SWEEP = timedelta(seconds=30)
logger = logging.getLogger(__name__)


class _WholeWords(EmailPolicy):
    """Says a subject as it was written, folded as RFC 2047 says.

    Python's own may leave a second space where it folds one; and what looks like an encoded word,
    which somebody typed, it takes for one and decodes.
    """

    def header_store_parse(self, name: str, value: Any) -> tuple[str, Any]:
        """Keep a header that holds one line."""
        kept = super().header_store_parse(name, value)
        return (name, value) if name.lower() == "subject" else kept

    def fold(self, name: str, value: Any) -> str:
        """Write a header on its lines."""
        if name.lower() != "subject" or (str(value).isascii() and "=?" not in str(value)):
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


def deliver(message_id: int, *, at: datetime, through: Conversation | None = None) -> bool:
    """Send a message if it still waits.

    The row stays locked while the server is spoken to: a second worker skips it, and a
    worker that dies leaves it waiting. A death between the server's « OK » and the commit
    repeats the mail under the same Message-ID: at least once, never lost.

    Args:
        message_id: the message.
        at: the instant.
        through: the conversation that it shares with others, if it does not have its own.

    Returns:
        Whether the message was sent by this call.
    """
    if through is None:
        with Conversation() as own:
            return deliver(message_id, at=at, through=own)
    with transaction.atomic():
        _wait_as_long_as_it_takes()
        message = (
            Message.objects.due(at)
            .select_for_update(skip_locked=True)
            .filter(pk=message_id)
            .first()
        )
        if message is None:
            return False
        begun = monotonic()
        try:
            through.hand(_mail_of(message))
        except NotOpened as trouble:
            _leave(message, str(trouble), at=at)
            relay.is_silent(code_of(str(trouble)), at=at, after=monotonic() - begun)
            return False
        except smtplib.SMTPRecipientsRefused as refusal:
            code, words = next(iter(refusal.recipients.values()))
            reason = f"{code} {words!r}"
            _note_failure(message, reason, is_permanent=is_final(reason, at_recipient=True), at=at)
        except smtplib.SMTPDataError as refusal:
            reason = f"{refusal.smtp_code} {refusal.smtp_error!r}"
            _note_failure(message, reason, is_permanent=is_final(reason, at_recipient=False), at=at)
        except smtplib.SMTPResponseException as refusal:
            # Before the recipient was named: of this installation. Once mended, it must leave.
            reason = f"{refusal.smtp_code} {refusal.smtp_error!r}"
            _note_failure(message, reason, is_permanent=False, at=at)
        except Exception as trouble:  # noqa: BLE001 - whatever it is, it holds up no other message
            _note_failure(
                message,
                f"{type(trouble).__name__} {trouble}",
                # An address or a header that cannot be written: no server will ever take it.
                is_permanent=isinstance(trouble, ValueError),
                at=at,
            )
            if is_silence(trouble):
                why = code_of(message.last_error)
                relay.is_silent(why, at=at, after=monotonic() - begun)
                return False
        else:
            message.state, message.sent_at = Message.State.SENT, at
            message.attempts += 1
            message.save(update_fields=["state", "sent_at", "attempts"])
        relay.answers(after=monotonic() - begun)
    return message.state == Message.State.SENT


def _wait_as_long_as_it_takes() -> None:
    """Have the database, until the transaction ends, take the silence of a mail server for no idleness."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('idle_in_transaction_session_timeout', '0', true)")


def _mail_of(message: Message) -> _Mail:
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
    return mail


def _leave(message: Message, why: str, *, at: datetime) -> None:
    """Leave a message as it waits: of a server that is not there it is neither late nor given up."""
    message.attempts = max(message.attempts, 1)
    message.last_error = why[:300]
    message.next_try_at = at + UNTIL_THE_NEXT_SWEEP
    message.save(update_fields=["attempts", "last_error", "next_try_at"])


def _pause_after(tries: int) -> timedelta:
    """Return how long a message waits after so many tries."""
    doubled: int = 2 ** min(tries - 1, MOST_DOUBLINGS)
    return min(FIRST_PAUSE * doubled, LONGEST_PAUSE)


def _note_failure(message: Message, reason: str, *, is_permanent: bool, at: datetime) -> None:
    # By its tries, not by its age: what waited for a worker, or came back with a backup, was not tried.
    tried_for = sum(map(_pause_after, range(1, message.attempts + 1)), timedelta())
    message.attempts += 1
    message.last_error = reason[:300]
    message.next_try_at = at + _pause_after(message.attempts)
    if is_permanent or tried_for > GIVES_UP_AFTER:
        message.state = Message.State.REFUSED
        why = "at once" if is_permanent else "after three days"
        # Nobody's address: the words of the server often hold it.
        logger.warning("Mail %s is refused, %s: %s", message.pk, why, code_of(message.last_error))
    message.save(update_fields=["attempts", "last_error", "next_try_at", "state"])
