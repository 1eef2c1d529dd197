"""Send a request, take it back, decide it: what the room itself keeps (E7, I6)."""

from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sporades.candidates.models import Candidate, Identity
from sporades.core.days import midnight
from sporades.core.digests import digest
from sporades.core.french import local_day
from sporades.core.leaving import leave
from sporades.core.transitions import Transition, move
from sporades.registrations import accepted, journey
from sporades.registrations.changes import (
    changes_between,
    changes_by_answer,
    changes_of_identity,
)
from sporades.registrations.contacts import changes_contacts_alone
from sporades.registrations.dossier import Dossier, dossier_of
from sporades.registrations.models import (
    ChangeRequest,
    CorrectionRequest,
    Draft,
    LateRequest,
    Registration,
)
from sporades.registrations.models.request import DAYS_TO_COMPLETE, Asked, Request
from sporades.registrations.operations import filing, rebasing
from sporades.registrations.operations.drafting import refuse_unless
from sporades.registrations.refusals import (
    AnsweredMeanwhile,
    EndedAlready,
    ExamOver,
    Incomplete,
    MovedMeanwhile,
    NothingChanged,
    NothingToAsk,
)
from sporades.registrations.sections.identification import lives_elsewhere
from sporades.registrations.snapshot import as_read
from sporades.registrations.states import TAKE_BACK


def asked_by(draft: Draft, *, at: datetime) -> list[str]:
    """Return what a locked modification would change, in words, once every tab is judged.

    Raises:
        StillOpen: its service accepts it.
        ExamOver: the exam has taken place.
        Incomplete, NoLongerOffered, Refused: see `filing.check`.
        NothingToAsk: it changes nothing.
    """
    refuse_unless(draft.service, late=True, at=at)
    _refuse_over(draft, at=at)
    return _changes(draft, *filing.check(draft, at=at, late=True))


def mark_of(changes: list[str]) -> str:
    """Return what tells changes that a page showed from those that are asked since."""
    return digest(changes)


def seen_of(draft: Draft, *, at: datetime) -> "Outcome":
    """Return the same to who reads, and write nothing.

    Raises:
        StillOpen, ExamOver, NoLongerOffered, NothingToAsk: see `asked_by`.
        Incomplete: answers are missing or refused.
    """
    refuse_unless(draft.service, late=True, at=at)
    _refuse_over(draft, at=at)
    day = local_day(at, draft.service.zone)
    dossier = dossier_of(draft, day=day, is_asked_late=True)
    forms = journey.judged(dossier)
    if troubles := journey.troubles(forms):
        raise Incomplete(troubles)
    changes = _changes(draft, dossier, forms)
    keeps = changes_contacts_alone(draft.amends, dossier, forms)
    return Outcome(changes, [], lives_elsewhere(forms), keeps)


def _refuse_over(draft: Draft, *, at: datetime) -> None:
    if draft.amends is not None and draft.amends.is_exam_over(at):
        raise ExamOver


class Outcome(NamedTuple):
    """What accepting a request would change, in words.

    Attributes:
        changes: all of it.
        besides: what of it nobody has asked: the rules, or the academy, make it so.
        lives_elsewhere: whether its address is none of the academy where it stays.
        keeps: whether contact data alone change, which undoes nothing.
    """

    changes: list[str]
    besides: list[str]
    lives_elsewhere: bool
    keeps: bool


def outcome_of(request: ChangeRequest, *, at: datetime) -> Outcome:
    """Return what accepting a request would change now, and write nothing.

    It is not always what was asked: the rules, or the registration, may have changed since.

    Args:
        request: one that waits.
        at: the instant at which it is read.

    Raises:
        NoLongerStands, GivenAway: what it modifies stands no more, or elsewhere.
        AskedOfAnother: see `rebasing.bring_forward`.
        Incomplete, NoLongerOffered: see `filing.check`.
    """
    draft = Draft.objects.whole().get(pk=request.draft_id)
    filing.amended_by(draft, request.registration_id)
    day = local_day(at, draft.service.zone)
    answers = rebasing.brought_forward(draft, day=day)
    dossier = dossier_of(draft, day=day, answers=answers, is_asked_late=True)
    forms = journey.judged(dossier)
    if troubles := journey.troubles(forms):
        raise Incomplete(troubles)
    return _outcome(request, draft, dossier, forms, begun_from=draft.amends_version)


