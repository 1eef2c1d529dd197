"""What this process has seen of the mail server: no job waits for one that another waited for in vain.

A worker does one thing at a time: were each mail tried while nothing answers, no file would be looked
at by the antivirus, no act sealed and no letter printed meanwhile (R-34).
"""

import logging
from datetime import datetime, timedelta

from sporades.mail.models import Message

SLOW = 2.0
"""For how many seconds a mail server holds a message before what else waits goes first."""

logger = logging.getLogger(__name__)


class Relay:
    """A mail server, as it answered last.

    Attributes:
        is_away: whether it was waited for in vain: the sweep of each minute alone tries again.
        is_slow: whether it took long for the last message.
    """

    def __init__(self) -> None:
        """Take it for answering."""
        self.is_away = self.is_slow = False
        self._rests_until: datetime | None = None
        self._told: datetime | None = None

    @property
    def is_prompt(self) -> bool:
        """Whether it answered, and soon."""
        return not (self.is_away or self.is_slow)

    def rests(self, at: datetime) -> bool:
        """Return whether it was waited for so long that other work has as much time first.

        Args:
            at: the instant.
        """
        return self._rests_until is not None and at < self._rests_until

    def answers(self, *, after: float) -> None:
        """Note that it took or refused a message.

        Args:
            after: how many seconds the conversation took.
        """
        if self.is_away:
            logger.info("The mail server answers again: mails leave")
        self.is_away, self.is_slow = False, after > SLOW
        self._rests_until = None

    def is_silent(self, why: str, *, at: datetime, after: float) -> None:
        """Note that it was waited for in vain, and say so, once a minute.

        Args:
            why: the figures of its refusal, or the name of what went wrong.
            at: the instant at which it was asked.
            after: for how many seconds it was waited for.
        """
        self.is_away = True
        self._rests_until = at + timedelta(seconds=2 * after)
        minute = at.replace(second=0, microsecond=0)
        if minute != self._told:
            self._told = minute
            count = Message.objects.filter(state=Message.State.WAITING).count()
            logger.warning(
                "No mail leaves, %s wait: the mail server hangs or does not let us in (%s)",
                count,
                why,
            )


relay = Relay()
