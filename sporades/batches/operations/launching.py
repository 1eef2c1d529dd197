"""Launch a batch, approve or refuse it, stop it, take it up again or over, take its refusals away (I11)."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction

from sporades.accounts.asking import ask_to_approve
from sporades.accounts.models import Membership, User
from sporades.batches.models import Batch
from sporades.batches.operations.recording import link_of, queue, record, tell
from sporades.batches.queries import Beyond, beyond_alone, is_left
from sporades.batches.states import (
    APPROVE,
    LAUNCH,
    PROPOSE,
    REFUSE,
    RESUME,
    STOP,
    BatchState,
    Outcome,
)
from sporades.core.actors import Actor
from sporades.core.numbers import in_groups
from sporades.core.refusals import NobodyApproves, NoLongerProposed, Refused, SamePerson
from sporades.core.transitions import Transition, move
from sporades.notices import queries as notices
from sporades.searches.rules import is_its_author_s, without_its_author_s

BY_HAND = "Vous l'avez arrêté."
"""Why it stopped, where its author did it."""
SAME_PERSON = "Un lot est approuvé par une autre personne que celle qui le propose."


class OfHealth(Refused):
    """A list whose every line would say something of health."""

    message = (
        "Ces inscriptions sont triées par un handicap déclaré ou par un aménagement : un fichier le "
        "dirait de chacune, cette liste ne se télécharge pas. Elle se lit sur cette page."
    )


class TooManyToday(Refused):
    """What is left of a batch is more than its author may set going alone before a day has passed."""

    def __init__(self, beyond: Beyond) -> None:
        """Say how many are left, and how many they have launched."""
        left, lately, alone = (
            in_groups(str(one)) for one in (beyond.total, beyond.lately, beyond.alone)
        )
        which = "ce lot" if beyond.counted else "cet envoi"
        super().__init__(
            f"Une personne seule lance {alone} {beyond.counted or 'messages'} par jour au plus : il en "
            f"reste {left} dans {which}, et vous en avez lancé {lately} depuis vingt-quatre heures. "
            "Reprenez-le demain."
        )


class NotLeft(Refused):
    """Its author may go on with it, or somebody has."""

    message = "Ce lot n'est plus à reprendre : son auteur le peut, ou un collègue l'a repris."


class ApprovedIt(Refused):
    """Who approved it would go on with it alone."""

    message = "Vous avez approuvé ce lot : une autre personne doit le reprendre."


class Launched(Refused):
    """It is launched, or proposed, already."""

    message = "Ce lot est déjà lancé."


@transaction.atomic
def launch(*, batch: Batch, by: Actor, at: datetime) -> None:
    """Begin to go through the lines, or propose to a second person what is too large for one.

    Raises:
        NobodyApproves: a second person is needed, and there is none.
        Launched: it has begun, or is proposed, already.
    """
    # Of two presses at once the second waits here, and finds what the first has begun.
    waiting = Batch.objects.select_for_update().filter(pk=batch.pk, state=BatchState.PREPARED)
    if waiting.first() is None:
        raise Launched
    if beyond := _beyond(batch, at=at):
        if not beyond.approvers:
            raise NobodyApproves(beyond.in_words)
        move(batch, PROPOSE, launched_at=at, moved_at=at)
        record("batch proposed", batch, by=by, at=at)
        _ask_approval(batch, beyond.approvers, at=at)
        return
    move(batch, LAUNCH, launched_at=at, moved_at=at)
    if batch.does.begin:
        batch.about = batch.does.begin(
            by=batch.asked_by, author=batch.author, reach=batch.reach, at=at
        )
        batch.save(update_fields=["about"])
    record("batch launched", batch, by=by, at=at)
    queue(batch)


@transaction.atomic
def approve(*, batch: Batch, user: User, by: Actor, at: datetime) -> None:
    """Approve a large batch that somebody else proposes: it begins.

    Raises:
        SamePerson: whoever approves proposed it.
        NoLongerProposed: whoever proposed it may do it nowhere any more.
        Refused: it is no longer proposed.
    """
    if not batch.reach_now(batch.does.permission, at=at):
        raise NoLongerProposed
    _decide(batch, APPROVE, user=user, by=by, at=at)
    record("batch approved", batch, by=by, at=at)
    queue(batch)


@transaction.atomic
def refuse(*, batch: Batch, user: User, by: Actor, at: datetime) -> None:
    """Refuse a large batch that somebody else proposes: nothing of it is done.

    Raises:
        SamePerson: whoever refuses proposed it.
        Refused: it is no longer proposed.
    """
    _decide(batch, REFUSE, user=user, by=by, at=at)
    record("batch refused", batch, by=by, at=at)
    tell(batch, at=at)


@transaction.atomic
def stop(*, batch: Batch, by: Actor, at: datetime) -> None:
    """Stop after the lines under way. Raises Refused when it does not run."""
    move(batch, STOP, moved_at=at, why=BY_HAND)
    record("batch stopped", batch, by=by, at=at)


@transaction.atomic
def resume(*, batch: Batch, by: Actor, at: datetime) -> None:
    """Go on with the lines that wait.

    See `_resume` for what is raised.
    """
    _resume(batch, by=by, at=at)


@transaction.atomic
def take_over(*, batch: Batch, user: User, by: Actor, at: datetime) -> None:
    """Go on, in one's own name, with the lines that wait of a batch whose author may do it no more.

    Args:
        batch: one that was stopped, within the reader's perimeter; it becomes theirs.
        user: their account.
        by: the same, in their role.
        at: the instant.

    Raises:
        ApprovedIt: they approved it: it would be one person's.
        NotLeft: its author may do it still, or somebody else has taken it up.
        TooManyToday, Refused: see `_resume`.
    """
    held = Batch.objects.select_for_update().get(pk=batch.pk)
    if not is_left(held, at=at):
        raise NotLeft
    if held.decided_by_id == user.pk:
        raise ApprovedIt
    former = held.author.identifier
    held.asked_by, held.asked_name, held.asked_role = user, by.name, by.kind
    held.sending = None
    if held.tree is not None and is_its_author_s(held.tree):
        # It finds nothing for anybody else: whom it found stays found.
        held.tree = without_its_author_s(held.tree)
    held.save(update_fields=["asked_by", "asked_name", "asked_role", "sending", "tree"])
    _resume(held, by=by, at=at, instead_of=former)


def _resume(batch: Batch, *, by: Actor, at: datetime, **more: str) -> None:
    """Go on with the lines that wait.

    What a second person has approved goes on; what its author launched alone does within what they
    launch alone in a day.

    Raises:
        TooManyToday: see there.
        Refused: it was not stopped.
    """
    if batch.decided_by_id is None and batch.does.alone is not None:
        # Of one author, one at a time, as when they launch.
        User.objects.select_for_update().get(pk=batch.asked_by_id)
        left = batch.lines.filter(outcome=Outcome.WAITING).count()
        beyond = beyond_alone(
            batch.does, left, reach=batch.reach, by=batch.asked_by_id, at=at, resumed=batch
        )
        if beyond is not None:
            raise TooManyToday(beyond)
    move(batch, RESUME, moved_at=at, why="")
    record("batch resumed", batch, by=by, at=at, **more)
    queue(batch)


@transaction.atomic
def hand_over_refusals(
    *, batch: Batch, lines: Any, by: Actor, at: datetime
) -> list[tuple[str, str]]:
    """Return the lines that were refused, number and reason, and note that they were taken.

    Args:
        batch: which.
        lines: those of its lines that whoever takes them sees.
        by: who takes them.
        at: the instant.

    Raises:
        OfHealth: the lines say something of health (P-12).
    """
    if batch.says_of_health:
        raise OfHealth
    refused = lines.filter(outcome=Outcome.REFUSED).order_by("pk")
    taken = list(refused.values_list("registration__number", "why"))
    if not notices.is_database_read_only():
        record("batch refusals taken", batch, by=by, at=at, taken=len(taken))
    return taken


def take_up_again(*, older_than: datetime) -> int:
    """Queue again the batches whose worker was killed; return how many."""
    waiting = Batch.objects.filter(state=BatchState.RUNNING, moved_at__lt=older_than)
    return sum(queue(batch) for batch in waiting)


def _beyond(batch: Batch, *, at: datetime) -> Beyond | None:
    """Return what is beyond what its author sets going alone in a day, with what they did."""
    if batch.does.alone is None:
        return None
    # Of one author, one at a time: two batches at once would not see each other.
    User.objects.select_for_update().get(pk=batch.asked_by_id)
    return beyond_alone(batch.does, batch.total, reach=batch.reach, by=batch.asked_by_id, at=at)


def _decide(batch: Batch, transition: Transition, *, user: User, by: Actor, at: datetime) -> None:
    if batch.asked_by_id == user.pk:
        raise SamePerson(SAME_PERSON)
    move(batch, transition, decided_by=user, decided_name=by.name, moved_at=at)


def _ask_approval(batch: Batch, approvers: Iterable[Membership], *, at: datetime) -> None:
    ask_to_approve(
        "batch_to_approve",
        approvers,
        about=batch,
        key=f"batch:{batch.pk}:approve",
        link=link_of(batch),
        at=at,
        batch=batch,
    )
