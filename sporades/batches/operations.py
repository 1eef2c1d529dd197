"""Prepare a batch, launch it, go through it, stop it, take it up again (I11)."""

import logging
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from itertools import batched
from threading import BoundedSemaphore, Event
from typing import Any
from uuid import UUID

from django.db import OperationalError, connection, transaction
from django.db.models import Q

from sporades import journal, mail
from sporades.accounts.asking import ask_to_approve
from sporades.accounts.models import Membership, User
from sporades.accounts.permissions import Reach
from sporades.batches.actions import WRITE, Action
from sporades.batches.models import Batch, BatchLine
from sporades.batches.queries import Beyond, beyond_alone, letters_waiting
from sporades.batches.states import (
    APPROVE,
    END,
    LAUNCH,
    PROPOSE,
    REFUSE,
    RESUME,
    STOP,
    BatchState,
    Outcome,
)
from sporades.core import files
from sporades.core.actors import SYSTEM, Actor
from sporades.core.links import link_to
from sporades.core.locks import alone, lock_value
from sporades.core.numbers import in_groups
from sporades.core.queue import defer_once
from sporades.core.refusals import NobodyApproves, ReasonMissing, Refused, SamePerson
from sporades.core.transitions import Transition, move
from sporades.mailings import operations as mailings
from sporades.mailings.models import Mailing
from sporades.notices import queries as notices
from sporades.registrations.models import Registration

MOST_LINES = 100_000
FROZEN_AT_ONCE = 5_000
AT_ONCE = 200
"""How many lines one job goes through: whoever is urgent does not wait long behind."""

AT_A_TIME = 4
"""How many lines are gone through at the same time, each on a connection of its own."""

PREPARED_FOR = timedelta(days=1)
FORGOTTEN_AFTER = timedelta(days=365)
OUTSIDE = "Elle n'est plus dans votre périmètre."
OUR_FAULT = (
    "Une erreur de notre part a empêché de la traiter : rien n'en est fait, et le service technique "
    "en est prévenu."
)
REASON_MISSING = "Dites le motif : chaque candidat le lira."
SAME_PERSON = "Un lot est approuvé par une autre personne que celle qui le propose."

logger = logging.getLogger(__name__)

_places = BoundedSemaphore(AT_A_TIME - 1)
"""Of one process, however many batches it is at: it has some connections for everything."""

_END = f"""
    UPDATE {BatchLine._meta.db_table} SET outcome = %s, why = %s
    WHERE id = %s AND outcome = '{Outcome.WAITING}'
    AND EXISTS (SELECT FROM {Batch._meta.db_table} WHERE id = %s AND state = '{BatchState.RUNNING}')
"""  # noqa: S608 - names of our own
"""Django writes it longer than PostgreSQL does it, once for each line."""


class Nothing(Refused):
    """No registration was chosen."""

    message = "Aucune inscription n'est choisie : il n'y a rien à faire."


class PieceMissing(Refused):
    """It is about a piece, and nobody says which."""

    message = "Choisissez la pièce sur laquelle porte cette action."


class TooMany(Refused):
    """More than a batch takes."""

    message = "Un lot compte 100 000 inscriptions au plus : ajoutez un critère."


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
        super().__init__(
            f"Une personne seule lance {alone} messages par jour au plus : il en reste {left} dans cet "
            f"envoi, et vous en avez lancé {lately} depuis vingt-quatre heures. Reprenez-le demain."
        )


class Launched(Refused):
    """It is launched, or proposed, already."""

    message = "Ce lot est déjà lancé."


