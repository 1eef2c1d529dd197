"""A piece that came by post, or was handed over: its day and its way, corrected, and taken back.

What its candidate gave is taken back likewise.
"""

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from types import MappingProxyType
from typing import Any

from django.db.models import Q

from sporades.core import leaving
from sporades.core.actors import CANDIDATE
from sporades.core.refusals import Refused
from sporades.core.transitions import Transition, move
from sporades.evidence.meanwhile import OTHER_POSTMARK, OtherFile, check_seen
from sporades.evidence.models import Deposit, Evidence
from sporades.evidence.queries import given_unopened
from sporades.evidence.states import (
    CORRECT_POSTMARK,
    RECEIVE,
    REFUSED_AS_BEFORE,
    RETRACT,
    RETRACT_TO_REFUSED,
    TAKE_BACK,
    WAIVED_AS_BEFORE,
    State,
)
from sporades.registrations.came import CameBy

_NOTHING: Mapping[str, Any] = MappingProxyType(
    {"posted_on": None, "came_by": CameBy.POST, "deposit": None, "arrived_at": None}
)
"""What is written of a piece for which nothing is there any more."""


class SamePostmark(Refused):
    """The day that is written is the one that is to be corrected."""

    message = "C'est ce qui est déjà écrit : rien n'est à corriger."


class NotReceived(Refused):
    """It is not noted as received, or something has taken its place."""

    message = "Cette pièce n'est pas notée comme reçue : rien n'est à annuler."


@dataclass(frozen=True)
class Refusal:
    """What a piece was refused for before something came by post for it.

    Attributes:
        reason: why, as its candidate read it.
        decided_at: when.
        decided_name: by whom.
        deposit: the key of the file that was refused, if it was one.
        posted_on: the postmark of the paper that was refused, if it was one.
        came_by: by which way that paper came.
    """

    reason: str
    decided_at: datetime
    decided_name: str
    deposit: int | None
    posted_on: date | None
    came_by: CameBy = CameBy.POST


def receive(row: Evidence, *, posted_on: date, came_by: CameBy, at: datetime) -> None:
    """Keep the day and the way of a piece that came (L-05): its paper is in force. Raises Refused."""
    move(
        row,
        RECEIVE,
        deposit=None,
        posted_on=posted_on,
        came_by=came_by,
        arrived_at=at,
        reason="",
        decided_at=None,
        decided_name="",
    )


def correct_postmark(
    row: Evidence, *, posted_on: date, came_by: CameBy, read: date, seen: int | None
) -> None:
    """Write the day, or the way, of a piece that came anew: what came, and when, stays.

    Args:
        row: the piece, its registration locked.
        posted_on: the day of the postmark, or of the other way.
        came_by: by which way it came.
        read: the day that was read as wrong.
        seen: the key of the scan that was looked at, if there was one.

    Raises:
        OtherFile: a colleague has joined a scan, or written another day, meanwhile.
        SamePostmark: nothing is corrected.
        Refused: it stands no more as it was read.
    """
    check_seen(row, seen)
    if row.posted_on != read:
        raise OtherFile(OTHER_POSTMARK)
    if posted_on == read and came_by == row.came_by:
        raise SamePostmark
    move(row, CORRECT_POSTMARK, posted_on=posted_on, came_by=came_by)


def take_back(
    row: Evidence, *, before: Refusal | None, since: datetime | None, seen: int | None
) -> int:
    """Undo that a piece came: it stands as before, and no scan of it is kept.

    What came was somebody else's: whose piece it is opens it no more.

    Args:
        row: the piece, its registration locked.
        before: why it was refused as this came, if it was.
        since: when it came, where that is known: what the office has scanned since is erased.
        seen: the key of the scan that was looked at, if there was one.

    Returns:
        How many scans are erased.

    Raises:
        OtherFile: a colleague has joined another scan meanwhile.
        NotReceived, Refused: see each.
    """
    check_seen(row, seen)
    if not row.is_received:
        raise NotReceived
    scans = Q(pk=row.deposit_id) if since is None else Q(pk=row.deposit_id) | Q(given_at__gte=since)
    own = Deposit.objects.filter(scans, evidence=row).exclude(author_kind=CANDIDATE)
    erased = dict(own.values_list("pk", "key"))
    if row.state == State.WAIVED:
        move(row, WAIVED_AS_BEFORE, **_NOTHING)
    else:
        _move_back(row, before, erased, to_owed=TAKE_BACK, to_refused=REFUSED_AS_BEFORE)
    return _erase(erased)


def retract(
    row: Evidence, *, before: Refusal | None, since: datetime | None, read: Collection[int]
) -> int:
    """Undo that a candidate gave a file: the piece stands as before, and the file is erased.

    So are those that this one replaced, where nobody has opened the piece since they were given: what
    was put there by error may be among their pages. A file that was judged stays, and so does every
    copy: each has its own.

    Args:
        row: the piece, its registration locked.
        before: why it was refused as the file was given, if it was.
        since: when the first of these files was given, where that is known.
        read: the keys of those that the office has read: they stay.

    Returns:
        How many files are erased.

    Raises:
        Refused: it stands no more as it was read.
    """
    erased = dict(given_unopened(row, since=since, read=read).values_list("pk", "key"))
    _move_back(row, before, erased, to_owed=RETRACT, to_refused=RETRACT_TO_REFUSED)
    return _erase(erased)


def _move_back(
    row: Evidence,
    before: Refusal | None,
    erased: Mapping[int, str],
    *,
    to_owed: Transition,
    to_refused: Transition,
) -> None:
    """Make a piece what it was before something came: owed, or refused as it was.

    Args:
        row: the piece.
        before: why it was refused, if it was.
        erased: the files that came, by their keys: none of them is in force any more.
        to_owed, to_refused: the moves.
    """
    if before is None:
        move(row, to_owed, **_NOTHING, reason="", decided_at=None, decided_name="")
        return
    left = Deposit.objects.filter(evidence=row).exclude(pk__in=erased)
    kept = left.filter(pk=before.deposit).first() if before.deposit is not None else None
    move(row, to_refused, **{**_NOTHING, **asdict(before), "deposit": kept})


def _erase(files: Mapping[int, str]) -> int:
    Deposit.objects.filter(pk__in=files).delete()
    leaving.leave(files.values())
    return len(files)
