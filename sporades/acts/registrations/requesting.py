"""While a service takes nothing: a candidate asks for a modification, its office decides (E7)."""

from collections.abc import Sequence
from datetime import date, datetime
from functools import partial

from django.db import transaction
from django.db.models import QuerySet

from sporades import journal
from sporades.accounts.models import User
from sporades.acts.people import changing
from sporades.acts.people.guardians import tell_guardian
from sporades.acts.registrations.registering import filed
from sporades.acts.requests import CHANGE_ASSIGNED, CHANGE_REFUSED, completing, holding, telling
from sporades.acts.requests.completing import Came
from sporades.acts.requests.proofs import with_proof
from sporades.acts.requests.silence import check_refusal
from sporades.core.actors import Actor
from sporades.journal.models import Entry
from sporades.journal.queries import entries_about
from sporades.registrations.models import ChangeRequest, Draft, Registration, Version
from sporades.registrations.operations import drafting, filing, rebasing, requesting
from sporades.registrations.queries import check_not_handed_over
from sporades.registrations.refusals import AnsweredMeanwhile
from sporades.registrations.states import ACCEPT, REFUSE


@transaction.atomic
def begin(*, registration: Registration, by: Actor, at: datetime) -> Draft:
    """« Demander une modification »: open the tabs again, while the service takes nothing.

    Raises:
        StillOpen, ExamOver, AwaitsDecision, Refused, TooManyBegun: see `drafting.begin_amending`.
    """
    draft = drafting.begin_amending(registration=registration, at=at, late=True)
    if draft.created_at == at:
        journal.record(
            "modification begun", by=by, on=registration, at=at, academy=registration.academy_id
        )
    return draft


def send(
    *,
    draft: Draft,
    reason: str,
    proof: Sequence[bytes],
    by: Actor,
    at: datetime,
    shown: str = "",
) -> ChangeRequest:
    """« Envoyer la demande »: the draft is frozen until it is decided or taken back.

    Args:
        draft: a modification, complete.
        reason: why, as the managing service will read it.
        proof: PDFs or photos, in their order, or none.
        by: who asks.
        at: the instant at which the request arrived.
        shown: what its page showed that is asked, as `requesting.mark_of` says it, if it is said.

    Raises:
        AnsweredMeanwhile: answers were changed since they were shown.
        reading.Unfit: the proof is not taken.
        StillOpen, ExamOver, NothingToAsk, Incomplete, Refused: see `requesting.asked_by`.
        files.OutOfReach: the store does not answer.
    """
    return with_proof(
        proof, lambda key: _send(draft, reason, key, shown=shown, by=by, at=at), at=at
    )


@transaction.atomic
def _send(
    draft: Draft, reason: str, key: str, *, shown: str, by: Actor, at: datetime
) -> ChangeRequest:
    locked = filing.lock(draft)
    waiting = locked.change_requests.filter(state="sent").first()
    if waiting is not None:
        return waiting  # the button was pressed twice
    changes = requesting.asked_by(locked, at=at)
    if shown and shown != requesting.mark_of(changes):
        raise AnsweredMeanwhile
    sent = requesting.send(draft=locked, changes=changes, reason=reason, proof_key=key, at=at)
    _record("change requested", sent, by=by, at=at)
    _tell("change_requested", sent, at=at)
    return sent


@transaction.atomic
def take_back(*, request: ChangeRequest, by: Actor, at: datetime) -> None:
    """Take a request back: its answers may be changed again, its proof is erased.

    An account that may still go back to an address which it has left tells there that it is.

    Raises:
        accounts.Held: the account has just been given back to an old address.
        Refused: it was decided meanwhile.
    """
    filing.lock(request.draft)
    registration = Registration.objects.whole().get(pk=request.registration_id)
    changing.check_may_withdraw(registration, at=at)
    requesting.take_back(request, at=at)
    _record("change request taken back", request, by=by, at=at)
    changing.tell_where_left(registration, changing.REQUEST, since=request.sent_at, at=at)


