"""Make the pieces of a registration follow its version; take a file; say what it is worth."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from functools import reduce
from operator import or_
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet

from sporades.core import apart, arriving, leaving
from sporades.core.actors import CANDIDATE, Actor
from sporades.core.french import size_in_words
from sporades.core.prepared import prepared
from sporades.core.refusals import ReasonMissing, Refused
from sporades.core.transitions import Transition, move
from sporades.evidence.meanwhile import OTHER_POSTMARK, OtherFile, check_seen
from sporades.evidence.models import (
    ANTIVIRUS,
    ArrivingFile,
    Deposit,
    Evidence,
    Incompleteness,
    Verdict,
)
from sporades.evidence.queries import by_registration, in_force, owed_by, weight_of, words_of
from sporades.evidence.states import (
    ACCEPT,
    ASK_AGAIN,
    CHECK_AGAIN,
    CLEAR,
    CORRECT_POSTMARK,
    DEPOSIT,
    OVERTURN,
    RECEIVE,
    RECEIVE_AGAIN,
    REFUSE,
    REFUSED_AS_BEFORE,
    REJECT,
    SCAN,
    TAKE_AGAIN,
    TAKE_BACK,
    TO_PROVIDE,
    WAIVE,
    WAIVED_AS_BEFORE,
    WITHDRAW,
    State,
)
from sporades.exams.models.service import MINUTE
from sporades.notices.queries import read_only_between
from sporades.registrations.evidence import instead
from sporades.registrations.models import Registration
from sporades.registrations.queries import with_owed

MOST_BYTES = 25_000_000
"""Of the files in force of one registration, one for each piece, where ten pieces are asked for."""
PIECES_OF_MOST, MORE_FOR_EACH = 10, 2_500_000
"""For how many pieces that is, and what each one beyond them adds to it, in bytes."""

READ_ONLY_WITHIN = timedelta(days=2)
"""For how long after read-only mode the pieces whose last minute came in it are looked for."""

INFECTED = (
    "Un programme malveillant a été trouvé dans ce fichier : personne ne l'ouvrira. Déposez-en un "
    "autre, fait depuis un autre appareil si vous le pouvez."
)

type Told = Iterable[Mapping[str, Any]]


@dataclass(frozen=True)
class Given:
    """A file that is kept, about to have its row.

    Attributes:
        key: where it is kept.
        name: as its giver named it, clean.
        size: in bytes.
        pages: how many it has.
        sending: names the press of the button.
    """

    key: str
    name: str
    size: int
    pages: int
    sending: UUID


class TooMuch(Refused):
    """The files of a registration are too heavy together."""

    def __init__(self, row: Evidence, most: int) -> None:
        """Say what to do of a piece, by the ways by which it is given.

        Args:
            row: the piece.
            most: what its registration may keep, in bytes.
        """
        super().__init__(
            f"Une inscription garde {size_in_words(most)} de fichiers au plus : réduisez ce fichier, "
            f"ou {instead(row.registration, row.code)}."
        )


class NothingThere(Refused):
    """Nothing was given that may be found good: no paper, no file, or one that nobody opens."""

    message = "Rien de lisible n'est déposé pour cette pièce : elle ne peut pas être dite conforme."


class SamePostmark(Refused):
    """The day that is written is the one that is to be corrected."""

    message = "C'est la date qui est déjà écrite : rien n'est à corriger."


class NotReceived(Refused):
    """It is not noted as received by post, or something has taken its place."""

    message = "Cette pièce n'est pas notée comme reçue par courrier : rien n'est à annuler."


@dataclass(frozen=True)
class Refusal:
    """What a piece was refused for before something came by post for it.

    Attributes:
        reason: why, as its candidate read it.
        decided_at: when.
        decided_name: by whom.
        deposit: the key of the file that was refused, if it was one.
        posted_on: the postmark of the paper that was refused, if it was one.
    """

    reason: str
    decided_at: datetime
    decided_name: str
    deposit: int | None
    posted_on: date | None


class NotWaived(Refused):
    """It is asked for already, or was never waived."""

    message = "Cette pièce n'est plus dispensée : relisez-la."


class NothingToSend(Refused):
    """Something was given for it meanwhile, or it is asked for no more."""

    message = "Rien n'est plus à fournir pour cette pièce : relisez-la."


# --- What is asked for ------------------------------------------------------------------------


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
        Those that were known before, as they stand now, by their codes: the others are due.
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
        elif row.state != State.WITHDRAWN:
            move(row, WITHDRAW, reason="", decided_at=None, decided_name="")
    return known


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
    later = []
    for registration in Registration.objects.whole().with_owed().filter(pk__in=held):
        for piece in registration.owed["evidence"]:
            row = known.get((registration.pk, piece["code"]))
            until = datetime.fromisoformat(piece["until"])
            if row is not None and row.until < until:
                row.until = until
                later.append(row)
    Evidence.objects.bulk_update(later, ["until"])
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


# --- A file that is given ---------------------------------------------------------------------


def announce(content: bytes, *, own: str, at: datetime) -> str:
    """Remember a file that is about to be kept until its row stands, and return its key.

    Args:
        content: the bytes to keep.
        own: what `files.own_suffix` gave.
        at: the instant.
    """
    return arriving.announce(ArrivingFile.objects.all(), content, own=own, at=at)


def take(row: Evidence, given: Given, *, by: Actor, at: datetime) -> Deposit:
    """Put a file in force for a piece; the former one stays, out of force.

    Args:
        row: the piece, its registration locked.
        given: the file.
        by: who gives it.
        at: the instant at which the request arrived.

    Raises:
        TooMuch: it does not go with the other files of the registration.
        Refused: nothing is awaited for this piece any more.
    """
    made = _kept(row, given, by=by, at=at)
    move(
        row,
        DEPOSIT,
        deposit=made,
        arrived_at=at,
        reason="",
        posted_on=None,
        decided_at=None,
        decided_name="",
    )
    return made


def take_scan(row: Evidence, given: Given, *, posted_on: date, by: Actor, at: datetime) -> Deposit:
    """Keep with its postmark the scan of a piece that came by post, made by the office (L-05).

    Args:
        row: the piece, its registration locked.
        given, by, at: see `take`.
        posted_on: the day of the postmark.

    Raises:
        TooMuch: it does not go with the other files of the registration.
        Refused: nothing is awaited for this piece any more.
    """
    made = _kept(row, given, by=by, at=at)
    move(
        row,
        SCAN,
        deposit=made,
        posted_on=posted_on,
        arrived_at=row.arrived_at if row.state == State.POSTED else at,
        reason="",
        decided_at=None,
        decided_name="",
    )
    return made


def _kept(row: Evidence, given: Given, *, by: Actor, at: datetime) -> Deposit:
    """Write the row of a file that is kept, and take away what announced it. Raises TooMuch."""
    others = in_force(row.registration).exclude(evidence=row)
    asked = Evidence.objects.asked().filter(registration=row.registration)
    most = MOST_BYTES + MORE_FOR_EACH * max(0, asked.count() - PIECES_OF_MOST)
    if weight_of(others) + given.size > most:
        raise TooMuch(row, most)
    made: Deposit = Deposit.objects.create(
        evidence=row,
        **asdict(given),
        given_at=at,
        author_kind=by.kind,
        author_name=by.name,
        author_id=by.identifier,
    )
    arrived(given.key)
    return made


def arrived(key: str) -> None:
    """Forget that a file was announced: the row that names it stands."""
    arriving.arrived(ArrivingFile.objects.all(), key)


def note_scanned(
    deposit: Deposit, *, is_clean: bool, until: datetime | None = None, at: datetime
) -> bool:
    """Keep what the antivirus found in a file, once; return whether its piece has moved.

    A file out of force, or whose piece is not asked for any more, moves nothing.

    Args:
        deposit: the file, the registration of its piece locked.
        is_clean: whether nothing was found.
        until: until when it may be replaced otherwise, if longer than its deadline gives.
        at: the instant.
    """
    if (
        not Deposit.objects.unscanned()
        .filter(pk=deposit.pk)
        .update(scanned_at=at, is_clean=is_clean)
    ):
        return False
    row = deposit.evidence
    if row.deposit_id != deposit.pk or row.state != State.CHECKING:
        return False
    if is_clean:
        move(row, CLEAR)
    else:
        time = _more_time(until)
        move(row, REJECT, reason=INFECTED, decided_at=at, decided_name=ANTIVIRUS, **time)
    return True


def sweep(*, older_than: datetime) -> int:
    """Erase the files that were announced and whose row never came; return how many.

    Raises:
        OutOfReach: the store does not answer; those that are left wait.
    """
    return arriving.sweep(ArrivingFile.objects.all(), Deposit.objects.all(), older_than=older_than)


# --- What it is worth -------------------------------------------------------------------------


def accept(row: Evidence, *, seen: int | None, by: Actor, at: datetime) -> None:
    """Find a piece good. Raises OtherFile, Refused."""
    check_seen(row, seen)
    move(row, ACCEPT, decided_at=at, decided_name=by.name)
    _note_verdict(row, at=at)


def refuse(
    row: Evidence,
    *,
    reason: str,
    motive: str,
    until: datetime | None,
    seen: int | None,
    by: Actor,
    at: datetime,
) -> None:
    """Find that a piece is not what was asked for, and say why.

    Args:
        row: the piece, its registration locked.
        reason: why, as its candidate reads it.
        motive: what verifiers call the usual reason that it is, if it is one.
        until: until when it may be replaced, if longer than its deadline gives.
        seen: the key of the deposit that was looked at, if it was one.
        by: who decides.
        at: the instant.

    Raises:
        ReasonMissing, OtherFile, Refused: see each.
    """
    if not reason:
        raise ReasonMissing
    check_seen(row, seen)
    time = _more_time(until)
    move(row, REFUSE, reason=reason, decided_at=at, decided_name=by.name, **time)
    _note_verdict(row, motive=motive, at=at)


def overturn(row: Evidence, *, seen: int | None, by: Actor, at: datetime) -> None:
    """Find good, after all, a piece that was refused.

    Args:
        row: the piece, its registration locked.
        seen: the key of the deposit that was looked at, if it was one.
        by: who decides.
        at: the instant.

    Raises:
        OtherFile, NothingThere, Refused: see each.
    """
    check_seen(row, seen)
    if not row.is_there:
        raise NothingThere
    move(row, OVERTURN, reason="", decided_at=at, decided_name=by.name)
    _note_verdict(row, at=at)


def grant(row: Evidence, *, until: datetime) -> None:
    """Give more time for a piece for which something must still be sent, or cut back what was given.

    Args:
        row: the piece, its registration locked.
        until: until when, no earlier than its deadline.

    Raises:
        Refused: nothing is to be sent for it any more.
    """
    still = Evidence.objects.filter(pk=row.pk, state__in=TO_PROVIDE)
    if not still.update(**_more_time(until)):
        raise NothingToSend
    row.granted_until = row.until = until


def leave(row: Evidence, *, until: datetime, at: datetime) -> None:
    """Ask again for a piece that could be sent no more, and leave time for it.

    Args:
        row: the piece, its registration locked; something must still be sent for it.
        until: until when, later than its deadline.
        at: the instant.
    """
    Evidence.objects.filter(pk=row.pk).update(asked_at=at, **_more_time(until))
    row.asked_at, row.granted_until, row.until = at, until, until


def _more_time(until: datetime | None) -> dict[str, datetime]:
    return {} if until is None else {"granted_until": until, "until": until}


def _note_verdict(row: Evidence, *, motive: str = "", at: datetime) -> None:
    Verdict.objects.create(
        evidence=row, outcome=row.state, motive=motive, arrived_at=row.arrived_at, at=at
    )


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
    time = _more_time(until)
    move(row, back, asked_at=at, reason="", decided_at=None, decided_name="", **arrived, **time)


def note_lifted(registration: Registration, *, found_at: datetime | None, at: datetime) -> None:
    """Remember that the office lets a registration be without the pieces that it lacks.

    Args:
        registration: locked.
        found_at: when its anomaly was decided: another one than that of its pieces is not lifted so.
        at: the instant.
    """
    found = Incompleteness.objects.filter(registration=registration, at=found_at)
    found.update(lifted_at=at)


def receive(row: Evidence, *, posted_on: date, at: datetime) -> None:
    """Keep the postmark of a piece that came by post (L-05): its paper is in force. Raises Refused."""
    move(
        row,
        RECEIVE,
        deposit=None,
        posted_on=posted_on,
        arrived_at=at,
        reason="",
        decided_at=None,
        decided_name="",
    )


def correct_postmark(row: Evidence, *, posted_on: date, read: date, seen: int | None) -> None:
    """Write the postmark of a piece that came by post anew: what came, and when, stays.

    Args:
        row: the piece, its registration locked.
        posted_on: the day of the postmark.
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
    if posted_on == read:
        raise SamePostmark
    move(row, CORRECT_POSTMARK, posted_on=posted_on)


def take_back(
    row: Evidence, *, before: Refusal | None, since: datetime | None, seen: int | None
) -> int:
    """Undo that a piece came by post: it stands as before, and no scan of it is kept.

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
    nothing = {"posted_on": None, "deposit": None, "arrived_at": None}
    if row.state == State.WAIVED:
        move(row, WAIVED_AS_BEFORE, **nothing)
    elif before is None:
        move(row, TAKE_BACK, **nothing, reason="", decided_at=None, decided_name="")
    else:
        left = Deposit.objects.filter(evidence=row).exclude(pk__in=erased)
        kept = left.filter(pk=before.deposit).first() if before.deposit is not None else None
        move(row, REFUSED_AS_BEFORE, **{**nothing, **asdict(before), "deposit": kept})
    Deposit.objects.filter(pk__in=erased).delete()
    leaving.leave(erased.values())
    return len(erased)


def note_looked(row: Evidence, *, by: Actor, at: datetime) -> None:
    """Say to colleagues who has a piece open."""
    Evidence.objects.filter(pk=row.pk).update(
        looked_at=at, looked_by=by.identifier, looked_name=by.name
    )
