"""Conversations with the mail server: several mails in one (RFC 5321, 3.3).

Opening one takes as many answers as handing over two mails, three with STARTTLS and a password: of a
publication to 30,000 candidates it was most of the time (R-42).
"""

import smtplib
from contextlib import suppress
from types import TracebackType
from typing import Any, Self

from django.core.mail import EmailMessage, mailers
from django.core.mail.backends.smtp import EmailBackend

ANSWERS_WITHIN = 120
"""For how many seconds each answer about a message is waited for (the greeting: `config/environment.py`).

One that is given up while its server looks at it is sent again and again (RFC 5321, 4.5.3.2.6).
"""
DONE, NOT_NOW = 250, 421


class NotOpened(Exception):
    """The conversation with the mail server cannot begin: it says nothing of any message."""


class _Line(smtplib.SMTP):
    """A line that knows whether a text was begun on it since it was last asked."""

    has_begun = False

    def data(self, msg: Any) -> Any:
        """Send a text."""
        self.has_begun = True
        return super().data(msg)


class _SecretLine(_Line, smtplib.SMTP_SSL):
    """The same, encrypted from its first byte."""


class Backend(EmailBackend):
    """Django's own, over such lines."""

    @property
    def connection_class(self) -> type[smtplib.SMTP]:
        """Return the class of its lines."""
        return _SecretLine if self.use_ssl else _Line


class Conversation:
    """What is said to the mail server while a block lasts: nothing before a mail is handed over.

    A line stays open while its server answers. One that the server closed, as after so many mails,
    is followed by another, on which the mail that it had not begun to read is handed over.
    """

    def __init__(self) -> None:
        """Open nothing yet."""
        self._server: Any = mailers["default"]

    def __enter__(self) -> Self:
        """Return it."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        trouble: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Take leave of the server."""
        self._close()

    def hand(self, mail: EmailMessage) -> None:
        """Hand a mail over.

        Raises:
            NotOpened: no line could be opened.
            smtplib.SMTPException: what the server answered, or that it hung up.
            ValueError: it cannot be written, or has no address.
        """
        if not self._is_open():
            self._open()
            self._say(mail)
            return
        self._line.has_begun = False
        try:
            self._say(mail)
        except OSError as trouble:
            if not self._is_of_the_line(trouble):
                raise
            self._open()
            self._say(mail)

    @property
    def _line(self) -> Any:
        # What keeps mails as files has none.
        return getattr(self._server, "connection", None)

    def _is_open(self) -> bool:
        return self._line is not None and self._line.sock is not None

    def _is_of_the_line(self, trouble: OSError) -> bool:
        """Return whether it says nothing of the mail: no more is taken here, or nobody listens."""
        if isinstance(trouble, smtplib.SMTPSenderRefused) or _code(trouble) == NOT_NOW:
            return True
        is_unread = isinstance(self._line, _Line) and not self._line.has_begun
        return is_unread and not self._is_open() and not is_silence(trouble)

    def _open(self) -> None:
        self._close()
        try:
            self._server.open()
            if self._line is not None:
                self._line.ehlo_or_helo_if_needed()
        # A password that the protocol cannot say, too, is no fault of the message.
        except (OSError, ValueError) as trouble:
            self._close()
            raise NotOpened(_reason(trouble)) from trouble

    def _say(self, mail: EmailMessage) -> None:
        self._be_patient(ANSWERS_WITHIN)
        try:
            count = self._server.send_messages([mail])
        except Exception:
            # The next mail finds a line on which nothing is pending, or none.
            if self._is_open():
                self._be_patient(getattr(self._server, "timeout", None))
                with suppress(OSError):
                    if self._line.rset()[0] != DONE:
                        self._close()
            raise
        if not count:
            raise ValueError("no address")

    def _close(self) -> None:
        self._be_patient(getattr(self._server, "timeout", None))
        # Whatever it answers to « QUIT », each mail has its fate already.
        with suppress(OSError):
            self._server.close()

    def _be_patient(self, seconds: float | None) -> None:
        if self._is_open():
            self._line.sock.settimeout(seconds)


def is_silence(trouble: Exception) -> bool:
    """Return whether an answer was waited for in vain: smtplib says that its line was cut."""
    return any(isinstance(one, TimeoutError) for one in (trouble, trouble.__context__))


def _code(trouble: Exception) -> int | None:
    if isinstance(trouble, smtplib.SMTPRecipientsRefused):
        return int(next(iter(trouble.recipients.values()))[0])
    return getattr(trouble, "smtp_code", None)


def _reason(trouble: Exception) -> str:
    if isinstance(trouble, smtplib.SMTPResponseException):
        return f"{trouble.smtp_code} {trouble.smtp_error!r}"
    if isinstance(trouble, OSError):
        return f"{type(trouble).__name__} {trouble}"
    return f"NotOpened {type(trouble).__name__}"
