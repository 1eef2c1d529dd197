"""Write a message with the act that causes it, forget it with what it was about."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import models, transaction
from django.db.models import Q, QuerySet
from django.template import engines

from sporades.core.queue import app
from sporades.core.text import clean
from sporades.mail.models import LONGEST_SUBJECT_SENT, Message, about_of

SUBJECT_MARK = "Objet : "


def write(
    kind: str,
    *,
    to: str,
    at: datetime,
    key: str,
    about: models.Model,
    urgent: bool = False,
    is_first: bool = False,
    matter: str = "",
    due_by: datetime | None = None,
    **context: Any,
) -> Message:
    """Write a message and queue its delivery, in the current transaction.

    Args:
        kind: the template `mail/<kind>.txt`, whose first line is « Objet : … ».
        to: the recipient's address.
        at: the instant of the act.
        key: names the event; one event is told once to one address.
        about: the row that the message is about, which it is forgotten with.
        urgent: whether it overtakes the others (activation, reset, receipt).
        is_first: whether the act has just made what the key names: nothing can have told it.
        matter: of what a later message may say otherwise, if anything.
        due_by: the first instant before which it asks for something, if it does.
        context: what the template says.

    Returns:
        The message, or the one already written for this event and address.
    """
    state = Message.State.WAITING
    with transaction.atomic(savepoint=False):
        message, is_new = _kept(
            kind,
            to=to,
            state=state,
            at=at,
            key=key,
            about=about,
            urgent=urgent,
            is_first=is_first,
            matter=matter,
            due_by=due_by,
            **context,
        )
        if is_new:
            _queue(message)
    return message


def write_letter(
    kind: str,
    *,
    at: datetime,
    key: str,
    about: models.Model,
    is_first: bool = False,
    matter: str = "",
    due_by: datetime | None = None,
    **context: Any,
) -> tuple[Message, bool]:
    """Write what somebody whom no mail reaches is told, in the current transaction.

    Args:
        kind: the template of the mail, told that it is a letter (`by_letter`), and
            that its reader is led to no page (`has_space`).
        at: the instant of the act.
        key: names the event; one event makes one letter.
        about: the row that it is about, which it is forgotten with.
        is_first, matter, due_by: as in `write`.
        context: what the template says.

    Returns:
        The message, or the one already written for this event; whether it is new.
    """
    return _kept(
        kind,
        to="",
        state=Message.State.LETTER,
        at=at,
        key=key,
        about=about,
        is_first=is_first,
        matter=matter,
        due_by=due_by,
        by_letter=True,
        has_space=False,
        **context,
    )


def _kept(
    kind: str,
    *,
    to: str,
    state: Message.State,
    at: datetime,
    key: str,
    about: models.Model,
    urgent: bool = False,
    is_first: bool = False,
    matter: str = "",
    due_by: datetime | None = None,
    **context: Any,
) -> tuple[Message, bool]:
    subject, body = render(kind, context)
    said = {
        "kind": kind,
        "subject": subject,
        "body": body,
        **about_of(about),
        "matter": matter,
        "due_by": due_by,
        "is_urgent": urgent,
        "state": state,
        "written_at": at,
        "next_try_at": at,
    }
    if is_first:
        return Message.objects.create(key=key, recipient=to, **said), True
    kept: tuple[Message, bool] = Message.objects.get_or_create(key=key, recipient=to, defaults=said)
    return kept


def write_again(refused: Message, *, to: str, at: datetime, preface: str) -> Message:
    """Write a refused message again, and queue its delivery, in the current transaction.

    The database keeps one message in the place of another: two presses are one.

    Args:
        refused: the message, locked by whoever calls.
        to: the address that is the recipient's now.
        at: the instant.
        preface: what is said before its text: that it is not new.
    """
    fresh: Message = Message.objects.create(
        kind=refused.kind,
        key=f"again:{refused.pk}",
        recipient=to,
        subject=refused.subject,
        body=f"{preface}\n\n{refused.body}",
        about_kind=refused.about_kind,
        about_id=refused.about_id,
        matter=refused.matter,
        due_by=refused.due_by,
        is_urgent=refused.is_urgent,
        written_at=at,
        next_try_at=at,
        again_of=refused,
    )
    _queue(fresh)
    return fresh


def mail_instead(letter: Message, *, to: str, at: datetime, preface: str) -> None:
    """Make a mail of the text of a letter that was not printed, in the current transaction.

    Args:
        letter: the message, whose letter whoever calls has locked and forgets.
        to: the address.
        at: the instant.
        preface: what is said before its text.
    """
    letter.recipient, letter.state, letter.next_try_at = to, Message.State.WAITING, at
    letter.body = f"{preface}\n\n{letter.body}"
    letter.save(update_fields=["recipient", "state", "next_try_at", "body"])
    _queue(letter)


def forget(about: Iterable[models.Model]) -> int:
    """Delete the messages about rows that are being erased, with the addresses and texts they hold.

    Whatever erases a person's data calls it in the same transaction, before the rows go.

    Returns:
        How many there were.
    """
    return int(messages_about(about).delete()[0])


def messages_about(rows: Iterable[models.Model]) -> QuerySet[Message]:
    """Return the messages about some rows."""
    by_kind: dict[str, list[str]] = defaultdict(list)
    for row in rows:
        named = about_of(row)
        by_kind[named["about_kind"]].append(named["about_id"])
    condition = Q(pk__in=[])
    for kind, ids in by_kind.items():
        condition |= Q(about_kind=kind, about_id__in=ids)
    return Message.objects.filter(condition)


def carry(row: models.Model, *, to: models.Model) -> int:
    """Keep the messages about a row with another, which it was found to be; return how many."""
    return int(Message.objects.filter(**about_of(row)).update(**about_of(to)))


def render(kind: str, context: dict[str, Any]) -> tuple[str, str]:
    """Return the subject and the text of a kind of message, signed as every message is."""
    text = (
        engines["text"]
        .get_template(f"mail/{kind}.txt")
        .render(
            {
                "service": settings.SERVICE_NAME,
                "deployer": settings.DEPLOYER_NAME,
                "by_letter": False,
                "has_space": True,
                **context,
            }
        )
    )
    first, _, rest = text.strip().partition("\n")
    if not first.startswith(SUBJECT_MARK):
        message = f"mail/{kind}.txt must begin with « {SUBJECT_MARK} »"
        raise ValueError(message)
    signed = f"{rest.strip()}\n\n{settings.SERVICE_NAME}, {settings.DEPLOYER_NAME}\n"
    return clean(first.removeprefix(SUBJECT_MARK))[:LONGEST_SUBJECT_SENT], signed


def _queue(message: Message) -> None:
    app.configure_task("mail.deliver", queue="mail", priority=10 if message.is_urgent else 0).defer(
        message_id=message.pk
    )
