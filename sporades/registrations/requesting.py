"""Send a request, take it back, decide it: what the room itself keeps (E7, I6)."""

from datetime import datetime
from typing import Any

from django.db import transaction

from sporades.candidates.models import Candidate, Identity
from sporades.core import files
from sporades.core.digests import digest
from sporades.core.french import local_day
from sporades.core.transitions import Transition, move
from sporades.registrations import accepted, filing, journey, rebasing
from sporades.registrations.changes import changes_between, changes_of_identity
from sporades.registrations.dossier import Dossier, dossier_of
from sporades.registrations.drafting import refuse_unless
from sporades.registrations.models import ChangeRequest, CorrectionRequest, Draft, Registration
from sporades.registrations.models.request import Request
from sporades.registrations.refusals import (
    AnsweredMeanwhile,
    Incomplete,
    NothingChanged,
    NothingToAsk,
)
from sporades.registrations.snapshot import as_read
from sporades.registrations.states import TAKE_BACK


def asked_by(draft: Draft, *, at: datetime) -> list[str]:
    """Return what a locked modification would change, in words, once every tab is judged.

    Raises:
        StillOpen: its service accepts it.
        Incomplete, NoLongerOffered, Refused: see `filing.check`.
        NothingToAsk: it changes nothing.
    """
    refuse_unless(draft.service, late=True, at=at)
    return _changes(draft, *filing.check(draft, at=at, late=True))


def mark_of(changes: list[str]) -> str:
    """Return what tells changes that a page showed from those that are asked since."""
    return digest(changes)


def seen_of(draft: Draft, *, at: datetime) -> list[str]:
    """Return the same to who reads, and write nothing.

    Raises:
        StillOpen, NoLongerOffered, NothingToAsk: see `asked_by`.
        Incomplete: answers are missing or refused.
    """
    refuse_unless(draft.service, late=True, at=at)
    dossier = dossier_of(draft, day=local_day(at, draft.service.zone))
    forms = journey.judged(dossier)
    if troubles := journey.troubles(forms):
        raise Incomplete(troubles)
    return _changes(draft, dossier, forms)


def would_change(request: ChangeRequest, *, at: datetime) -> list[str]:
    """Return what accepting a request would change now, in words, and write nothing.

    It is not always what was asked: the rules, or the registration, may have changed since.

    Args:
        request: one that waits.
        at: the instant at which it is read.

    Raises:
        NoLongerStands, GivenAway: what it modifies stands no more, or elsewhere.
        Incomplete, NoLongerOffered: see `filing.check`.
    """
    draft = Draft.objects.whole().get(pk=request.draft_id)
    registration = filing.amended_by(draft, request.registration_id)
    day = local_day(at, draft.service.zone)
    dossier = dossier_of(draft, day=day, answers=rebasing.brought_forward(draft))
    forms = journey.judged(dossier)
    if troubles := journey.troubles(forms):
        raise Incomplete(troubles)
    return _between(registration, registration.version, dossier, forms)


def refuse_unread(
    request: ChangeRequest, draft: Draft, dossier: Dossier, forms: filing.Forms, *, shown: str
) -> None:
    """Check that what is accepted is what was read: what is shown, else what was asked.

    Args:
        request: one that waits.
        draft: its draft, brought forward, as `filing.check` has judged it.
        dossier: what was judged.
        forms: its tabs, valid.
        shown: what its page showed that would change, as `mark_of` says it, if it is said.

    Raises:
        AnsweredMeanwhile: something else would change.
    """
    if draft.amends is None or draft.amends_version is None:
        raise NothingToAsk
    changes = _between(draft.amends, draft.amends_version, dossier, forms)
    is_read = shown == mark_of(changes) if shown else set(changes) <= set(request.changes)
    if not is_read:
        raise AnsweredMeanwhile


def _changes(draft: Draft, dossier: Dossier, forms: filing.Forms) -> list[str]:
    if draft.amends is None or draft.amends_version is None:
        raise NothingToAsk
    changes = _between(draft.amends, draft.amends_version, dossier, forms)
    if not changes:
        raise NothingToAsk
    return changes


def _between(
    registration: Registration, number: int, dossier: Dossier, forms: filing.Forms
) -> list[str]:
    """Return what tabs would change in a version of a registration, in words."""
    filed = registration.versions.get(number=number)
    return changes_between(accepted.said_by(filed), as_read(dossier, forms))


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
        registration: the last one filed of those that stand.
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


def take_back(request: Request, *, at: datetime, by: str = "") -> None:
    """Take a request back, and erase its proof.

    Args:
        request: one that waits.
        at: the instant.
        by: who takes it back, where it is not its candidate.

    Raises:
        Refused: it does not wait any more.
    """
    proof = request.proof_key
    end(request, TAKE_BACK, at=at, proof_key="", decided_name=by)
    transaction.on_commit(lambda: files.forget_or_say([proof] if proof else []))


def end(request: Request, transition: Transition, *, at: datetime, **stamps: Any) -> None:
    """End a request; if it has a draft, that may be answered again unless it was filed.

    Raises:
        Refused: it does not wait any more.
    """
    move(request, transition, decided_at=at, **stamps)
    if isinstance(request, ChangeRequest):
        Draft.objects.filter(pk=request.draft_id).update(sent_at=None)
