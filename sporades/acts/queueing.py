"""What is done to a request of a candidate, whichever of the two kinds it is (E7, I6, I7)."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db import transaction

from sporades.accounts.models import User
from sporades.core import files
from sporades.core.actors import Actor
from sporades.core.links import absolute
from sporades.core.refusals import ReasonMissing, Refused
from sporades.intake import pdf_checks
from sporades.letters import operations as letters
from sporades.letters.queries import summary_for
from sporades.registrations.models import Registration
from sporades.registrations.models.request import Request
from sporades.registrations.snapshot import contact_of


class AnswerMissing(ReasonMissing):
    """A request is not refused without a word."""

    message = "Dites le motif du refus : le candidat le lira."


class DecidedAlready(Refused):
    """A colleague, or its candidate, was quicker."""

    message = "Cette demande vient d'être décidée, ou retirée par le candidat."


def with_proof[R: Request](proof: bytes | None, send: Callable[[str], R]) -> R:
    """Send a request with its proof; one that is not sent, or was sent already, leaves no file.

    Args:
        proof: a PDF, or nothing.
        send: sends the request, given where its proof is kept.

    Raises:
        reading.Unfit: the proof is no plain PDF.
        reading.Unready: nothing is known of it: its reader does not start.
        files.OutOfReach: the store does not answer.
    """
    if proof is None:
        return send("")
    pdf_checks.look_at(proof)
    with files.kept_apart(proof, suffix=".pdf") as key:
        sent = send(key)
        if sent.proof_key != key:
            transaction.on_commit(lambda: files.forget_or_say([key]))
    return sent


def assign(request: Request, *, user: User, by: Actor) -> None:
    """Keep who deals with a request. Raises DecidedAlready."""
    waiting = type(request)._default_manager.filter(pk=request.pk, decided_at=None)
    if not waiting.update(assigned_to=user, assigned_name=by.name):
        raise DecidedAlready


def tell(
    kind: str, request: Request, *, key: str, about: Any, at: datetime, path: str = ""
) -> None:
    """Write to the candidate of a request.

    Args:
        kind: of the mail.
        request: what it speaks of.
        key: what tells it from every other mail.
        about: the row that it is about.
        at: the instant.
        path: the page that it leads to; that of the registration unless another is named.
    """
    registration = Registration.objects.whole().get(pk=request.registration.pk)
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
        enclosed=summary_for(registration) if kind == "change_accepted" else None,
        contact=contact_of(registration.service),
        link=absolute(path or f"/mes-inscriptions/{registration.number}"),
    )