def refuse_unread(
    request: ChangeRequest,
    draft: Draft,
    dossier: Dossier,
    forms: filing.Forms,
    *,
    begun_from: int | None,
    shown: str,
) -> Outcome:
    """Return what accepting a request changes, once it is what was read: what is shown, else asked.

    Args:
        request: one that waits.
        draft: its draft, brought forward, as `filing.check` has judged it.
        dossier: what was judged.
        forms: its tabs, valid.
        begun_from: the number of the version that it started from.
        shown: what its page showed that would change, as `mark_of` says it, if it is said.

    Raises:
        AnsweredMeanwhile: something else would change.
    """
    found = _outcome(request, draft, dossier, forms, begun_from=begun_from)
    is_read = shown == mark_of(found.changes) if shown else not found.besides
    if not is_read:
        raise AnsweredMeanwhile
    return found


def _outcome(
    request: ChangeRequest,
    draft: Draft,
    dossier: Dossier,
    forms: filing.Forms,
    *,
    begun_from: int | None,
) -> Outcome:
    if draft.amends is None or begun_from is None:
        raise NothingToAsk
    wanted = {begun_from, draft.amends.version}
    versions = {one.number: one for one in draft.amends.versions.filter(number__in=wanted)}
    after = as_read(dossier, forms)
    of_all = {
        number: changes_by_answer(accepted.said_by(one), after) for number, one in versions.items()
    }
    asked = {
        key for key, said in of_all.get(begun_from, {}).items() if set(said) <= set(request.changes)
    }
    now = of_all[draft.amends.version]
    besides = [one for key, said in now.items() if key not in asked for one in said]
    changes = [one for said in now.values() for one in said]
    keeps = changes_contacts_alone(draft.amends, dossier, forms)
    return Outcome(changes, besides, lives_elsewhere(forms), keeps)


def _changes(draft: Draft, dossier: Dossier, forms: filing.Forms) -> list[str]:
    if draft.amends is None or draft.amends_version is None:
        raise NothingToAsk
    filed = draft.amends.versions.get(number=draft.amends_version)
    changes = changes_between(accepted.said_by(filed), as_read(dossier, forms))
    if not changes:
        raise NothingToAsk
    return changes


def send(
    *, draft: Draft, changes: list[str], reason: str, proof_key: str, at: datetime
) -> ChangeRequest:
    """Freeze a locked draft, and keep what it asks. Raises NothingToAsk for what modifies nothing."""
    if draft.amends is None:
        raise NothingToAsk
    draft.sent_at = at
    draft.save(update_fields=["sent_at", "regulation"])
    sent: ChangeRequest = ChangeRequest.objects.create(
        registration=draft.amends,
        draft=draft,
        reason=reason,
        changes=changes,
        proof_key=proof_key,
        sent_at=at,
    )
    return sent


def send_correction(
    *,
    candidate: Candidate,
    registration: Registration,
    identity: dict[str, Any],
    reason: str,
    proof_key: str,
    at: datetime,
) -> CorrectionRequest:
    """Keep which correction a locked candidate asks of frozen civil data.

    Args:
        candidate: whose civil data they are.
        registration: the last one filed of those that stand, or else of all.
        identity: the civil data asked for, as `IdentityForm.identity()` gives them.
        reason: why, if it is said.
        proof_key: where the proof is kept.
        at: the instant.

    Raises:
        NothingChanged: they are those that are kept, or read the same.
    """
    changes = changes_of_identity(candidate.identity, Identity(**identity))
    if not changes:
        raise NothingChanged
    sent: CorrectionRequest = CorrectionRequest.objects.create(
        candidate=candidate,
        registration=registration,
        before=candidate.identity,
        identity=identity,
        changes=changes,
        reason=reason,
        proof_key=proof_key,
        sent_at=at,
    )
    return sent


