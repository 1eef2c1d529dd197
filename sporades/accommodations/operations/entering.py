"""Enter a request that came on paper: what the office reads there is kept, and sent at once (L-05)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sporades.accommodations.late import (
    BEFORE,
    as_it_stands,
    counted_at,
    stood_before,
    was_entered_last,
)
from sporades.accommodations.models import Case, Signature
from sporades.accommodations.operations.asking import Asked, send, sign, write
from sporades.accommodations.operations.refusals import (
    HasAccount,
    LookedAt,
    NotAnotherAsked,
    NotDeclared,
    NotOffered,
    NotOnPaper,
    NotStanding,
    NotTheirs,
    WrittenThere,
)
from sporades.accommodations.rules import Wish, rules_of, rules_under, written_under
from sporades.accommodations.states import TAKE_UP, State
from sporades.core.refusals import Refused
from sporades.core.transitions import move
from sporades.registrations.models import Registration

STATEMENT = (
    "Le représentant légal a signé sur papier la demande faite au nom du candidat, lue par le service "
    "gestionnaire."
)
"""What is kept with a signature that was given on paper: the office attests that it has read it."""


@dataclass(frozen=True)
class OnPaper:
    """What a paper says beside what it asks.

    Attributes:
        posted_on: the day of its postmark.
        has_envelope: whether a closed envelope of papers of health came with it.
        guardian: who has signed for a minor; nobody of somebody of age.
        quality: mother, father, guardian.
        is_namesake: whether the guardian bears the candidate's very names, as the paper shows.
        is_another: whether the guardian is another than the registration names, as the paper shows.
    """

    posted_on: date
    has_envelope: bool = False
    guardian: str = ""
    quality: str = ""
    is_namesake: bool = False
    is_another: bool = False


def why_not_entered(
    registration: Registration, case: Case | None, *, last_day: date | None
) -> Refused | None:
    """Return why nothing that came on paper is entered for a registration; nothing where it may be.

    Args:
        registration: with its candidate.
        case: its request of which something is awaited, if there is one.
        last_day: that on which its candidate came to have an account, if they had none: until then
            they asked on paper.
    """
    if rules_under(registration, written_under(registration, case)) is None:
        return NotOffered()
    if registration.candidate.has_account and (why := _why_not_of_an_account(case, last_day)):
        return why
    if not registration.is_active:
        return NotStanding()
    if case is None:
        return None if registration.has_disability else NotDeclared()
    if case.state == State.ASKED and case.instead_of_id is None:
        return None if case.is_on_paper else NotOnPaper()
    return None if case.is_writable else LookedAt()


def _why_not_of_an_account(case: Case | None, last_day: date | None) -> Refused | None:
    if last_day is None or (case is not None and case.instead_of_id is not None):
        return HasAccount()
    is_written_there = case is not None and case.is_undecided and not _is_as_entered(case)
    return WrittenThere() if is_written_there else None


def _is_as_entered(case: Case) -> bool:
    """Return whether its candidate has written nothing in their space of what came on paper."""
    is_left = not case.is_preparing and not case.is_changed_since_incomplete
    return was_entered_last(case) and is_left


def enter(case: Case, asked: Asked, paper: OnPaper, *, at: datetime) -> Signature | None:
    """Keep what a paper asks and send it: it is in time by its postmark.

    One that stands as it was entered is entered anew, all of it: what was read wrongly leaves nothing.

    Args:
        case: locked, with its registration, locked too.
        asked: what the paper asks.
        paper: what it says beside that.
        at: the instant.

    Returns:
        The signature of a guardian, where one had to sign.

    Raises:
        NotStanding, NotOffered, TooLate, NothingAsked, UnknownMeasure: see each.
        PapersMissing, PrecisionMissing, Excluding, LateReasonMissing, AddedTooLate: see each.
        NoPaperLeft, NotSigned, OwnSignature, NotAnotherAsked: see each.
        Refused: it stands no more as it was read.
    """
    counted = counted_at(case.registration, paper.posted_on)
    received_at = _received_at(case, paper, at=at)
    if case.state == State.ASKED:
        before = _take_back(case)
    else:
        before = None if case.asked_at is None else as_it_stands(case)
    try:
        write(case, asked, at=counted)
    except NotTheirs:
        raise NotAnotherAsked from None
    case.posted_on, case.has_envelope = paper.posted_on, _has_envelope(paper, before)
    case.save(update_fields=["posted_on", "has_envelope"])
    signature = None
    if paper.guardian and case.registration.is_minor_on(paper.posted_on):
        signature, _ = sign(
            case,
            name=paper.guardian,
            quality=paper.quality,
            statement=STATEMENT,
            is_namesake=paper.is_namesake,
            is_another=paper.is_another,
            posted_on=paper.posted_on,
            at=at,
        )
    send(case, at=received_at, posted_on=paper.posted_on)
    if before is not None:
        case.received = {**(case.received or {}), BEFORE: before}
        case.save(update_fields=["received"])
    return signature


def _received_at(case: Case, paper: OnPaper, *, at: datetime) -> datetime:
    """Return when a paper was received: what is entered anew was when it was first entered.

    Its candidate was told so, and from when silence counts. What was posted later is another paper.
    """
    if case.state != State.ASKED or case.asked_at is None:
        return at
    is_another = paper.posted_on > case.registration.last_day(case.asked_at)
    return at if is_another else case.asked_at


def _has_envelope(paper: OnPaper, before: dict[str, Any] | None) -> bool:
    """Return whether an envelope is there: what completes a request takes none that came before it."""
    return paper.has_envelope or bool(before and before["has_envelope"])


def _take_back(case: Case) -> dict[str, Any] | None:
    """Take up what was entered, to enter it anew: as if it had not come; return what stood before it.

    It is another revision, whatever changes: a signature is of one, and may be what was read wrongly.
    Where the version of now takes no request, its own is left: what is entered anew is judged by it.
    """
    before = stood_before(case)
    forgotten = {
        "asked_at": None,
        "first_asked_at": None,
        "regulation_id": None if rules_of(case.registration) else case.regulation_id,
        "late_reason": "",
        "late_words": "",
    }
    move(
        case,
        TAKE_UP,
        left_at=None,
        revision=case.revision + 1,
        received=before and before["received"],
        **({} if before else forgotten),
    )
    return before


def is_entered(case: Case, asked: Asked, paper: OnPaper) -> bool:
    """Return whether a request says already what a paper asks: it was entered a moment ago.

    Args:
        case: with its registration.
        asked: what the paper asks.
        paper: what it says beside that.
    """
    signature = case.signature
    signed = (signature.name, signature.quality) if signature else ("", "")
    return (
        case.state == State.ASKED
        and _told(Wish(one.code, tuple(one.papers), one.precision) for one in case.measures.all())
        == _told(asked.wishes)
        and (case.plan, case.has_former_decision) == (asked.plan, asked.has_former_decision)
        and case.posted_on == paper.posted_on
        and case.has_envelope == _has_envelope(paper, stood_before(case))
        and signed == (paper.guardian, paper.quality)
    )


def _told(wishes: Iterable[Wish]) -> set[tuple[str, tuple[str, ...], str]]:
    return {(one.code, one.papers, one.precision) for one in wishes}
