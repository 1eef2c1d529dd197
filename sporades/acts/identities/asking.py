"""A candidate asks to correct civil data that are frozen, on proof; the office decides (I6)."""

from collections.abc import Sequence
from datetime import date, datetime
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from sporades import journal
from sporades.accounts.models import User
from sporades.acts.identities.correcting import (
    Overtaken,
    correct_identity,
    done_in,
    lock_person,
    while_it_counts,
)
from sporades.acts.people import changing
from sporades.acts.people.guardians import tell_guardian
from sporades.acts.requests import (
    CORRECTED_AT,
    CORRECTION_ASSIGNED,
    CORRECTION_REFUSED,
    completing,
    holding,
    telling,
)
from sporades.acts.requests.completing import Came
from sporades.acts.requests.proofs import with_proof
from sporades.acts.requests.silence import check_refusal
from sporades.candidates.models import Candidate
from sporades.core import files
from sporades.core.actors import Actor
from sporades.core.refusals import Refused
from sporades.journal.models import Entry
from sporades.journal.queries import entries_about
from sporades.registrations.models import CorrectionRequest, Registration
from sporades.registrations.operations import requesting
from sporades.registrations.queries import last_registration_of, persons_of
from sporades.registrations.states import ACCEPT, REFUSE

VERBS = (
    "correction requested",
    "correction taken back",
    "correction left",
    CORRECTION_ASSIGNED,
    "correction incomplete",
    "correction completed",
    "correction complement noted",
    "correction complement redated",
    "correction accepted",
    CORRECTION_REFUSED,
)


class NotAsked(Refused):
    """A request that cannot be sent, whatever its proof."""


class NoneKept(NotAsked):
    """No service has a registration of the candidate any more: each was archived."""

    message = (
        "Aucune de vos inscriptions n'est plus conservée ici : aucun service ne peut répondre à "
        "cette demande. Inscrivez-vous d'abord, puis envoyez-la."
    )


class NotFrozen(NotAsked):
    """The candidate may change the civil data without asking."""

    message = "Vos informations sont encore modifiables : changez-les dans « Modifier mon compte »."


class AwaitsAnswer(NotAsked):
    """Another request of the candidate waits."""

    message = (
        "Une demande de correction attend déjà une réponse : retirez-la d'abord dans « Modifier mon "
        "compte »."
    )


class ReadBefore(NotAsked):
    """The civil data were corrected between the page and what it sent."""

    message = (
        "Le service vient de corriger vos informations : relisez-les dans « Modifier mon compte », "
        "puis recommencez si une correction reste à demander."
    )


class CorrectedSince(Overtaken):
    """The civil data are no more those that the request would correct."""

    message = (
        "L'état civil a été corrigé depuis cette demande : elle ne peut plus être acceptée telle "
        "quelle. Corrigez ce qui reste à corriger dans le dossier, puis refusez-la en disant ce qui "
        "est fait."
    )


def why_not(candidate: Candidate) -> NotAsked | None:
    """Return why a candidate may not ask for a correction, as far as can be said beforehand; or nothing."""
    try:
        check_answered(candidate)
    except NotAsked as refusal:
        return refusal
    waiting = CorrectionRequest.objects.waiting().filter(candidate=candidate)
    return AwaitsAnswer() if waiting.exists() else None


def check_answered(candidate: Candidate) -> None:
    """Refuse the requests of whom no service would answer, before a proof is read.

    Args:
        candidate: who asks.

    Raises:
        NotFrozen, NoneKept: see each.
    """
    if not candidate.is_frozen:
        raise NotFrozen
    if not Registration.objects.filter(candidate=candidate).exists():
        raise NoneKept


def send(
    *,
    candidate: Candidate,
    identity: dict[str, Any],
    seen: int,
    reason: str,
    proof: Sequence[bytes],
    by: Actor,
    at: datetime,
) -> CorrectionRequest:
    """« Envoyer la demande »: nothing changes until it is decided.

    Args:
        candidate: whose civil data they are.
        identity: the civil data asked for, as `IdentityForm.identity()` gives them.
        seen: the key of the civil data that were read before they were changed.
        reason: why, if it is said.
        proof: PDFs or photos, in their order, one at least.
        by: who asks.
        at: the instant.

    Raises:
        AwaitsAnswer, NotFrozen, NoneKept, ReadBefore: see each.
        NothingChanged: they are those that are kept.
        reading.Unfit, reading.Unready, files.OutOfReach: see `with_proof`.
    """

    @transaction.atomic
    def kept(key: str) -> CorrectionRequest:
        locked = lock_person(candidate.pk)
        waiting: CorrectionRequest | None = locked.correction_requests.filter(state="sent").first()
        if waiting is not None and _is_the_same(waiting, identity, reason, key):
            return waiting  # the button was pressed twice
        if waiting is not None:
            raise AwaitsAnswer
        sent = requesting.send_correction(
            candidate=locked,
            registration=_answering(locked, seen),
            identity=identity,
            reason=reason,
            proof_key=key,
            at=at,
        )
        _record("correction requested", sent, by=by, at=at)
        _tell("correction_requested", sent, at=at)
        return sent

    return with_proof(proof, kept, at=at)


