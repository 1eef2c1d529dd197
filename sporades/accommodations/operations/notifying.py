"""Notify a decision, note that somebody telephoned about it, take it again, or leave it after all."""

from datetime import datetime

from sporades.accommodations.contesting import months_more
from sporades.accommodations.models import Again, Appeal, AskedMeasure, Case
from sporades.accommodations.operations.examining import OF_OPINION
from sporades.accommodations.operations.refusals import (
    AppealWaits,
    DecidedMeanwhile,
    FormerAppealed,
    NoAppeal,
    NotNotified,
    NotStanding,
    NotTakenAgain,
    ReplacedSince,
    UnderWay,
)
from sporades.accommodations.queries import requests_of, revision_after
from sporades.accommodations.states import (
    NOTIFY,
    SETTLED,
    WITHDRAW,
    State,
)
from sporades.core.refusals import ReasonMissing
from sporades.core.transitions import move
from sporades.documents.models import DocumentVersion


def notify(case: Case, notification: DocumentVersion, *, at: datetime) -> None:
    """Notify a decision by a document, which tells how long the court may be asked. Raises Refused."""
    move(
        case,
        NOTIFY,
        notified_at=at,
        notification=notification,
        court_seat=case.court_seat or case.registration.service.academy_id,
        months_of_distance=months_more(case),
    )


def note_call(case: Case, *, name: str, is_reached: bool, at: datetime) -> None:
    """Note that somebody telephoned about a notification that nobody had opened.

    Args:
        case: locked.
        name: who telephoned.
        is_reached: whether its candidate, or who answers for them, was spoken to.
        at: the instant.

    Raises:
        NotNotified: there is nothing to speak of.
    """
    if case.state != State.NOTIFIED:
        raise NotNotified
    case.called_at, case.called_name, case.is_reached = at, name, is_reached
    case.save(update_fields=["called_at", "called_name", "is_reached"])


def take_again(case: Case, *, why: str, has_opinion: bool, at: datetime) -> Case:
    """Open a decision again; it is in force until the new one.

    Args:
        case: a notified one, locked with its registration.
        why: one of `Again`.
        has_opinion: whether the doctor's opinion stands; otherwise a doctor gives another one.
        at: the instant.

    Returns:
        The new request, of the same measures.

    Raises:
        NotNotified: there is no decision to take again.
        UnderWay: another request of this registration is open.
        NotStanding: the registration does not stand.
        ReplacedSince: another decision has replaced it.
        NoAppeal, AppealWaits: it is said to be on an appeal, and none waits; or not to be, and one does.
        FormerAppealed: it is not, and one waits against a decision that was replaced.
    """
    if case.state != State.NOTIFIED:
        raise NotNotified
    if not case.registration.is_active:
        raise NotStanding
    notified = Case.objects.filter(registration=case.registration_id, state=State.NOTIFIED)
    if notified.filter(notified_at__gt=case.notified_at).exists():
        raise ReplacedSince
    appeal = Appeal.objects.waiting().filter(case=case).first()
    if why == Again.APPEAL and appeal is None:
        raise NoAppeal
    if why != Again.APPEAL and appeal is not None:
        raise AppealWaits
    waiting = Appeal.objects.waiting().filter(case__registration=case.registration_id)
    if why != Again.APPEAL and waiting.exists():
        raise FormerAppealed
    if Case.objects.open().filter(registration=case.registration_id).exists():
        raise UnderWay
    kept = (
        "procedure",
        "plan",
        "has_former_decision",
        "is_former_held",
        "late_reason",
        "late_words",
        "asked_at",
        "first_asked_at",
        "received",
        "posted_on",
        "has_envelope",
        "regulation_id",
    )
    opinion = ("entrusted_at", "opined_at", "doctor", "doctor_name", "opinion_text")
    made: Case = Case.objects.create(
        registration=case.registration,
        state=State.OPINION_GIVEN if has_opinion else State.ASKED,
        begun_at=at,
        revision=revision_after(requests_of(case.registration_id)),
        instead_of=case,
        again=why,
        appeal=appeal,
        **{name: getattr(case, name) for name in (*kept, *(opinion if has_opinion else ()))},
    )
    said = OF_OPINION if has_opinion else ()
    names = ("place", "code", "label", "papers", "time", "precision", *said)
    AskedMeasure.objects.bulk_create(
        AskedMeasure(case=made, **{name: getattr(one, name) for name in names})
        for one in case.measures.all()
    )
    return made


def cancel_taking_again(case: Case, *, reason: str, at: datetime) -> None:
    """Leave as it is a decision that was taken again, while nothing new is decided.

    Args:
        case: the request that takes it again, locked with its registration.
        reason: why, as its candidate reads it.
        at: the instant.

    Raises:
        NotTakenAgain: it takes no decision again.
        ReasonMissing: nothing is said.
        DecidedMeanwhile: something new is decided.
        Refused: it was cancelled meanwhile, or taken back with its registration.
    """
    if case.instead_of_id is None:
        raise NotTakenAgain
    if not reason:
        raise ReasonMissing
    if case.state in SETTLED:
        raise DecidedMeanwhile
    move(
        case,
        WITHDRAW,
        withdrawn_at=at,
        missing="",
        incomplete_revision=None,
        left_at=None,
        left_reason=reason,
    )
