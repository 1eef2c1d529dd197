"""Send a modification as a request, take it back, decide it: what the room itself keeps (E7)."""

from datetime import datetime
from typing import Any

from sporades.core.transitions import Transition, move
from sporades.registrations import filing
from sporades.registrations.changes import changes_between
from sporades.registrations.drafting import refuse_unless
from sporades.registrations.models import ChangeRequest, Draft
from sporades.registrations.refusals import NothingToAsk
from sporades.registrations.snapshot import as_read


def asked_by(draft: Draft, *, at: datetime) -> list[str]:
    """Return what a modification would change, in words, once every tab is judged.

    Raises:
        StillOpen: its service has not closed.
        Incomplete, NoLongerOffered, Refused: see `filing.check`.
        NothingToAsk: it changes nothing.
    """
    refuse_unless(draft.service, late=True, at=at)
    registration, number = draft.amends, draft.amends_version
    if registration is None or number is None:
        raise NothingToAsk
    dossier, forms = filing.check(draft, at=at, late=True)
    filed = registration.versions.get(number=number)
    changes = changes_between(filed.snapshot, as_read(dossier, forms))
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


def end(request: ChangeRequest, transition: Transition, *, at: datetime, **stamps: Any) -> None:
    """Decide a request, or take it back; its draft may be answered again unless it was filed.

    Raises:
        Refused: it does not wait any more.
    """
    move(request, transition, decided_at=at, **stamps)
    Draft.objects.filter(pk=request.draft_id).update(sent_at=None)
