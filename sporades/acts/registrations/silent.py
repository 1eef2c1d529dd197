"""What silence has made of a registration that nobody has answered: its receipt says from when (CRPA L. 231-1)."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

from sporades.core.french import day_in_words, local_day
from sporades.core.refusals import Refused
from sporades.evidence.models import Evidence, Verdict
from sporades.evidence.queries import rows_of
from sporades.evidence.states import TO_PROVIDE
from sporades.evidence.states import State as PieceState
from sporades.exams.rules.silence import Silence
from sporades.journal.queries import entries_about
from sporades.registrations.models import Registration
from sporades.registrations.operations.correcting import SIGNED_AGAIN
from sporades.registrations.queries import with_owed
from sporades.registrations.receipt import silence_about
from sporades.registrations.states import State

RECEIVED, TAKEN_BACK = "summary received", "summary reception taken back"
"""What the journal calls a signed summary that came back, and one that was another candidate's."""
WAIVED = "piece waived"
ASKED_MORE = "piece asked for"
FLAGGED = "anomaly found"
ANSWERED = ("registration validated", "registration set aside")
ANEW = ("anomaly cleared", "validation undone", "registration restored")
DECIDED = (FLAGGED, *ANSWERED, *ANEW)
"""What it calls a decision: that something is missing, those that answer, and after which silence counts anew."""
NOT_COME = datetime.max.replace(tzinfo=UTC)
SET_ASIDE_WOULD = "Écarter cette inscription"


class AcceptedBySilence(Refused):
    """To set it aside takes back what its candidate has had since."""

    message = (
        "Faute de réponse, cette inscription est réputée acceptée : l'écarter retire cette acceptation. "
        "Lisez ce que la page en dit, et cochez la case si vous l'écartez."
    )


def acceptance_of(registration: Registration, *, at: datetime) -> Silence | None:
    """Return the silence that has accepted a registration; nothing where none has.

    It counts from when all that was asked for had come (CRPA L. 114-5), and anew from what was filed
    or decided before it was over: who was answered, or told that something is missing, was not left in
    silence. What is asked for, refused or found missing once it has accepted takes nothing back.

    Args:
        registration: as it stands, with its service.
        at: now.
    """
    if registration.state not in (State.REGISTERED, State.ANOMALY):
        return None
    filed_at = registration.amended_at or registration.filed_at
    if _accepted(registration, filed_at, at=at) is None:
        return None
    found = with_owed.get(pk=registration.pk)
    if not found.told:  # brought from elsewhere, nothing was promised here
        return None
    pieces: list[_Owed] = [*_pieces_of(found, since=filed_at)]
    if found.told["to_return"]:
        pieces.append(_summary_of(found, since=filed_at))
    for since, until in _unanswered(found, filed_at=filed_at, at=at):
        instants = {until, *(one for piece in pieces for one in piece.lacked_at)}
        for instant in sorted(one for one in instants if since < one <= until):
            came = [piece.came_by(instant) for piece in pieces]
            if any(one == NOT_COME for one in came):
                continue
            whole_at = max(filter(None, [since, *came]))
            silence = _accepted(found, whole_at, at=instant)
            if silence is not None:
                return silence
    return None


def _accepted(registration: Registration, received_at: datetime, *, at: datetime) -> Silence | None:
    silence = silence_about(registration, received_at)
    today = local_day(at, registration.service.zone)
    return silence if silence is not None and silence.has_accepted(today) else None


def _unanswered(
    registration: Registration, *, filed_at: datetime, at: datetime
) -> list[tuple[datetime, datetime]]:
    """Return when nobody had answered, from when until when: an anomaly ends one, its end begins another.

    Before a validation, or an exclusion, nothing counts any more. An anomaly stands through a modification.
    """
    found: list[tuple[datetime, datetime]] = []
    since: datetime | None = filed_at
    acts = entries_about(registration).filter(verb__in=DECIDED)
    for verb, instant in acts.order_by("at", "pk").values_list("verb", "at"):
        if instant < filed_at:
            since = None if verb == FLAGGED else filed_at
            continue
        if verb == FLAGGED and since is not None:
            found.append((since, instant))
        elif verb in ANSWERED:
            found = []
        since = instant if verb in ANEW else None
    return found if since is None else [*found, (since, at)]


class _Owed(Protocol):
    """Something that is to come, and what became of it."""

    @property
    def lacked_at(self) -> list[datetime]:
        """From when on it was lacking."""

    def came_by(self, instant: datetime) -> datetime | None:
        """Return since when it was there just before an instant, or `NOT_COME`; nothing while it was not asked for."""


