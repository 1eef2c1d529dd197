"""What is joined to a request: kept with it, and looked at by the antivirus."""

from collections.abc import Callable, Sequence
from datetime import datetime

from django.db import transaction

from sporades import journal
from sporades.acts.requests import CORRECTED_AT, WITH_PROOF, late
from sporades.acts.requests.silence import answered_in
from sporades.acts.requests.telling import tell
from sporades.core import files
from sporades.core.actors import SYSTEM
from sporades.core.queue import defer_once
from sporades.evidence import operations as evidence
from sporades.intake import antivirus, cleaning
from sporades.registrations.models import CorrectionRequest, LateRequest
from sporades.registrations.models.request import Asked, Request

SCAN_PROOF = "acts.scan_proof"
SCANNED_AT_ONCE = 500


def with_proof[R: Asked](
    proof: Sequence[bytes],
    send: Callable[[str], R],
    *,
    after: Sequence[bytes] = (),
    at: datetime,
) -> R:
    """Send a request with its proof; one that is not sent, or was sent already, leaves no file.

    A proof is made anew as a piece is, and nobody of the office opens it before the antivirus. It is
    announced as a piece is too: of a process that is killed before the request stands, nothing stays.

    Args:
        proof: PDFs or photos, gathered in their order into one document; none for no proof.
        send: sends the request, given where its proof is kept.
        after: the proof that it has already, whose pages come first.
        at: the instant.

    Raises:
        reading.Unfit: one of them is not taken, or all of them together; `place` says which.
        reading.Unready: nothing is known of it: its reader does not start.
        files.OutOfReach: the store does not answer.
    """
    if not proof:
        return send("")
    made = cleaning.join(proof, own=after)
    own = files.own_suffix(".pdf")
    key = evidence.announce(made.content, own=own, at=at)
    with files.kept_apart(made.content, suffix=".pdf", own=own):
        sent = send(key)
        if sent.proof_key == key:
            evidence.arrived(key)
            _defer_scan(sent)
        else:
            transaction.on_commit(lambda: files.forget_or_say([key]))
    return sent


def scan_proof(kind: str, key: int, *, at: datetime) -> None:
    """Have the proof of a request looked at by the antivirus; keep what it says, and tell of a virus.

    Args:
        kind: of the request, one of `WITH_PROOF`.
        key: of the request; one that is gone, or whose proof was looked at, is left.
        at: the instant.

    Raises:
        antivirus.Unreachable: nothing is known of it: nobody looks, or nobody answers.
        files.OutOfReach: the store does not answer.
    """
    requests = WITH_PROOF[kind].objects
    waiting = requests.unscanned().filter(pk=key).first()
    if waiting is None:
        return
    verdict = antivirus.scan(files.get(waiting.proof_key))
    same = requests.unscanned().filter(pk=key, proof_key=waiting.proof_key)
    with transaction.atomic():
        is_noted = same.update(proof_scanned_at=at, proof_is_clean=verdict.is_clean)
        if is_noted and not verdict.is_clean:
            journal.record(
                "proof found infected",
                by=SYSTEM,
                on=waiting.about,
                at=at,
                academy=waiting.service.academy_id,
                after={"request": key, "signature": verdict.signature},
            )
            waiting.refresh_from_db(fields=["state"])  # as it is under its lock
            if waiting.is_waiting:
                _tell_of_virus(waiting, at=at)


def _tell_of_virus(request: Asked, *, at: datetime) -> None:
    """Tell who waits for an answer to send the request again: nobody can open what it is proved by."""
    if not isinstance(request, Request):
        late.tell("late_file_refused", LateRequest.objects.for_list().get(pk=request.pk), at=at)
        return
    # Completed with another file, it may hold another virus, which is told too.
    key = f"{request._meta.model_name}:{request.pk}:proof refused:{int(at.timestamp())}"
    page = CORRECTED_AT if isinstance(request, CorrectionRequest) else ""
    tell("file_refused", request, key=key, about=answered_in(request), page=page, at=at)


def scan_proofs_again(*, older_than: datetime) -> None:
    """Queue the proofs that a killed worker left, and those for which no antivirus answered."""
    for model in WITH_PROOF.values():
        waiting = model.objects.unscanned().filter(sent_at__lt=older_than)
        for one in waiting.order_by("sent_at")[:SCANNED_AT_ONCE]:
            _defer_scan(one)


def _defer_scan(sent: Asked) -> None:
    defer_once(SCAN_PROOF, queue="evidence", kind=str(sent._meta.model_name), request=str(sent.pk))
