"""A batch in the journal, in the queue, and what its author is told of it."""

from datetime import datetime
from typing import Any

from sporades import journal, mail
from sporades.accounts.asking import is_here
from sporades.accounts.models import Membership, User
from sporades.batches.models import Batch
from sporades.batches.queries import letters_waiting
from sporades.core.actors import Actor
from sporades.core.links import link_to
from sporades.core.queue import defer_once


def link_of(batch: Batch) -> str:
    """Return the address of the page of a batch."""
    return link_to("office:one_batch", batch.pk)


def queue(batch: Batch) -> bool:
    """Have a worker go through a batch; return whether a job was queued: none where one waits."""
    return defer_once("batches.go_on", queue="batches", batch=str(batch.pk))


def record(verb: str, batch: Batch, *, by: Actor, at: datetime, **more: Any) -> None:
    """Keep in the journal what was done with a batch.

    Args:
        verb: what was done.
        batch: the batch.
        by: who did it.
        at: the instant.
        more: what is kept besides its action, its reason and how many lines it has.
    """
    after = {"action": batch.action, "reason": batch.reason, "lines": batch.total, **more}
    if batch.piece:
        after["piece"] = batch.piece
    if batch.until is not None:
        after["until"] = batch.until.isoformat()
    if batch.label:
        after["label"] = batch.label
    if batch.academy:
        after["given_to"] = batch.academy
    if batch.about is not None:
        after["about"] = str(batch.about)
    journal.record(verb, by=by, on=batch, at=at, academy=batch.reach.only_academy, after=after)


def tell(batch: Batch, *, at: datetime) -> None:
    """Write to the author of a batch, if they still work here, that it ended, stopped, or was refused."""
    if is_here(batch.asked_by, at=at):
        _write(batch, batch.asked_by.email, batch.asked_name, at=at)


def tell_approver(batch: Batch, approver: User, *, at: datetime) -> None:
    """Write to whoever approved a batch, if they still work here, that it has stopped by itself."""
    if is_here(approver, at=at):
        _write(batch, approver.email, batch.decided_name, at=at, is_approver=True)


def tell_head(batch: Batch, head: Membership, *, at: datetime) -> None:
    """Write to who may take a batch up that it has stopped, since its author may do it no more."""
    _write(batch, head.user.email, head.full_name, at=at, head=head.pk)


def _write(
    batch: Batch,
    address: str,
    name: str,
    *,
    at: datetime,
    is_approver: bool = False,
    head: int | None = None,
) -> None:
    to = ":approver" if is_approver else f":head:{head}" if head else ""
    mail.write(
        "batch_ended",
        to=address,
        at=at,
        key=f"batch:{batch.pk}:{batch.state}:{at.isoformat()}{to}",
        about=batch,
        name=name,
        is_approver=is_approver,
        is_head=head is not None,
        batch=batch,
        counts=batch.counts(),
        letters=letters_waiting(batch),
        link=link_of(batch),
        link_to_letters=link_to("office:letters"),
    )