def _is_the_same(sent: CorrectionRequest, identity: dict[str, Any], reason: str, key: str) -> bool:
    """Return whether a request asks the same, for the same reason, on the same proof."""
    said = (sent.identity, sent.reason, files.digest_of(sent.proof_key))
    return said == (identity, reason, files.digest_of(key))


def _answering(candidate: Candidate, seen: int) -> Registration:
    """Return the registration whose service answers. Raises NotFrozen, ReadBefore, NoneKept."""
    if not candidate.is_frozen:
        raise NotFrozen
    if candidate.identity_id != seen:
        raise ReadBefore
    registration = last_registration_of(candidate)
    if registration is None:
        raise NoneKept
    return registration


@transaction.atomic
def take_back(*, request: CorrectionRequest, by: Actor, at: datetime) -> None:
    """Take a request back; its proof is erased.

    An account that may still go back to an address which it has left tells there that it is.

    Raises:
        accounts.Held: the account has just been given back to an old address.
        Refused: it was decided meanwhile.
    """
    registration = Registration.objects.whole().get(pk=request.registration_id)
    changing.check_may_withdraw(registration, at=at)
    requesting.take_back(request, at=at)
    _record("correction taken back", request, by=by, at=at)
    changing.tell_where_left(registration, changing.REQUEST, since=request.sent_at, at=at)


def lock_waiting(candidate: int) -> CorrectionRequest | None:
    """Lock the correction that a candidate waits for, if any, before their registrations.

    Whoever accepts it locks them in that order: neither waits for the other.
    """
    waiting = CorrectionRequest.objects.waiting().filter(candidate=candidate)
    found: CorrectionRequest | None = waiting.select_for_update(of=("self",)).first()
    return found


@transaction.atomic
def assign(*, request: CorrectionRequest, user: User, by: Actor, at: datetime) -> None:
    """Say who deals with a request, so that nobody else does; it holds nobody back.

    Raises:
        DecidedAlready: by a colleague, or taken back.
    """
    holding.assign(request, user=user, by=by)
    _record(CORRECTION_ASSIGNED, request, by=by, at=at)


@transaction.atomic
def ask_more(
    *, request: CorrectionRequest, missing: str, seen: str = "", by: Actor, at: datetime
) -> None:
    """« Demander un complément »: it waits for its candidate until they answer, or have had time to.

    Args:
        request: one that waits for its office.
        missing: what it lacks, as its candidate will read it.
        seen: see `completing.refuse_unread`.
        by: who asks.
        at: the instant.

    Raises:
        MissingUnsaid, SilenceHasDecided, MovedMeanwhile: see `completing.ask_more`.
    """
    locked = _locked(request)
    completing.ask_more(locked, missing=missing, seen=seen, by=by, at=at)
    _record("correction incomplete", locked, by=by, at=at, reason=missing)
    completing.tell_incomplete(locked, at=at)


def complete(
    *,
    request: CorrectionRequest,
    words: str,
    proof: Sequence[bytes],
    by: Actor,
    at: datetime,
    came: Came | None = None,
) -> CorrectionRequest:
    """« Compléter », « Noter le complément reçu »: what was sent stays, what is added comes after it.

    The journal has that it was, not in which words: those stay in the request alone.

    Args:
        request: one of which something is missing.
        words: what is answered, or what has come, if it is said.
        proof: PDFs or photos, in their order, if any.
        by: its candidate, or whoever notes that it came by post, at the desk or by mail.
        at: the instant.
        came: by which way then, and the day from which delays run again.

    Raises:
        NothingAdded, CameToCome, CameBeforeAsked, CompletedAlready: see each.
        reading.Unfit, reading.Unready, files.OutOfReach: see `with_proof`.
    """
    verb = "correction completed" if came is None else "correction complement noted"
    return completing.complete(
        request,
        words=words,
        proof=proof,
        locked=lambda: _locked(request),
        record=partial(_record, verb, by=by, at=at),
        at=at,
        came=came,
    )


