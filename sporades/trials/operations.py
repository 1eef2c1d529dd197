"""Try a réglementation on the registrations that stand, without changing anything."""

import logging
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import OperationalError, transaction
from django.db.models import F
from django.db.models.fields.json import KeyTransform

from sporades import journal
from sporades.accounts.models import User
from sporades.accounts.permissions import Permission, Reach
from sporades.core.actors import SYSTEM, Actor
from sporades.core.locks import alone, lock_value
from sporades.core.queue import defer_once
from sporades.core.refusals import Refused
from sporades.core.transitions import move
from sporades.exams import queries as exams
from sporades.exams.models import Exam, PreparedRegulation, Regulation
from sporades.exams.operations.preparing import in_force_beside
from sporades.exams.schema import Status
from sporades.registrations.models import Registration, RegistrationPaper, Version
from sporades.registrations.refusals import Trouble
from sporades.registrations.trying import judged_under, losses, may_lose, troubles_under
from sporades.trials.models import Trial, TrialRefusal, TrialTally
from sporades.trials.states import END, STOP, TrialState

AT_ONCE = 100
"""How many registrations one job judges: whoever is urgent does not wait long behind."""

FORGOTTEN_AFTER = timedelta(days=30)
"""What it says names people: it is kept as long as it may serve."""

NO_ROLE = "Votre rôle ne permet plus cet essai."
DECIDED = "Le fichier a été mis en vigueur ou retiré."
OUR_FAULT = (
    "Une erreur de notre part empêche de juger une inscription : le service technique en est "
    "prévenu. Ce qui suit n'est pas jugé."
)

logger = logging.getLogger(__name__)


class NotWaiting(Refused):
    """The file has been put in force or dropped."""

    message = "Ce fichier n'attend plus : il a été mis en vigueur ou retiré."


@transaction.atomic
def ask(*, prepared: PreparedRegulation, reach: Reach, by: User, at: datetime) -> Trial:
    """Ask what a file would say of the registrations of a perimeter; one at a time for a person.

    Args:
        prepared: the file.
        reach: where whoever asks may.
        by: who asks.
        at: the instant.

    Raises:
        NotWaiting: the file has been put in force or dropped.
    """
    lock_value("trial", f"{prepared.pk}/{by.pk}")
    if not prepared.is_waiting:
        raise NotWaiting
    under_way: Trial | None = by.trials.filter(prepared=prepared, state=TrialState.RUNNING).first()
    if under_way is not None:
        return under_way  # the button was pressed twice
    author = reach.member
    trial: Trial = Trial.objects.create(
        prepared=prepared,
        against=in_force_beside(prepared),
        asked_by=by,
        asked_name=author.name,
        asked_role=author.kind,
        perimeters=reach.as_json(),
        total=_standing(prepared).within(reach).count(),
        state=TrialState.RUNNING,
        asked_at=at,
        moved_at=at,
    )
    _record("trial asked", trial, by=author, at=at)
    _queue(trial)
    return trial


def go_on(pk: str, *, at: datetime) -> bool:
    """Judge some registrations; return whether there are more.

    Where it is, what it counts and whom it would refuse are written together: whoever is killed
    halfway judges none twice.

    Args:
        pk: the key of the trial.
        at: the instant.
    """
    with alone("trial", pk) as is_held:
        return is_held and _go_on(pk, at=at)


def _go_on(pk: str, *, at: datetime) -> bool:
    trial = Trial.objects.select_related("prepared").filter(pk=pk).first()
    if trial is None or trial.state != TrialState.RUNNING:
        return False
    now = trial.reach_now(Permission.PREPARE_REGULATIONS, at=at)
    if not now or not trial.prepared.is_waiting:
        _stopped(trial, DECIDED if now else NO_ROLE, at=at)
        return False
    rows = _next(trial, now)
    try:
        _judge(trial, rows, at=at)
    except OperationalError:
        raise  # it goes on once the database answers
    except Exception:
        # It would fail for ever, and nobody be told.
        logger.exception("Trial %s goes no further than registration %s", pk, trial.position)
        _stopped(trial, OUR_FAULT, at=at)
        return False
    if len(rows) == AT_ONCE:
        return True
    _ended(trial, at=at)
    return False


def take_up_again(*, older_than: datetime) -> int:
    """Queue again the trials whose worker was killed; return how many."""
    waiting = Trial.objects.filter(state=TrialState.RUNNING, moved_at__lt=older_than)
    return sum(_queue(trial) for trial in waiting)


def forget_old(*, at: datetime) -> int:
    """Delete the trials of a month ago; return how many."""
    old = Trial.objects.filter(asked_at__lt=at - FORGOTTEN_AFTER)
    count = len(old)
    old.delete()
    return count


def _standing(prepared: PreparedRegulation) -> Any:
    """Return the registrations that stand, of the session of a file and of the one before."""
    exams = Exam.objects.filter(domain__code=prepared.domain_code)
    year = prepared.file.session.year
    before = (
        exams.filter(session__year__lt=year)
        .order_by("-session__year", "session__code")
        .values_list("session__code", flat=True)
        .first()
    )
    sessions = [prepared.session_code, *([before] if before else [])]
    chosen = list(exams.filter(session__code__in=sessions).values_list("pk", flat=True))
    return Registration.objects.active().filter(exam__in=chosen)