@transaction.atomic
def assign(*, request: ChangeRequest, user: User, by: Actor, at: datetime) -> None:
    """Say who deals with a request, so that nobody else does; it holds nobody back.

    Raises:
        DecidedAlready: by a colleague, or taken back.
    """
    holding.assign(request, user=user, by=by)
    _record(CHANGE_ASSIGNED, request, by=by, at=at)


@transaction.atomic
def ask_more(
    *, request: ChangeRequest, missing: str, seen: str = "", by: Actor, at: datetime
) -> None:
    """« Demander un complément »: it waits for its candidate until they answer, or have had time to.

    Args:
        request: one that waits for its office.
        missing: what it lacks, as its candidate will read it.
        seen: see `completing.refuse_unread`.
        by: who asks.
        at: the instant.

    Raises:
        HandedOver: it is another academy's since the office read it.
        MissingUnsaid, SetAsideMeanwhile, SilenceHasDecided, MovedMeanwhile: see
            `completing.ask_more`.
    """
    _lock(request, by=by)
    locked = _locked(request)
    completing.ask_more(locked, missing=missing, seen=seen, by=by, at=at)
    _record("change request incomplete", locked, by=by, at=at, reason=missing)
    completing.tell_incomplete(locked, at=at)


def complete(
    *,
    request: ChangeRequest,
    words: str,
    proof: Sequence[bytes],
    by: Actor,
    at: datetime,
    came: Came | None = None,
) -> ChangeRequest:
    """« Compléter », « Noter le complément reçu »: what was sent stays, what is added comes after it.

    Args:
        request: one of which something is missing.
        words: what is answered, or what has come, if it is said.
        proof: PDFs or photos, in their order, if any.
        by: its candidate, or whoever notes that it came by post, at the desk or by mail.
        at: the instant.
        came: by which way then, and the day from which delays run again.

    Raises:
        HandedOver: it is another academy's since the office read it.
        NothingAdded, CameToCome, CameBeforeAsked, CompletedAlready: see each.
        reading.Unfit, reading.Unready, files.OutOfReach: see `with_proof`.
    """
    verb = "change request completed" if came is None else "change request complement noted"
    return completing.complete(
        request,
        words=words,
        proof=proof,
        locked=lambda: _locked_with_draft(request, by=by),
        record=partial(_record, verb, by=by, at=at, reason=words),
        at=at,
        came=came,
    )