@transaction.atomic
def prepare(
    *,
    registrations: Any,
    action: Action,
    reason: str,
    reach: Reach,
    by: User,
    at: datetime,
    about: UUID | None = None,
    piece: str = "",
    sought: str = "",
    is_of_health: bool = False,
    sending: UUID | None = None,
) -> Batch:
    """Freeze which registrations an action is for; nothing is done before it is launched.

    Args:
        registrations: what was chosen, within the reach.
        action: what is to be done.
        reason: why, for an action that is told with one.
        reach: where whoever asks may act.
        by: who asks.
        at: the instant.
        about: what it fills or says, for an action that is asked for on a page of its own.
        piece: the code of the supporting document, for an action that is about one.
        sought: what they were found by, in words.
        is_of_health: whether that says something of the health of each.
        sending: names the press of the button: pressed twice, it prepares one batch.

    Raises:
        Nothing, TooMany: none is chosen, or too many.
        ReasonMissing: the action is told with a reason.
        PieceMissing: it is about a piece, and none is chosen.
    """
    if (already := _prepared_by(sending, by)) is not None:
        return already
    if action.has_piece and not piece:
        raise PieceMissing
    if action.has_reason and not reason:
        raise ReasonMissing(REASON_MISSING)
    author = reach.perimeters[0].member
    batch: Batch = Batch.objects.create(
        asked_by=by,
        asked_name=author.name,
        asked_role=author.kind,
        perimeters=reach.as_json(),
        action=action.code,
        reason=reason if action.has_reason else "",
        about=about,
        piece=piece if action.has_piece else "",
        sought=sought,
        is_of_health=is_of_health,
        total=0,
        state=BatchState.PREPARED,
        asked_at=at,
        sending=sending,
    )
    chosen = registrations.order_by("pk").values_list("pk", flat=True)[: MOST_LINES + 1]
    batch.total = sum(_freeze(batch, keys) for keys in batched(chosen, FROZEN_AT_ONCE))
    if not batch.total:
        raise Nothing
    if batch.total > MOST_LINES:
        raise TooMany
    batch.save(update_fields=["total"])
    return batch


def _prepared_by(sending: UUID | None, by: User) -> Batch | None:
    """Return the batch that a press of the button has prepared already, if it has.

    Of two presses at once the second waits here until the first has prepared it.
    """
    if sending is None:
        return None
    lock_value("batch prepared", f"{by.pk}:{sending}")
    found: Batch | None = by.batches.filter(sending=sending).first()
    return found


def _freeze(batch: Batch, keys: Sequence[int]) -> int:
    """Write some lines, each with what is decided of it now; return how many."""
    marks = batch.does.marks(keys, batch.piece) if batch.does.marks else {}
    lines = [BatchLine(batch=batch, registration_id=key, mark=marks.get(key, "")) for key in keys]
    return len(BatchLine.objects.bulk_create(lines))


@transaction.atomic
def prepare_message(
    *,
    registrations: Any,
    subject: str,
    text: str,
    reach: Reach,
    by: User,
    at: datetime,
    sought: str = "",
    is_of_health: bool = False,
    sending: UUID | None = None,
) -> Batch:
    """Freeze what is written to whom; nobody is written to before it is launched.

    See `prepare` for the arguments.

    Raises:
        Nothing, TooMany: none is chosen, or too many.
        NotAPlaceholder: something between braces does not exist.
    """
    if (already := _prepared_by(sending, by)) is not None:
        return already
    said = mailings.begin(subject=subject, text=text, at=at)
    return prepare(
        registrations=registrations,
        action=WRITE,
        reason="",
        reach=reach,
        by=by,
        at=at,
        about=said.pk,
        sought=sought,
        is_of_health=is_of_health,
        sending=sending,
    )


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
        _record("batch proposed", batch, by=by, at=at)
        _ask_approval(batch, beyond.approvers, at=at)
        return
    move(batch, LAUNCH, launched_at=at, moved_at=at)
    if batch.does.begin:
        batch.about = batch.does.begin(
            by=batch.asked_by, author=batch.author, reach=batch.reach, at=at
        )
        batch.save(update_fields=["about"])
    _record("batch launched", batch, by=by, at=at)
    _queue(batch)


@transaction.atomic
def approve(*, batch: Batch, user: User, by: Actor, at: datetime) -> None:
    """Approve a large batch that somebody else proposes: it begins.

    Raises:
        SamePerson: whoever approves proposed it.
        Refused: it is no longer proposed.
    """
    _decide(batch, APPROVE, user=user, by=by, at=at)
    _record("batch approved", batch, by=by, at=at)
    _queue(batch)


@transaction.atomic
def refuse(*, batch: Batch, user: User, by: Actor, at: datetime) -> None:
    """Refuse a large batch that somebody else proposes: nothing of it is done.

    Raises:
        SamePerson: whoever refuses proposed it.
        Refused: it is no longer proposed.
    """
    _decide(batch, REFUSE, user=user, by=by, at=at)
    _record("batch refused", batch, by=by, at=at)
    _tell(batch, at=at)


@transaction.atomic
def stop(*, batch: Batch, by: Actor, at: datetime) -> None:
    """Stop after the lines under way. Raises Refused when it does not run."""
    move(batch, STOP, moved_at=at, why="Vous l'avez arrêté.")
    _record("batch stopped", batch, by=by, at=at)


