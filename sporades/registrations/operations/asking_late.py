"""Ask to be registered once the service has closed: what the room itself keeps of it."""

from datetime import date, datetime
from typing import NamedTuple

from sporades.candidates.models import Candidate
from sporades.core.french import day_in_words, local_day
from sporades.core.leaving import leave
from sporades.exams.models.service import MINUTE
from sporades.exams.queries import last_date_of, programme_of
from sporades.registrations.deadlines import after_reading, days_from, last_minute_of
from sporades.registrations.exclusion import exclusion_of
from sporades.registrations.models import Draft, LateRequest, Registration
from sporades.registrations.models.late_request import DAYS_TO_ASK, DAYS_TO_ASK_AGAIN
from sporades.registrations.operations import filing
from sporades.registrations.refusals import AlreadyRegistered, NotAskedLate
from sporades.registrations.snapshot import as_read

_OPEN = "Le service est ouvert : enregistrez votre inscription, sans en faire la demande."
_NEVER = "Pour cet examen ou concours, aucune inscription ne se demande en ligne une fois le service fermé."
_TOO_LATE = "Une inscription tardive se demandait en ligne jusqu'au {last} : ce délai est passé."
_OF_ANOTHER = "Seule une première inscription se demande ainsi."


def why_not(draft: Draft, *, at: datetime, ended_at: datetime | None = None) -> NotAskedLate | None:
    """Return why its candidate may not ask for what a draft would file; or nothing.

    What it lacks, and what excludes it, is another matter.

    Args:
        draft: with its service.
        at: now.
        ended_at: when the request that waits would have ended; nothing where it has, or none does.
    """
    service = draft.service
    if draft.amends_id is not None or draft.author_id is not None:
        return NotAskedLate(_OF_ANOTHER)
    if not service.has_closed(at):
        return NotAskedLate(_OPEN)
    programme = programme_of(service)
    offered = programme.exam(draft.exam.code) if programme else None
    if offered is None or not offered.rules.late_registration or not draft.is_offered:
        return NotAskedLate(_NEVER)
    until = _until(draft, ended_at=ended_at)
    last = _day_in_words(draft, until)
    return NotAskedLate(_TOO_LATE.format(last=last)) if at >= until + MINUTE else None


def last_day_in_words(draft: Draft) -> str:
    """Say the last day, whole, on which what was not saved is asked for, or asked again."""
    return _day_in_words(draft, _until(draft))


class Again(NamedTuple):
    """Whether what was asked late may be asked again, once it waits no more.

    Attributes:
        until: its last day, whole, in words; nothing where it may not.
        is_over: whether it may not; of a service that is open, what to do is another matter.
    """

    until: str
    is_over: bool


def again(request: LateRequest, *, at: datetime) -> Again:
    """Return whether a request may be sent again: one that waits, were it taken back or refused now.

    Args:
        request: with its draft.
        at: now.
    """
    draft, ended_at = request.draft, request.decided_at or at
    if not draft.service.has_closed(at):
        return Again("", is_over=False)
    if why_not(draft, at=at, ended_at=ended_at) is not None or _is_excluded(draft):
        return Again("", is_over=True)
    return Again(_day_in_words(draft, _until(draft, ended_at=ended_at)), is_over=False)


def _day_in_words(draft: Draft, until: datetime) -> str:
    return day_in_words(local_day(until, draft.service.zone))


def _until(draft: Draft, *, ended_at: datetime | None = None) -> datetime:
    """Return until when it is asked: thirty days, fifteen once one has ended, never after the exam.

    Whoever asked in time is not too late for having been answered, or read, after the delay: what
    was missing may be sent, a file that is whole, or other answers. A request that was refused or
    taken back was sent in time.

    Args:
        draft: with its service.
        ended_at: as `why_not` has it.

    Returns:
        Its last minute, by the clock of the service.
    """
    service = draft.service
    ended_at = ended_at or _last_ended(draft)
    delays = [(service.closes_at, DAYS_TO_ASK)]
    if ended_at is not None:
        delays.append((ended_at, DAYS_TO_ASK_AGAIN))
    asked = [after_reading(service, days_from(service, at, days=days)) for at, days in delays]
    last = last_date_of(service, exam=draft.exam.code, regulation=draft.regulation_id)
    return min(max(asked), last_minute_of(service, last or date(draft.exam.session.year, 12, 31)))


def _last_ended(draft: Draft) -> datetime | None:
    ended = draft.late_requests.filter(decided_at__isnull=False).order_by("-decided_at")
    found: datetime | None = ended.values_list("decided_at", flat=True).first()
    return found


def _is_excluded(draft: Draft) -> bool:
    own = Registration.objects.filter(candidate=draft.candidate_id).for_list()
    return exclusion_of(draft, own) is not None


def check(draft: Draft, *, at: datetime) -> str:
    """Check that a locked draft may be asked for as it is; return what tells its answers from others.

    Args:
        draft: the candidate's.
        at: the instant.

    Raises:
        NotAskedLate: it may not, see `why_not`.
        AlreadyRegistered: another registration of the candidate excludes it.
        Incomplete, RulesChanged, Refused: see `filing.check`.
    """
    if (refusal := why_not(draft, at=at)) is not None:
        raise refusal
    if _is_excluded(draft):
        raise AlreadyRegistered
    dossier, forms = filing.check(draft, at=at, late=True)
    return filing.mark_of(draft, as_read(dossier, forms))


def leave_proofs(candidate: Candidate) -> None:
    """Leave the files of what a candidate asked for late, whose drafts are about to go with them."""
    theirs = LateRequest.objects.filter(draft__candidate=candidate).exclude(proof_key="")
    leave(list(theirs.values_list("proof_key", flat=True)))


def send(*, draft: Draft, reason: str, proof_key: str, at: datetime) -> LateRequest:
    """Freeze a locked draft that was checked, and keep why it is asked for.

    Args:
        draft: the candidate's.
        reason: why.
        proof_key: where what shows it is kept; nothing where nothing does.
        at: the instant.
    """
    draft.sent_at = at
    draft.save(update_fields=["sent_at", "regulation"])
    sent: LateRequest = LateRequest.objects.create(
        draft=draft, reason=reason, proof_key=proof_key, sent_at=at
    )
    return sent
