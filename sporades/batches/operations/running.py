"""Go through the lines of a batch, some at the same time, each in a transaction of its own (I11)."""

import logging
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from threading import BoundedSemaphore, Event

from django.db import OperationalError, connection, transaction

from sporades.accounts.permissions import Reach
from sporades.batches import leaving
from sporades.batches.models import Batch, BatchLine
from sporades.batches.operations.recording import record, tell, tell_approver, tell_head
from sporades.batches.queries import found_again, heads_of
from sporades.batches.states import END, STOP, BatchState, Outcome
from sporades.core import files
from sporades.core.actors import SYSTEM
from sporades.core.locks import alone
from sporades.core.refusals import Refused
from sporades.core.transitions import move
from sporades.registrations.models import Registration
from sporades.registrations.states import STANDING

AT_ONCE = 200
"""How many lines one job goes through: whoever is urgent does not wait long behind."""

AT_A_TIME = 4
"""How many lines are gone through at the same time, each on a connection of its own."""

NO_LONGER = "Le rôle de son auteur ne permet plus cette action."
OUTSIDE = "Elle n'est plus dans votre périmètre."
OUR_FAULT = (
    "Une erreur de notre part a empêché de la traiter : rien n'en est fait, et le service technique "
    "en est prévenu."
)

logger = logging.getLogger(__name__)

_places = BoundedSemaphore(AT_A_TIME - 1)
"""Of one process, however many batches it is at: it has some connections for everything."""

_END = f"""
    UPDATE {BatchLine._meta.db_table} SET outcome = %s, why = %s
    WHERE id = %s AND outcome = '{Outcome.WAITING}'
    AND EXISTS (SELECT FROM {Batch._meta.db_table} WHERE id = %s AND state = '{BatchState.RUNNING}')
"""  # noqa: S608 - names of our own
"""Django writes it longer than PostgreSQL does it, once for each line."""


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
    gone = _found_no_more(batch, known)
    about = batch.piece or (batch.does.read(batch.about) if batch.about else None)
    running = Batch.objects.filter(pk=pk, state=BatchState.RUNNING)
    running.update(moved_at=at)

    def go_through(line: BatchLine) -> bool:
        if line.registration_id in gone:
            is_done = _end(line, Outcome.REFUSED, why=leaving.FOUND_NO_MORE)
        else:
            registration = known.get(line.registration_id)
            is_done = _go_through(line, registration, batch, now, about, at=at)
        return is_done or running.exists()

    if not _together(_apart(lines, known), go_through):
        return False
    if len(lines) == AT_ONCE:
        return True
    _ended(batch, at=at)
    return False


def _registrations(
    lines: Sequence[BatchLine], *, within: Sequence[Reach]
) -> dict[int, Registration]:
    found = Registration.objects.filter(pk__in=[line.registration_id for line in lines])
    for one in within:
        found = found.within(one)
    return {one.pk: one for one in found.whole().select_related("identity")}


def _found_no_more(batch: Batch, known: Mapping[int, Registration]) -> set[int]:
    """Return which registrations still stand, and answer no more the search that the batch keeps."""
    if batch.tree is None:
        return set()
    answering = found_again(batch).filter(pk__in=known).values_list("pk", flat=True)
    return {key for key, one in known.items() if one.state in STANDING}.difference(answering)


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
        act, reason = batch.does.act, batch.reason
        act(registration=registration, reason=reason, about=about, by=by, at=at, **batch.said)
    except Refused as refusal:
        if known := batch.does.refusal_of(registration.state):
            raise Refused(known) from refusal
        raise


def _end(line: BatchLine, outcome: Outcome, why: str = "") -> bool:
    """Write what became of a line; return whether it waited still, in a batch that runs."""
    with connection.cursor() as cursor:
        cursor.execute(_END, [outcome, why, line.pk, line.batch_id])
        return bool(cursor.rowcount)


@transaction.atomic
def _stopped(batch: Batch, *, at: datetime) -> None:
    move(batch, STOP, moved_at=at, why=NO_LONGER)
    record("batch stopped", batch, by=SYSTEM, at=at)
    tell(batch, at=at)
    approver = batch.decided_by
    if approver is not None:
        tell_approver(batch, approver, at=at)
    for head in heads_of(batch, at=at):
        if head.user_id != batch.decided_by_id:
            tell_head(batch, head, at=at)


@transaction.atomic
def _ended(batch: Batch, *, at: datetime) -> None:
    try:
        move(batch, END, ended_at=at)
    except Refused:
        return  # stopped at its last line
    record("batch ended", batch, by=SYSTEM, at=at, **batch.counts())
    tell(batch, at=at)
