"""What a registration owes: asked for, until when, asked for no more, and again."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from functools import reduce
from operator import or_
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet

from sporades.core import apart
from sporades.core.actors import Actor
from sporades.core.prepared import prepared
from sporades.core.refusals import ReasonMissing, Refused
from sporades.core.transitions import Transition, move
from sporades.evidence.delays import more_time
from sporades.evidence.models import Evidence
from sporades.evidence.queries import by_registration, owed_by, words_of
from sporades.evidence.states import (
    ASK_AGAIN,
    CHECK_AGAIN,
    RECEIVE_AGAIN,
    TAKE_AGAIN,
    TO_PROVIDE,
    WAIVE,
    WITHDRAW,
    State,
)
from sporades.exams.models.service import MINUTE
from sporades.notices.queries import read_only_between
from sporades.registrations.added import added_code, is_added
from sporades.registrations.giving import Giving
from sporades.registrations.models import Registration
from sporades.registrations.queries import with_owed

READ_ONLY_WITHIN = timedelta(days=2)
"""For how long after read-only mode the pieces whose last minute came in it are looked for."""

MOST_ADDED = 20
"""How many pieces the office asks of one registration beyond those of the réglementation."""
PLACE_OF_ADDED = 1_000
"""They come after all of those."""

type Told = Iterable[Mapping[str, Any]]


class NotWaived(Refused):
    """It is asked for already, or was never waived."""

    message = "Cette pièce n'est plus dispensée : relisez-la."


class NothingToSend(Refused):
    """Something was given for it meanwhile, or it is asked for no more."""

    message = "Rien n'est plus à fournir pour cette pièce : relisez-la."


class TooMany(Refused):
    """More pieces than anybody means to ask for."""

    message = (
        f"Une inscription reçoit {MOST_ADDED} demandes de pièces en plus : écrivez au candidat."
    )


@prepared(Evidence)
def _known(registration: int) -> QuerySet[Evidence]:
    found: QuerySet[Evidence] = Evidence.objects.filter(registration=registration)
    return found.select_related("deposit")


def ask(registration: Registration, told: Told, *, at: datetime) -> dict[str, Evidence]:
    """Make the pieces of a registration those that its last version calls for.

    What becomes of each is told by one table, « A supporting document » of docs/states.md.

    Args:
        registration: the registration, new or locked.
        told: the pieces of the version, in their order.
        at: the instant.

    Returns:
        Those that were known before, as they stand now, by their codes: the others are due. What the
        office asks for beyond the réglementation is among them, and stays as it is. Those that were
        asked for no more say whether they are again (`is_asked_again`).
    """
    known = {row.code: row for row in _known(registration=registration.pk)}
    asked = {piece["code"]: (place, piece) for place, piece in enumerate(told)}
    Evidence.objects.bulk_create(
        Evidence(registration=registration, place=place, asked_at=at, **words_of(piece))
        for code, (place, piece) in asked.items()
        if code not in known
    )
    for code, row in known.items():
        row.registration = registration
        if code in asked:
            _go_on(row, *asked[code], at=at)
        elif row.state != State.WITHDRAWN and not is_added(code):
            move(row, WITHDRAW, reason="", decided_at=None, decided_name="")
    return known


def ask_more(
    registration: Registration, label: str, *, giving: Giving, until: datetime, at: datetime
) -> Evidence:
    """Ask a registration for a piece that no réglementation lists.

    Args:
        registration: the registration, locked.
        label: what is asked for.
        giving: how it is given; `Giving.EACH` as the exam says of its other pieces.
        until: until when.
        at: the instant.

    Raises:
        TooMany: it was asked for as many already.
    """
    codes = [row.code for row in _known(registration=registration.pk)]
    number = sum(map(is_added, codes)) + 1
    if number > MOST_ADDED:
        raise TooMany
    made: Evidence = Evidence.objects.create(
        registration=registration,
        code=added_code(number, giving),
        place=PLACE_OF_ADDED + number,
        label=label,
        is_mandatory=True,
        until=until,
        asked_at=at,
    )
    return made


def _go_on(row: Evidence, place: int, piece: Mapping[str, Any], *, at: datetime) -> None:
    """Keep a piece with its file and its verdict, in the words of the new version.

    What it was given of time is never taken back: pages and reminders have said so.
    """
    said: dict[str, Any] = {"place": place, **words_of(piece)}
    said["until"] = max(said["until"], row.until)
    if row.state == State.WITHDRAWN:
        back = _back(row)
        arrived = {} if back is ASK_AGAIN else {"arrived_at": at}
        move(row, back, asked_at=at, **arrived, **said)
        row.is_asked_again = True
    elif any(getattr(row, name) != value for name, value in said.items()):
        Evidence.objects.filter(pk=row.pk).update(**said)


def _back(row: Evidence) -> Transition:
    """Return where a piece stands that is asked for again: nothing is decided of it any more."""
    if row.posted_on is not None:
        return RECEIVE_AGAIN
    if row.deposit is None or row.deposit.is_infected:
        return ASK_AGAIN
    return TAKE_AGAIN if row.deposit.is_clean else CHECK_AGAIN


def ask_some(*, after: int, most: int, at: datetime) -> int:
    """Ask for the pieces of registrations that stood before pieces had rows, some at a time.

    Args:
        after: the key after which to go on.
        most: how many registrations to look at.
        at: the instant.

    Returns:
        The last key that was looked at; nothing when there is none.
    """
    keys = list(
        Registration.objects.filter(pk__gt=after).order_by("pk").values_list("pk", flat=True)[:most]
    )
    done = set(
        Evidence.objects.filter(registration__in=keys).values_list("registration", flat=True)
    )
    apart.each(_ask_one, [key for key in keys if key not in done], at=at)
    return keys[-1] if keys else 0


@transaction.atomic
def _ask_one(key: int, *, at: datetime) -> bool:
    """Ask for the pieces of one registration, unless it is gone meanwhile; return whether it was not."""
    if not Registration.objects.select_for_update(of=("self",)).filter(pk=key).exists():
        return False
    found = with_owed.get(pk=key)
    ask(found, found.owed["evidence"], at=at)
    return True


@transaction.atomic
def follow_dates(service: int, *, after: int, most: int) -> int:
    """Give pieces as much time as a service that was extended gives; none is given less.

    Of one that closes earlier, the day that was told of the signed summary is kept beside; of one
    that closes later, a signed summary may be late no more.

    Args:
        service: the key of the service.
        after: the key of the registration after which to go on.
        most: how many registrations to look at.

    Returns:
        The last key that was looked at; nothing when there is none.
    """
    mine = Registration.objects.filter(service=service, pk__gt=after).order_by("pk")
    held = list(mine.select_for_update(of=("self",)).values_list("pk", flat=True)[:most])
    rows = Evidence.objects.asked().filter(registration__in=held)
    known = {(row.registration_id, row.code): row for row in rows}
    later, signed = [], []
    for registration in Registration.objects.whole().with_owed().filter(pk__in=held):
        owed = registration.owed
        is_kept = registration.keep_summary_day(owed["to_return"])
        is_late = registration.is_summary_posted_late
        if (is_late and registration.judge_postmark(owed["to_return"])) or is_kept:
            signed.append(registration)
        for piece in owed["evidence"]:
            row = known.get((registration.pk, piece["code"]))
            until = datetime.fromisoformat(piece["until"])
            if row is not None and row.until < until:
                row.until = until
                later.append(row)
    Evidence.objects.bulk_update(later, ["until"])
    Registration.objects.bulk_update(signed, ["summary_until", "is_summary_posted_late"])
    return held[-1] if held else 0


@transaction.atomic
def follow_reading(*, after: int, most: int, at: datetime) -> int:
    """Keep the later day of the mandatory pieces whose last minute came in read-only mode (R-05).

    It is theirs already, see `queries.owed_by`: it is written for the lists and the reminders.

    Args:
        after: the key of the registration after which to go on.
        most: how many registrations to look at.
        at: the instant.

    Returns:
        The last key that was looked at; nothing when there is none.
    """
    came = [
        Q(until__gt=one.starts_at - MINUTE, until__lte=one.ends_at - MINUTE)
        for one in read_only_between(at - READ_ONLY_WITHIN, at)
        if one.ends_at is not None
    ]
    if not came:
        return 0
    owed = Evidence.objects.filter(reduce(or_, came), state__in=TO_PROVIDE, is_mandatory=True)
    concerned = Registration.objects.filter(pk__in=owed.values("registration"), pk__gt=after)
    concerned = concerned.order_by("pk")
    held = list(concerned.select_for_update(of=("self",)).values_list("pk", flat=True)[:most])
    rows = by_registration(Evidence.objects.asked().filter(registration__in=held))
    later = []
    for registration in Registration.objects.whole().with_owed().filter(pk__in=held):
        now = {one.row.pk: one.until for one in owed_by(registration, rows[registration.pk])}
        for row in rows[registration.pk]:
            if row.state in TO_PROVIDE and row.until < now.get(row.pk, row.until):
                row.until = now[row.pk]
                later.append(row)
    Evidence.objects.bulk_update(later, ["until"])
    return held[-1] if held else 0


def grant(row: Evidence, *, until: datetime) -> None:
    """Give more time for a piece for which something must still be sent, or cut back what was given.

    Args:
        row: the piece, its registration locked.
        until: until when, no earlier than its deadline.

    Raises:
        Refused: nothing is to be sent for it any more.
    """
    still = Evidence.objects.filter(pk=row.pk, state__in=TO_PROVIDE)
    if not still.update(**more_time(until)):
        raise NothingToSend
    row.granted_until = row.until = until


def leave(row: Evidence, *, until: datetime, at: datetime) -> None:
    """Ask again for a piece that could be sent no more, or with another anomaly, and leave time for it.

    Args:
        row: the piece, its registration locked; something must still be sent for it.
        until: until when, its deadline or later.
        at: the instant.
    """
    Evidence.objects.filter(pk=row.pk).update(asked_at=at, **more_time(until))
    row.asked_at, row.granted_until, row.until = at, until, until


def waive(row: Evidence, *, reason: str, by: Actor, at: datetime) -> None:
    """Ask no more of a piece, and say why. Raises ReasonMissing, Refused."""
    if not reason:
        raise ReasonMissing
    move(row, WAIVE, reason=reason, decided_at=at, decided_name=by.name)


def ask_again(row: Evidence, *, until: datetime | None, at: datetime) -> None:
    """Ask again for a piece that was waived: what was given for it before counts again.

    Args:
        row: the piece, its registration locked.
        until: until when it may be sent, if longer than its deadline gives.
        at: the instant.

    Raises:
        Refused: it is not waived any more.
    """
    if row.state != State.WAIVED:
        raise NotWaived
    back = _back(row)
    arrived = {} if back is ASK_AGAIN else {"arrived_at": at}
    time = more_time(until)
    move(row, back, asked_at=at, reason="", decided_at=None, decided_name="", **arrived, **time)