def take_back(request: Asked, *, at: datetime, name: str = "") -> None:
    """Take a request back, and erase its proof.

    Args:
        request: one that waits.
        at: the instant.
        name: who did otherwise what it asked for; nothing where its candidate takes it back.

    Raises:
        Refused: it does not wait any more.
    """
    # Completed meanwhile, from another page or by the office, it has another file than was read.
    rows: Any = type(request)._default_manager
    held = rows.filter(pk=request.pk).select_for_update(of=("self",), no_key=True)
    proof = held.values_list("proof_key", flat=True).first()
    end(request, TAKE_BACK, at=at, proof_key="", decided_name=name)
    leave([proof] if proof else [])


def ask_more(request: Request, *, missing: str, name: str, at: datetime) -> None:
    """Ask the candidate of a locked request for what it lacks: until they answer it is theirs.

    Args:
        request: one that waits for the office.
        missing: what it lacks, as its candidate will read it.
        name: of whoever asks.
        at: the instant.

    Raises:
        MovedMeanwhile: it does not wait for the office any more.
    """
    zone = request.registration.service.zone
    last = local_day(at, zone) + timedelta(days=DAYS_TO_COMPLETE)
    before = request.exchange
    _written(
        request,
        is_incomplete=False,
        missing=missing,
        asked_at=at,
        asked_name=name,
        complete_before=midnight(last + timedelta(days=1), zone),
        completed_at=None,
        complement="",
        complement_came_by="",
        exchanged=[*request.exchanged, before] if before else request.exchanged,
        paused_days=request.paused_days + DAYS_TO_COMPLETE,
    )


def complete(
    request: Request, *, words: str, proof_key: str, at: datetime, came_by: str = ""
) -> None:
    """Give a locked request back to its office, with what its candidate adds to it.

    Args:
        request: one of which something is missing.
        words: what they answer.
        proof_key: where its proof is kept now, with all that was sent before; nothing where nothing
            is added to it.
        at: the instant at which it came.
        came_by: by which way, of what its candidate has not sent on line.

    Raises:
        MovedMeanwhile: nothing is missing of it any more.
    """
    former = request.proof_key
    proof = {"proof_key": proof_key, "proof_scanned_at": None, "proof_is_clean": None}
    _written(
        request,
        is_incomplete=True,
        completed_at=at,
        complement=words,
        complement_came_by=came_by,
        paused_days=request.paused_since(request.sent_at, until=at),
        **(proof if proof_key else {}),
    )
    if proof_key and former:
        leave([former])


def correct_day(request: Request, *, at: datetime) -> None:
    """Say of a locked request that what it lacked came at another instant; its delays are counted anew.

    Args:
        request: one that its service has noted as completed.
        at: the instant at which it came.

    Raises:
        MovedMeanwhile: it does not wait for the office any more.
    """
    request.completed_at = at
    paused = request.paused_since(request.sent_at)
    _written(request, is_incomplete=False, completed_at=at, paused_days=paused)


def _written(request: Request, *, is_incomplete: bool, **stamps: Any) -> None:
    """Write what was asked for, or has come, of one that waits for whom it is said; else refuse to."""
    requests: Any = type(request)._default_manager
    waiting = (
        requests.incomplete()
        if is_incomplete
        else requests.waiting().exclude(asked_at__isnull=False, completed_at=None)
    )
    if not waiting.filter(pk=request.pk).update(**stamps):
        raise MovedMeanwhile
    for name, value in stamps.items():
        setattr(request, name, value)


def refuse_ended(request: Asked) -> None:
    """Refuse to decide what waits no more, before anything is done of it: its draft is locked.

    Raises:
        Refused: it was decided or taken back meanwhile.
    """
    requests: Any = type(request)._default_manager
    if not requests.waiting().filter(pk=request.pk).exists():
        raise EndedAlready


def end(request: Asked, transition: Transition, *, at: datetime, **stamps: Any) -> None:
    """End a request; if it has a draft, that may be answered again unless it was filed.

    Raises:
        Refused: it does not wait any more.
    """
    move(request, transition, decided_at=at, **stamps)
    if isinstance(request, ChangeRequest | LateRequest):
        # Of what is filed it stays, to the proof of its filing: its candidate had typed it.
        Draft.objects.unfiled().filter(pk=request.draft_id).update(sent_at=None)