def correct_day(
    *, request: CorrectionRequest, on: date, seen: date, by: Actor, at: datetime
) -> bool:
    """« Rectifier le jour reçu »: what it lacked came on another day than was noted.

    Args:
        request: one that its service has noted as completed.
        on: the day on which the service had it.
        seen: the one that was noted, as whoever corrects it read it.
        by: who corrects it.
        at: the instant.

    Returns:
        Whether it was another day.

    Raises:
        NoDayNoted, DecidedByThatDay, CorrectedMeanwhile, CameToCome, CameBeforeAsked: see
            `completing.correct_day`.
    """
    return completing.correct_day(
        on=on,
        seen=seen,
        locked=lambda: _locked(request),
        record=partial(_record, "correction complement redated", by=by, at=at),
        at=at,
    )


def _locked(request: CorrectionRequest) -> CorrectionRequest:
    """Lock a request; that through which it is read goes on speaking of it."""
    rows = CorrectionRequest.objects.for_list().select_for_update(of=("self",), no_key=True)
    found: CorrectionRequest = rows.get(pk=request.pk)
    found.received, found.registration = found.registration, request.registration
    return found


@transaction.atomic
def accept(*, request: CorrectionRequest, seen: str = "", by: Actor, at: datetime) -> int:
    """Correct the civil data as is asked; return how many registrations stand.

    The request moves first: it is what two managers at once wait for.

    Args:
        request: one whose `registration` is that in whose file it is accepted.
        seen: see `completing.refuse_unread`.
        by: who accepts.
        at: the instant.

    Raises:
        MovedMeanwhile: see `completing.refuse_unread`.
        CorrectedSince: the civil data are other ones than those that were to be corrected.
        Refused: it was decided or taken back meanwhile.
    """
    requesting.end(request, ACCEPT, at=at, decided_name=by.name)
    completing.refuse_unread(request, seen=seen)
    try:
        count = correct_identity(
            registration=request.registration,
            identity=request.identity,
            seen=request.before_id,
            proof=f"pièce jointe à la demande du {request.sent_in_words}",
            by=by,
            at=at,
            request=request,
        )
    except Overtaken as overtaken:
        raise CorrectedSince from overtaken
    _record("correction accepted", request, by=by, at=at)
    return count


@transaction.atomic
def refuse(
    *,
    request: CorrectionRequest,
    answer: str,
    seen: str = "",
    by: Actor,
    at: datetime,
    takes_back: bool = False,
) -> None:
    """Refuse what is asked, with a reason; its candidate may ask again.

    Args:
        request: one that waits.
        answer: why.
        seen: see `completing.refuse_unread`.
        by: who refuses.
        at: the instant.
        takes_back: whether that it takes back what silence has accepted, where it has, was read.

    Raises:
        AnswerMissing: nothing is said.
        AcceptedBySilence: silence has accepted it, and nobody has read what refusing it makes of that.
        MovedMeanwhile: see `completing.refuse_unread`.
        Refused: it was decided or taken back meanwhile.
    """
    check_refusal(request, answer=answer, takes_back=takes_back, at=at)
    requesting.end(request, REFUSE, at=at, decided_name=by.name, answer=answer)
    completing.refuse_unread(request, seen=seen)
    _record(CORRECTION_REFUSED, request, by=by, at=at)
    _tell("correction_refused", request, refused_by=by, at=at)
    # Who alone may contest it for a minor (code civil, article 388-1-1).
    key = f"correction request:{request.pk}:correction_refused:guardian"
    tell_guardian(request.registration, at=at, key=key, account=CORRECTED_AT)


def requests_on(registration: Registration) -> QuerySet[Entry]:
    """Return the acts on what its candidate asked to correct while it counts, the last first."""
    done = entries_about(*persons_of(registration)).filter(verb__in=VERBS)
    return while_it_counts(done, "at", registration, here=done_in(registration))


def _record(
    verb: str,
    request: CorrectionRequest,
    *,
    by: Actor,
    at: datetime,
    reason: str = "",
    **more: str,
) -> None:
    # Which data, not what they would become: what is refused stays in the request alone.
    asked = request.identity
    journal.record(
        verb,
        by=by,
        on=request.candidate,
        at=at,
        academy=request.registration.academy_id,
        after={
            "request": request.pk,
            "registration": request.registration.pk,
            "fields": sorted(
                name for name in asked if asked[name] != getattr(request.before, name)
            ),
            "reason": request.answer or reason,
            **more,
        },
    )


def _tell(
    kind: str, request: CorrectionRequest, *, at: datetime, refused_by: Actor | None = None
) -> None:
    key, about = f"correction request:{request.pk}:{kind}", request.candidate
    telling.tell(
        kind,
        request,
        key=key,
        about=about,
        at=at,
        page=CORRECTED_AT,
        refused_by=refused_by,
    )