@transaction.atomic
def resume(*, batch: Batch, by: Actor, at: datetime) -> None:
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
    _record("batch resumed", batch, by=by, at=at)
    _queue(batch)


@transaction.atomic
def hand_over_refusals(*, batch: Batch, by: Actor, at: datetime) -> list[tuple[str, str]]:
    """Return the lines that were refused, number and reason, and note that they were taken.

    Raises:
        OfHealth: the lines say something of health (P-12).
    """
    if batch.says_of_health:
        raise OfHealth
    refused = batch.lines.filter(outcome=Outcome.REFUSED).order_by("pk")
    lines = list(refused.values_list("registration__number", "why"))
    if not notices.is_database_read_only():
        _record("batch refusals taken", batch, by=by, at=at, taken=len(lines))
    return lines


def go_on(pk: str, *, at: datetime) -> bool:
    """Go through some of the lines; return whether there are more.

    Each line is its own transaction, with its outcome: whoever is killed halfway loses none and
    does none twice. Some are gone through at the same time, each on a connection of its own. A role
    that has ended stops the batch before the next two hundred lines; what has left its perimeter is
    refused.

    Args:
        pk: the batch's key.
        at: the instant.
    """
    with alone("batch", pk) as is_held:
        return is_held and _go_on(pk, at=at)


def _go_on(pk: str, *, at: datetime) -> bool:
    batch = Batch.objects.filter(pk=pk).first()
    if batch is None or batch.state != BatchState.RUNNING:
        return False
    now = batch.reach_now(batch.does.permission, at=at)
    if not now:
        _stopped(batch, at=at)
        return False
    lines = list(batch.lines.filter(outcome=Outcome.WAITING).order_by("pk")[:AT_ONCE])
    known = _registrations(lines, within=(batch.reach, now))
    about = batch.piece or (batch.does.read(batch.about) if batch.about else None)
    running = Batch.objects.filter(pk=pk, state=BatchState.RUNNING)
    running.update(moved_at=at)

    def go_through(line: BatchLine) -> bool:
        gone = _go_through(line, known.get(line.registration_id), batch, now, about, at=at)
        return gone or running.exists()

    if not _together(_apart(lines, known), go_through):
        return False
    if len(lines) == AT_ONCE:
        return True
    _ended(batch, at=at)
    return False


def take_up_again(*, older_than: datetime) -> int:
    """Queue again the batches whose worker was killed; return how many."""
    waiting = Batch.objects.filter(state=BatchState.RUNNING, moved_at__lt=older_than)
    return sum(_queue(batch) for batch in waiting)


@transaction.atomic
def forget_old(*, at: datetime) -> int:
    """Delete the batches never launched in a day, and those of a year ago; return how many.

    Each goes with the message that it says. One that is launched meanwhile is left alone.
    """
    old = Batch.objects.select_for_update(skip_locked=True).filter(
        Q(state=BatchState.PREPARED, asked_at__lt=at - PREPARED_FOR)
        | Q(asked_at__lt=at - FORGOTTEN_AFTER)
    )
    said = dict(old.values_list("pk", "about"))
    Batch.objects.filter(pk__in=said).delete()
    Mailing.objects.filter(pk__in=filter(None, said.values())).delete()
    return len(said)


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
        link=_link(batch),
        at=at,
        batch=batch,
    )


def _link(batch: Batch) -> str:
    return link_to("office:one_batch", batch.pk)


def _registrations(
    lines: Sequence[BatchLine], *, within: Sequence[Reach]
) -> dict[int, Registration]:
    found = Registration.objects.filter(pk__in=[line.registration_id for line in lines])
    for one in within:
        found = found.within(one)
    return {one.pk: one for one in found.whole().select_related("identity")}


def _apart(
    lines: Iterable[BatchLine], known: Mapping[int, Registration]
) -> list[Sequence[BatchLine]]:
    """Return the lines of each candidate: one after the other, they never wait for one another."""
    of_one = defaultdict(list)
    for line in lines:
        registration = known.get(line.registration_id)
        of_one[registration and registration.candidate_id].append(line)
    return list(of_one.values())


