"""A file that is given for a piece: kept, in force, looked at by the antivirus."""

from dataclasses import asdict, dataclass
from datetime import date, datetime
from uuid import UUID

from sporades.core import arriving
from sporades.core.actors import Actor
from sporades.core.french import size_in_words
from sporades.core.refusals import Refused
from sporades.core.transitions import move
from sporades.evidence.delays import more_time
from sporades.evidence.models import ANTIVIRUS, ArrivingFile, Deposit, Evidence
from sporades.evidence.queries import in_force, weight_of
from sporades.evidence.states import CLEAR, DEPOSIT, REJECT, SCAN, State
from sporades.registrations.came import CameBy
from sporades.registrations.evidence import instead

MOST_BYTES = 25_000_000
"""Of the files in force of one registration, one for each piece, where ten pieces are asked for."""

PIECES_OF_MOST, MORE_FOR_EACH = 10, 2_500_000
"""For how many pieces that is, and what each one beyond them adds to it, in bytes."""

INFECTED = (
    "Un programme malveillant a été trouvé dans ce fichier : personne ne l'ouvrira. Déposez-en un "
    "autre, fait depuis un autre appareil si vous le pouvez."
)


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


def announce(content: bytes, *, own: str, at: datetime) -> str:
    """Remember a file that is about to be kept until its row stands, and return its key.

    A file of a drawer and the proof of a request are announced here too: they are kept as a piece
    is, and their own rows take the announcement away.

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
        came_by=CameBy.POST,
        decided_at=None,
        decided_name="",
    )
    return made


def take_scan(
    row: Evidence,
    given: Given,
    *,
    posted_on: date,
    came_by: CameBy = CameBy.POST,
    by: Actor,
    at: datetime,
) -> Deposit:
    """Keep with its day the scan of a piece that came on paper, made by the office (L-05).

    Args:
        row: the piece, its registration locked.
        given, by, at: see `take`.
        posted_on: the day of the postmark, or of the other way.
        came_by: by which way it came.

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
        came_by=came_by,
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
        time = more_time(until)
        move(row, REJECT, reason=INFECTED, decided_at=at, decided_name=ANTIVIRUS, **time)
    return True


def sweep(*, older_than: datetime) -> int:
    """Erase the files that were announced and whose row never came; return how many.

    Those of a drawer and of a request too: their announcement goes with what writes their row, so
    that one which is left has no row anywhere.

    Raises:
        OutOfReach: the store does not answer; those that are left wait.
    """
    return arriving.sweep(ArrivingFile.objects.all(), Deposit.objects.all(), older_than=older_than)
