"""What is done to a request of a candidate, whichever of the two kinds it is (E7, I6, I7)."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db import transaction

from sporades import journal
from sporades.accounts.models import User
from sporades.core import files
from sporades.core.actors import SYSTEM, Actor
from sporades.core.links import absolute
from sporades.core.queue import defer_once
from sporades.core.refusals import ReasonMissing, Refused
from sporades.intake import antivirus, cleaning
from sporades.journal.queries import entries_about
from sporades.letters import operations as letters
from sporades.letters.queries import summary_for
from sporades.registrations.evidence import due_as_told
from sporades.registrations.models import ChangeRequest, CorrectionRequest, Registration, Version
from sporades.registrations.models.request import Request
from sporades.registrations.queries import persons_of
from sporades.registrations.receipt import against_of, silence_on, taken_by
from sporades.registrations.snapshot import contact_of

SCAN_PROOF = "acts.scan_proof"
SCANNED_AT_ONCE = 500
WITH_PROOF: dict[str, Any] = {
    "changerequest": ChangeRequest,
    "correctionrequest": CorrectionRequest,
}
"""The requests that may have a proof, by what their jobs call them."""


SET_ASIDE_MEANWHILE = (
    "L'inscription ne compte plus : cette demande ne peut être acceptée que si elle est rétablie."
)


class AnswerMissing(ReasonMissing):
    """A request is not refused without a word."""

    message = "Dites le motif du refus : le candidat le lira."


class DecidedAlready(Refused):
    """A colleague, or its candidate, was quicker."""

    message = "Cette demande vient d'être décidée, ou retirée par le candidat."


def with_proof[R: Request](proof: bytes | None, send: Callable[[str], R]) -> R:
    """Send a request with its proof; one that is not sent, or was sent already, leaves no file.

    A proof is made anew as a piece is, and nobody of the office opens it before the antivirus.

    Args:
        proof: a PDF or a photo, or nothing.
        send: sends the request, given where its proof is kept.

    Raises:
        reading.Unfit: the proof is not taken.
        reading.Unready: nothing is known of it: its reader does not start.
        files.OutOfReach: the store does not answer.
    """
    if proof is None:
        return send("")
    made = cleaning.clean(proof)
    with files.kept_apart(made.content, suffix=".pdf") as key:
        sent = send(key)
        if sent.proof_key == key:
            _defer_scan(sent)
        else:
            transaction.on_commit(lambda: files.forget_or_say([key]))
    return sent


def scan_proof(kind: str, key: int, *, at: datetime) -> None:
    """Have the proof of a request looked at by the antivirus, and keep what it says.

    Args:
        kind: of the request, one of `WITH_PROOF`.
        key: of the request; one that is gone, or whose proof was looked at, is left.
        at: the instant.

    Raises:
        antivirus.Unreachable: nothing is known of it: nobody looks, or nobody answers.
        files.OutOfReach: the store does not answer.
    """
    requests = WITH_PROOF[kind].objects
    waiting = requests.unscanned().filter(pk=key).select_related("registration").first()
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
                on=waiting.registration,
                at=at,
                academy=waiting.registration.academy_id,
                after={"request": key, "signature": verdict.signature},
            )


def scan_proofs_again(*, older_than: datetime) -> None:
    """Queue the proofs that a killed worker left, and those for which no antivirus answered."""
    for model in WITH_PROOF.values():
        waiting = model.objects.unscanned().filter(sent_at__lt=older_than)
        for one in waiting.order_by("sent_at")[:SCANNED_AT_ONCE]:
            _defer_scan(one)


def formally(request: Request | None) -> list[str]:
    """Return what the law adds on the page of a request: what silence means, or who refused it.

    Of one about a registration that stands no more silence means nothing: it cannot be accepted.

    Args:
        request: of a candidate; nothing where there is none.
    """
    if request is None or not (request.is_waiting or request.is_refused):
        return []
    registration = Registration.objects.whole().get(pk=request.registration.pk)
    if request.is_waiting and not registration.is_active:
        return [SET_ASIDE_MEANWHILE]
    if request.is_waiting:
        return silence_on(registration, request.sent_at)
    about, verb = (
        ([registration], "change request refused")
        if isinstance(request, ChangeRequest)
        else (persons_of(registration), "correction refused")
    )
    done = entries_about(*about).filter(verb=verb, payload__after__request=request.pk)
    last = done.first()
    if last is None:
        return against_of(registration)
    return taken_by(registration, name=last.actor_name, role=last.actor_kind, at=last.at)


def _defer_scan(sent: Request) -> None:
    defer_once(SCAN_PROOF, queue="evidence", kind=str(sent._meta.model_name), request=str(sent.pk))


def assign(request: Request, *, user: User, by: Actor) -> None:
    """Keep who deals with a request. Raises DecidedAlready."""
    waiting = type(request)._default_manager.filter(pk=request.pk, decided_at=None)
    if not waiting.update(assigned_to=user, assigned_name=by.name):
        raise DecidedAlready


def tell(
    kind: str,
    request: Request,
    *,
    key: str,
    about: Any,
    at: datetime,
    path: str = "",
    refused_by: Actor | None = None,
    version: Version | None = None,
    changes_more: bool = False,
) -> None:
    """Write to the candidate of a request.

    Args:
        kind: of the mail.
        request: what it speaks of.
        key: what tells it from every other mail.
        about: the row that it is about.
        at: the instant.
        path: the page that it leads to; that of the registration unless another is named.
        refused_by: who refuses it, where that is what is told.
        version: what was filed of it, where that is what is told.
        changes_more: whether that changes what was not asked too.
    """
    registration = Registration.objects.whole().get(pk=request.registration.pk)
    if refused_by is None:
        against = []
    else:
        against = taken_by(registration, name=refused_by.name, role=refused_by.kind, at=at)
    letters.tell(
        registration.candidate,
        kind,
        service=registration.service,
        at=at,
        key=key,
        about=about,
        urgent=True,
        registration=registration,
        request=request,
        silence=silence_on(registration, request.sent_at) if request.is_waiting else [],
        against=against,
        enclosed=summary_for(registration) if kind == "change_accepted" else None,
        due=due_as_told(version) if version is not None else None,
        changes_more=changes_more,
        contact=contact_of(registration.service),
        link=absolute(path or f"/mes-inscriptions/{registration.number}"),
    )