@dataclass(frozen=True)
class _Summary:
    """The signed summary, and what became of it.

    Attributes:
        asked_at: since when it is asked for: the academy that had it before may have asked for none.
        noted_at: when it was noted, if it has come.
        anew: when it was asked for anew, to be signed by two, and since when the one before was there.
    """

    asked_at: datetime
    noted_at: datetime | None
    anew: tuple[tuple[datetime, datetime], ...]

    @property
    def lacked_at(self) -> list[datetime]:
        """From when on it was lacking."""
        return [self.asked_at, *(at for at, _ in self.anew)]

    def came_by(self, instant: datetime) -> datetime | None:
        """Return when it was noted, or `NOT_COME`; nothing while it was not asked for."""
        if self.asked_at >= instant:
            return None
        for at, noted_at in self.anew:
            if noted_at < instant <= at:
                return noted_at
        return self.noted_at or NOT_COME


@dataclass(frozen=True)
class _Piece:
    """A mandatory piece, and what became of it.

    Attributes:
        row: the piece.
        asked_at: since when it is asked for: in the same words again, since the first time.
        waived_at: when it was last waived before it was asked for again, if it was.
        refusals: when it was refused, and since when what was refused had been there.
    """

    row: Evidence
    asked_at: datetime
    waived_at: datetime | None
    refusals: tuple[tuple[datetime, datetime], ...]

    @property
    def lacked_at(self) -> list[datetime]:
        """From when on it was lacking."""
        return [self.asked_at, *(at for at, _ in self.refusals)]

    def came_by(self, instant: datetime) -> datetime | None:
        """Return since when it was there just before an instant, or `NOT_COME`; nothing while it was not asked for."""
        row = self.row
        if self.asked_at >= instant:
            return self.waived_at
        if row.state != PieceState.OWED:  # taken back, what was refused was not theirs
            for at, arrived_at in self.refusals:
                if arrived_at < instant <= at:
                    return arrived_at
        if row.state in (*TO_PROVIDE, PieceState.CHECKING):
            return NOT_COME
        return row.arrived_at or row.decided_at


def _pieces_of(registration: Registration, *, since: datetime) -> list[_Piece]:
    """Return the mandatory pieces of a registration, with what became of each since it was filed."""
    rows = [row for row in rows_of(registration=registration.pk) if row.is_mandatory]
    refusals: dict[int, list[tuple[datetime, datetime]]] = {}
    for one in Verdict.objects.filter(evidence__in=rows, outcome=PieceState.REFUSED).order_by("at"):
        if one.arrived_at is not None:
            refusals.setdefault(one.evidence_id, []).append((one.at, one.arrived_at))
    acts = entries_about(registration).filter(verb__in=(WAIVED, ASKED_MORE), at__gte=since)
    said = [(one.verb, one.payload["after"]["piece"], one.at) for one in acts.order_by("at", "pk")]
    found = []
    for row in rows:
        mine = [(verb, at) for verb, code, at in said if code == row.code and at < row.asked_at]
        waived_at = max((at for verb, at in mine if verb == WAIVED), default=None)
        asked_at = row.asked_at
        if waived_at is None:
            asked_at = min((at for _, at in mine), default=asked_at)
        found.append(_Piece(row, asked_at, waived_at, tuple(refusals.get(row.pk, ()))))
    return found


def _summary_of(registration: Registration, *, since: datetime) -> _Summary:
    """Return the signed summary that its last version asks for, with what became of it since it was filed."""
    asked = registration.versions.filter(filed_at__gte=since).exclude(snapshot__to_return=None)
    asked_at = asked.order_by("number").values_list("filed_at", flat=True).first()
    is_here = registration.summary_posted_on is not None
    noted_at = _noted_at(registration, since=since) if is_here else None
    again = registration.versions.filter(filed_at__gte=since, changes__contains=[SIGNED_AGAIN])
    anew = [
        (at, before)
        for at in again.order_by("number").values_list("filed_at", flat=True)
        if (before := _noted_at(registration, since=since, until=at)) is not None
    ]
    return _Summary(asked_at or since, noted_at, tuple(anew))


def _noted_at(
    registration: Registration, *, since: datetime, until: datetime | None = None
) -> datetime | None:
    """Return when the signed summary that counts, or counted until an instant, was first noted.

    Not one that was another candidate's, nor one that counts no more since it is to be signed by two:
    the next one was noted where none was. A postmark that is corrected dates nothing.
    """
    acts = entries_about(registration).filter(verb=RECEIVED, at__gte=since)
    if until is not None:
        acts = acts.filter(at__lt=until)
    first = acts.filter(payload__before__isnull=True).order_by("-at", "-pk")
    return first.values_list("at", flat=True).first()


def to_set_aside_in_words(registration: Registration, *, at: datetime) -> str:
    """Say to who may set a registration aside what the law makes of it once silence has accepted; else nothing."""
    silence = acceptance_of(registration, at=at)
    if silence is None:
        return ""
    today = local_day(at, registration.service.zone)
    act = silence.to_refuse_in_words(today, act=SET_ASIDE_WOULD)
    return f"{silence.in_words(today)}. {act}"


def taken_back_in_words(silence: Silence) -> str:
    """Say to its candidate that what silence had accepted is taken back."""
    day = day_in_words(silence.on)
    return (
        f"Faute de réponse, elle était réputée acceptée depuis le {day} : cette décision retire cette "
        "acceptation."
    )