def _together(
    shares: Sequence[Sequence[BatchLine]], go_through: Callable[[BatchLine], bool]
) -> bool:
    """Go through lines, some at the same time; return whether the batch ran until the last one.

    While PostgreSQL writes a line, Python is at another. What is under way when the batch stops,
    or when one fails, is finished.
    """
    waiting, is_over = iter(shares), Event()

    def work() -> None:
        try:
            # Each takes the next share: one step of a list's iterator, for the interpreter.
            for share in waiting:
                for line in share:
                    if is_over.is_set():
                        return
                    if not go_through(line):
                        is_over.set()
        except BaseException:
            is_over.set()
            raise

    def work_apart() -> None:
        if _places.acquire(blocking=False):
            try:
                work()
            finally:
                connection.close()
                _places.release()

    # What an open transaction has written is seen by its own connection alone.
    most = 1 if connection.in_atomic_block else min(AT_A_TIME, len(shares), _connections())
    with ThreadPoolExecutor(max(1, most - 1), thread_name_prefix="batch") as pool:
        helping = [pool.submit(work_apart) for _ in range(most - 1)]
        work()
    for one in helping:
        one.result()
    return not is_over.is_set()


def _connections() -> int:
    """Return how many connections to the database this process may have."""
    pool = connection.settings_dict["OPTIONS"].get("pool")
    return pool["max_size"] if pool else AT_A_TIME


def _go_through(
    line: BatchLine,
    registration: Registration | None,
    batch: Batch,
    now: Reach,
    about: object,
    *,
    at: datetime,
) -> bool:
    """Do it to one line; return whether it waited still, in a batch that runs."""
    try:
        with transaction.atomic():
            # Written first, the outcome is also the lock of the line.
            if not _end(line, Outcome.DONE):
                return False
            _act(registration, line, batch, now, about, at=at)
    except Refused as refusal:
        # What is refused has left nothing, its outcome neither.
        return _end(line, Outcome.REFUSED, why=str(refusal)[:300])
    except (OperationalError, files.OutOfReach):
        raise  # it waits until they answer
    except Exception:
        # It would fail for ever, and keep the next ones from being done.
        logger.exception("Line %s of batch %s cannot be done", line.pk, batch.pk)
        return _end(line, Outcome.REFUSED, why=OUR_FAULT)
    return True


def _act(
    registration: Registration | None,
    line: BatchLine,
    batch: Batch,
    now: Reach,
    about: object,
    *,
    at: datetime,
) -> None:
    """Do it to one registration. Raises Refused, as its line will say it."""
    if registration is None:
        raise Refused(OUTSIDE)
    if why := batch.does.overtaken(registration, batch.asked_at, batch.piece, line.mark):
        raise Refused(why)
    by = now.author(academy=registration.academy_id, domain=registration.exam.domain.code)
    try:
        batch.does.act(registration=registration, reason=batch.reason, about=about, by=by, at=at)
    except Refused as refusal:
        if known := batch.does.refusal_of(registration.state):
            raise Refused(known) from refusal
        raise


def _end(line: BatchLine, outcome: Outcome, why: str = "") -> bool:
    """Write what became of a line; return whether it waited still, in a batch that runs."""
    with connection.cursor() as cursor:
        cursor.execute(_END, [outcome, why, line.pk, line.batch_id])
        return bool(cursor.rowcount)


def _queue(batch: Batch) -> bool:
    return defer_once("batches.go_on", queue="batches", batch=str(batch.pk))


def _record(verb: str, batch: Batch, *, by: Actor, at: datetime, **more: Any) -> None:
    after = {"action": batch.action, "reason": batch.reason, "lines": batch.total, **more}
    if batch.piece:
        after["piece"] = batch.piece
    if batch.about is not None:
        after["about"] = str(batch.about)
    journal.record(verb, by=by, on=batch, at=at, academy=batch.reach.only_academy, after=after)


@transaction.atomic
def _stopped(batch: Batch, *, at: datetime) -> None:
    move(batch, STOP, moved_at=at, why="Votre rôle ne permet plus cette action.")
    _record("batch stopped", batch, by=SYSTEM, at=at)
    _tell(batch, at=at)


@transaction.atomic
def _ended(batch: Batch, *, at: datetime) -> None:
    try:
        move(batch, END, ended_at=at)
    except Refused:
        return  # stopped at its last line
    _record("batch ended", batch, by=SYSTEM, at=at, **batch.counts())
    _tell(batch, at=at)


def _tell(batch: Batch, *, at: datetime) -> None:
    mail.write(
        "batch_ended",
        to=batch.asked_by.email,
        at=at,
        key=f"batch:{batch.pk}:{batch.state}:{at.isoformat()}",
        about=batch,
        batch=batch,
        counts=batch.counts(),
        letters=letters_waiting(batch),
        link=_link(batch),
        link_to_letters=link_to("office:letters"),
    )
