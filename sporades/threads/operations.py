"""Add to the thread of a registration, note what was read."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from sporades.core.actors import Actor
from sporades.core.refusals import Refused
from sporades.registrations.models import Registration
from sporades.threads.models import ThreadMessage
from sporades.threads.queries import last_of


class TooManyMessages(Refused):
    """A candidate has written as much as may be in a day about a registration."""

    message = (
        "Vous avez déjà envoyé dix messages en vingt-quatre heures pour cette inscription : "
        "attendez la réponse, ou appelez votre service gestionnaire. Votre texte reste ci-dessous."
    )


class Overtaken(Refused):
    """Somebody has written since the thread was read."""

    message = (
        "Un message est arrivé dans ce fil depuis que vous l'avez ouvert : relisez-le. Votre "
        "réponse n'est pas envoyée, elle reste ci-dessous."
    )


def add(
    *,
    registration: Registration,
    text: str,
    sending: UUID,
    is_candidates: bool,
    by: Actor,
    at: datetime,
) -> ThreadMessage:
    """Add a message to the thread of a registration, which whoever calls has locked.

    Args:
        registration: the registration, locked.
        text: what is said, clean, up to `models.LONGEST_MESSAGE` signs.
        sending: names the press of the button.
        is_candidates: whether its candidate writes, or else the office.
        by: who writes.
        at: the instant.
    """
    added: ThreadMessage = ThreadMessage.objects.create(
        registration=registration,
        is_candidates=is_candidates,
        text=text,
        sent_at=at,
        author_kind=by.kind,
        author_name=by.name,
        author_id=by.identifier,
        sending=sending,
    )
    return added


def check_seen(registration: Registration, seen: str) -> None:
    """Check that nobody has written since the thread was read.

    Args:
        registration: the registration, locked.
        seen: the key of the last message that was read, as the page sends it back; nothing
            where there was none.

    Raises:
        Overtaken: somebody has.
    """
    last = last_of(registration)
    if seen != (str(last.pk) if last else ""):
        raise Overtaken


def settle(messages: QuerySet[ThreadMessage], *, by: Actor, at: datetime) -> int:
    """Note that messages of a candidate need no answer; return how many there were."""
    return messages.filter(settled_at=None).update(settled_at=at, settled_name=by.name)


def mark_read(messages: Iterable[ThreadMessage], *, at: datetime) -> None:
    """Note that their addressee has read some messages: the first time counts."""
    unread = [message.pk for message in messages if message.read_at is None]
    if unread:
        ThreadMessage.objects.filter(pk__in=unread, read_at=None).update(read_at=at)