def correct_day(*, request: ChangeRequest, on: date, seen: date, by: Actor, at: datetime) -> bool:
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
        HandedOver: it is another academy's since the office read it.
        NoDayNoted, DecidedByThatDay, CorrectedMeanwhile, CameToCome, CameBeforeAsked: see
            `completing.correct_day`.
    """
    return completing.correct_day(
        on=on,
        seen=seen,
        locked=lambda: _locked_with_draft(request, by=by),
        record=partial(_record, "change request complement redated", by=by, at=at, reason=""),
        at=at,
    )


def _lock(request: ChangeRequest, *, by: Actor) -> Draft:
    """Lock a request's registration and draft, and return this one; for the office, as it read them.

    Its candidate completes it wherever it is.
    """
    draft = filing.lock(request.draft)
    if draft.amends is not None and by.reads_before_acting:
        check_not_handed_over(held=draft.amends, read=request.registration)
    return draft


def _locked_with_draft(request: ChangeRequest, *, by: Actor) -> ChangeRequest:
    _lock(request, by=by)
    return _locked(request)


def _locked(request: ChangeRequest) -> ChangeRequest:
    rows = ChangeRequest.objects.select_for_update(of=("self",), no_key=True)
    found: ChangeRequest = rows.select_related("registration__service").get(pk=request.pk)
    return found


@transaction.atomic
def accept(
    *, request: ChangeRequest, by: Actor, at: datetime, shown: str = "", seen: str = ""
) -> Version:
    """File what is asked, as it was frozen, in the name of whoever accepts.

    What somebody else has filed since it was asked stays, where nothing else is asked. What the
    rules in force change besides (an épreuve that is offered no more) is filed where it was read.

    Args:
        request: one that waits.
        by: who accepts.
        at: the instant.
        shown: what its page showed that would change, as `requesting.mark_of` says it, if it is
            said.
        seen: see `completing.refuse_unread`.

    Raises:
        HandedOver: it is another academy's since the office read it.
        MovedMeanwhile: see `completing.refuse_unread`.
        AnsweredMeanwhile: something else would change than what was shown, or than what was asked.
        Incomplete, RulesChanged: the rules have moved, and an answer no longer fits.
        AskedOfAnother: its registration is for another exam since, where a question is another.
        Refused: it was decided or taken back meanwhile, or its registration has changed.
    """
    asked = _lock(request, by=by)
    # First of all: whoever was quicker has filed the draft, or given it back.
    requesting.refuse_ended(request)
    completing.refuse_unread(request, seen=seen)
    begun_from = asked.amends_version
    draft = rebasing.bring_forward(asked, at=at)
    dossier, forms = filing.check(draft, at=at, late=True)
    found = requesting.refuse_unread(
        request, draft, dossier, forms, begun_from=begun_from, shown=shown
    )
    version = filed(draft=draft, dossier=dossier, forms=forms, by=by, at=at)
    requesting.end(request, ACCEPT, at=at, decided_name=by.name, version=version)
    _record("change request accepted", request, by=by, at=at)
    _tell("change_accepted", request, version=version, changes_more=bool(found.besides), at=at)
    return version


@transaction.atomic
def refuse(
    *,
    request: ChangeRequest,
    answer: str,
    seen: str = "",
    by: Actor,
    at: datetime,
    takes_back: bool = False,
) -> None:
    """Refuse what is asked, with a reason; its candidate may change it and ask again.

    Args:
        request: one that waits.
        answer: why.
        seen: see `completing.refuse_unread`.
        by: who refuses.
        at: the instant.
        takes_back: whether that it takes back what silence has accepted, where it has, was read.

    Raises:
        HandedOver: it is another academy's since the office read it.
        AnswerMissing: nothing is said.
        AcceptedBySilence: silence has accepted it, and nobody has read what refusing it makes of that.
        MovedMeanwhile: see `completing.refuse_unread`.
        Refused: it was decided or taken back meanwhile.
    """
    check_refusal(request, answer=answer, takes_back=takes_back, at=at)
    _lock(request, by=by)
    requesting.end(request, REFUSE, at=at, decided_name=by.name, answer=answer)
    completing.refuse_unread(request, seen=seen)
    _record(CHANGE_REFUSED, request, by=by, at=at)
    _tell("change_refused", request, refused_by=by, at=at)
    # Who alone may contest it for a minor (code civil, article 388-1-1).
    key = f"change request:{request.pk}:change_refused:guardian"
    tell_guardian(request.registration, at=at, key=key)


def refused_modifications_of(registration: Registration) -> QuerySet[Entry]:
    """Return the refusals of what was asked to be changed of a registration, the last first."""
    return entries_about(registration).filter(verb=CHANGE_REFUSED)


def _record(
    verb: str,
    request: ChangeRequest,
    *,
    by: Actor,
    at: datetime,
    reason: str | None = None,
    **more: str,
) -> None:
    journal.record(
        verb,
        by=by,
        on=request.registration,
        at=at,
        academy=request.registration.academy_id,
        after={
            "request": request.pk,
            "changes": request.changes,
            "reason": request.answer or request.reason if reason is None else reason,
            **more,
        },
    )


def _tell(
    kind: str,
    request: ChangeRequest,
    *,
    at: datetime,
    refused_by: Actor | None = None,
    version: Version | None = None,
    changes_more: bool = False,
) -> None:
    key = f"change request:{request.pk}:{kind}"
    about = request.registration
    telling.tell(
        kind,
        request,
        key=key,
        about=about,
        at=at,
        refused_by=refused_by,
        version=version,
        changes_more=changes_more,
    )
