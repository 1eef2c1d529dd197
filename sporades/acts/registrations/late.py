"""A candidate who has not saved in time asks to be registered all the same; the office decides."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from sporades import journal
from sporades.acts.people import changing
from sporades.acts.people.guardians import tell_guardian_of_draft
from sporades.acts.registrations.registering import filed
from sporades.acts.registrations.standing_in import tell_registered
from sporades.acts.requests import late
from sporades.acts.requests.proofs import with_proof
from sporades.acts.requests.silence import AcceptedBySilence, AnswerMissing
from sporades.core.actors import Actor
from sporades.registrations.models import Draft, LateRequest, Version
from sporades.registrations.operations import asking_late, filing, requesting
from sporades.registrations.refusals import AnsweredMeanwhile
from sporades.registrations.states import ACCEPT, REFUSE

_ACCEPTED = "{whose} demande d'inscription tardive du {sent} est acceptée."
"""Told to its candidate as theirs; read in the history of the registration by those who manage it."""


def send(
    *, draft: Draft, reason: str, proof: Sequence[bytes], shown: str = "", by: Actor, at: datetime
) -> LateRequest:
    """« Envoyer la demande »: the draft is frozen until it is decided or taken back.

    Args:
        draft: a new registration, complete, that was not saved before the closing.
        reason: why, as the managing service will read it.
        proof: PDFs or photos, in their order, or none.
        shown: what its page showed of the answers, as `filing.mark_of` says them, if it is said.
        by: who asks.
        at: the instant at which the request arrived.

    Raises:
        AnsweredMeanwhile: answers were changed since they were shown.
        NotAskedLate, Incomplete, AlreadyRegistered: see `asking_late.check`.
        reading.Unfit, reading.Unready, files.OutOfReach: see `with_proof`.
    """

    @transaction.atomic
    def kept(key: str) -> LateRequest:
        locked = filing.lock(draft)
        waiting: LateRequest | None = locked.late_requests.waiting().first()
        if waiting is not None:
            return waiting  # the button was pressed twice
        answers = asking_late.check(locked, at=at)
        if shown and shown != answers:
            raise AnsweredMeanwhile
        sent = asking_late.send(draft=locked, reason=reason, proof_key=key, at=at)
        _record("late registration requested", sent, by=by, at=at)
        late.tell("late_requested", sent, at=at)
        return sent

    return with_proof(proof, kept, at=at)


@transaction.atomic
def take_back(*, request: LateRequest, by: Actor, at: datetime) -> None:
    """Take a request back: its answers may be changed again, its proof is erased.

    An account that may still go back to an address which it has left tells there that nobody is
    registered by it any more.

    Raises:
        accounts.Held: the account has just been given back to an old address.
        Refused: it was decided meanwhile.
    """
    draft = filing.lock(request.draft)
    changing.check_may_withdraw(draft, at=at)
    requesting.take_back(request, at=at)
    _record("late request taken back", request, by=by, at=at)
    request.draft = draft
    changing.tell_where_left_of_late(request, at=at)


@transaction.atomic
def accept(*, request: LateRequest, shown: str = "", by: Actor, at: datetime) -> Version:
    """Register its candidate with the answers that were frozen, in the name of whoever accepts.

    Args:
        request: one that waits.
        shown: what its page showed of the answers, as `filing.mark_of` says them, if it is said.
        by: who accepts.
        at: the instant.

    Raises:
        AnsweredMeanwhile: they were sent anew since they were shown.
        Incomplete, RulesChanged: the rules have moved, and an answer no longer fits.
        AlreadyRegistered: another registration of the candidate excludes this one.
        Refused: it was decided or taken back meanwhile.
    """
    asked = filing.lock(request.draft)
    # First of all: whoever was quicker has filed the draft, or given it back.
    requesting.refuse_ended(request)
    dossier, forms = filing.check(asked, at=at, late=True)
    filing.refuse_unread(asked, dossier, forms, shown=filing.Shown(answers=shown))
    sent = request.sent_in_words
    reason = _ACCEPTED.format(whose="La", sent=sent)
    version = filed(draft=asked, dossier=dossier, forms=forms, by=by, at=at, reason=reason)
    requesting.end(request, ACCEPT, at=at, decided_name=by.name, version=version)
    _record(late.ACCEPTED, request, by=by, at=at)
    told = _ACCEPTED.format(whose="Votre", sent=sent)
    tell_registered(version, reason=told, is_asked=True, at=at)
    return version


@transaction.atomic
def refuse(
    *, request: LateRequest, answer: str, takes_back: bool = False, by: Actor, at: datetime
) -> None:
    """Refuse it, with a reason; in time, its candidate may ask again.

    Args:
        request: one that waits.
        answer: why.
        takes_back: whether that it takes back what silence has accepted, where it has, was read.
        by: who refuses.
        at: the instant.

    Raises:
        AnswerMissing: nothing is said.
        AcceptedBySilence: silence has accepted it, and nobody has read what refusing makes of that.
        Refused: it was decided or taken back meanwhile.
    """
    if not answer:
        raise AnswerMissing
    if not takes_back and late.has_accepted(request, at=at):
        raise AcceptedBySilence
    filing.lock(request.draft)
    requesting.end(request, REFUSE, at=at, decided_name=by.name, answer=answer)
    _record(late.REFUSED, request, by=by, at=at)
    late.tell("late_refused", request, at=at, refused_by=by)
    # Who alone may contest it for a minor (code civil, article 388-1-1).
    tell_guardian_of_draft(request.draft, at=at, key=f"late request:{request.pk}:refused:guardian")


def _record(verb: str, request: LateRequest, *, by: Actor, at: datetime) -> None:
    journal.record(
        verb,
        by=by,
        on=request.draft,
        at=at,
        academy=request.service.academy_id,
        after={"request": request.pk, "reason": request.answer or request.reason},
    )