def _next(trial: Trial, now: Reach) -> list[Registration]:
    found = _standing(trial.prepared).within(trial.reach).within(now)
    return list(found.filter(pk__gt=trial.position).order_by("pk").whole()[:AT_ONCE])


@transaction.atomic
def _judge(trial: Trial, rows: Sequence[Registration], *, at: datetime) -> None:
    if not rows:
        return
    regulation = trial.prepared.as_regulation()
    answers, others, taken = _answers(rows), _others(rows), _taken(rows)
    refusals: list[TrialRefusal] = []
    counts: dict[tuple[int, str], Counter[str]] = defaultdict(Counter)
    for row in rows:
        known = {
            "answers": answers.get(row.pk, {}),
            "others": [one for one in others[row.candidate_id] if _is_before(one, row)],
            "at": at,
        }
        troubles, forms = judged_under(regulation, row, **known)
        # What the version in force would refuse too is not of this file.
        before = troubles_under(_in_force(row), row, **known) if troubles else []
        refusals += [
            _refusal(trial, row, trouble, is_new=trouble not in before) for trouble in troubles
        ]
        lost: list[Trouble] = []
        of_row = taken[row.pk]
        if not troubles and may_lose(forms, answers=known["answers"], taken=of_row):
            lost = losses(judged_under(_in_force(row), row, **known)[1], forms, taken=of_row)
        refusals += [_refusal(trial, row, trouble, is_loss=True) for trouble in lost]
        count = counts[row.exam.session_id, row.academy_id]
        count["refused" if troubles else "accepted"] += 1
        count["refused_anyway"] += bool(before)
        count["losing"] += bool(lost)
    TrialRefusal.objects.bulk_create(refusals)
    for (session, academy), count in counts.items():
        tally, _ = TrialTally.objects.get_or_create(
            trial=trial, session_id=session, academy=academy
        )
        more = {name: F(name) + number for name, number in count.items()}
        TrialTally.objects.filter(pk=tally.pk).update(**more)
    Trial.objects.filter(pk=trial.pk).update(
        position=rows[-1].pk, done=F("done") + len(rows), moved_at=at
    )


def _in_force(row: Registration) -> Regulation:
    """Return the version in force for a registration, as the process knows it."""
    programme = exams.programme_of(row.service)
    return programme.regulation if programme else row.regulation


def _answers(rows: Iterable[Registration]) -> dict[int, Any]:
    """Return the answers of the last version of each."""
    wanted = Version.objects.filter(
        registration__in=[row.pk for row in rows], number=F("registration__version")
    )
    return dict(wanted.values_list("registration", KeyTransform("answers", "snapshot")))


def _taken(rows: Iterable[Registration]) -> dict[int, set[str]]:
    """Return the codes of the épreuves that count in each: sat, dispensed, or with a kept mark."""
    found: dict[int, set[str]] = defaultdict(set)
    statuses = [status.value for status in Status if status.is_taken]
    chosen = RegistrationPaper.objects.filter(
        registration__in=[row.pk for row in rows], status__in=statuses
    )
    for registration, code in chosen.values_list("registration", "paper__code"):
        found[registration].add(code)
    return found


def _others(rows: Iterable[Registration]) -> dict[int, list[Registration]]:
    """Return the registrations that stand, of each candidate."""
    found: dict[int, list[Registration]] = defaultdict(list)
    of_them = {row.candidate_id for row in rows}
    for one in Registration.objects.active().filter(candidate__in=of_them).for_list():
        found[one.candidate_id].append(one)
    return found


def _is_before(one: Registration, row: Registration) -> bool:
    """Return whether a registration of the same domain and session was filed before another."""
    same = (one.exam.domain_id, one.exam.session_id) == (row.exam.domain_id, row.exam.session_id)
    return same and one.pk < row.pk


def _refusal(
    trial: Trial,
    row: Registration,
    trouble: Trouble,
    *,
    is_new: bool = True,
    is_loss: bool = False,
) -> TrialRefusal:
    return TrialRefusal(
        trial=trial,
        registration=row,
        session_id=row.exam.session_id,
        academy=row.academy_id,
        section=trouble.title,
        label=trouble.label,
        message=trouble.message,
        is_new=is_new,
        is_loss=is_loss,
    )


def _queue(trial: Trial) -> bool:
    return defer_once("trials.go_on", queue="batches", trial=str(trial.pk))


@transaction.atomic
def _stopped(trial: Trial, why: str, *, at: datetime) -> None:
    move(trial, STOP, moved_at=at, why=why)
    _record("trial stopped", trial, by=SYSTEM, at=at)


@transaction.atomic
def _ended(trial: Trial, *, at: datetime) -> None:
    move(trial, END, moved_at=at, ended_at=at)
    _record("trial ended", trial, by=SYSTEM, at=at)


def _record(verb: str, trial: Trial, *, by: Actor, at: datetime) -> None:
    after = {
        "domain": trial.prepared.domain_code,
        "session": trial.prepared.session_code,
        "digest": trial.prepared.digest,
        "registrations": trial.total,
        "perimeters": trial.perimeters,
    }
    journal.record(verb, by=by, on=trial, at=at, academy=trial.reach.only_academy, after=after)
