"""What the office reads of a mail, in a file and in the list of all."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

from sporades.accounts.permissions import Permission
from sporades.acts import resending
from sporades.core.french import instant_in_words
from sporades.mail.fate import in_words
from sporades.mail.models import Message
from sporades.registrations.models import Registration

KINDS = {**resending.KINDS, "document_unread": "Rappel d'un document à lire"}
"""What each mail that a file shows is called."""


@dataclass(frozen=True)
class MailLine:
    """One mail, its fate, and whether its reader may send it again."""

    message: Message
    number: str
    kind: str
    when: str
    fate: str
    may_send_again: bool


def lines_of(
    request: HttpRequest, registration: Registration, messages: Iterable[Any]
) -> list[MailLine]:
    """Return what is said of the mails about a registration, which know whether they were sent again."""
    zone = registration.service.zone
    may_write = request.reaches(Permission.WRITE_MESSAGES).covers(
        academy=registration.academy_id, domain=registration.exam.domain.code
    )
    return [
        MailLine(
            message=one,
            number=registration.number,
            kind=KINDS.get(one.kind, "Autre"),
            when=instant_in_words(one.written_at, zone, weekday=False),
            fate=in_words(one, zone),
            may_send_again=may_write
            and one.state == Message.State.REFUSED
            and not one.is_sent_again
            and resending.is_about(one, registration),
        )
        for one in messages
    ]
