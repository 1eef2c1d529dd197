"""Have a notified decision looked at again, take that back, refuse it with a reason (H2)."""

from dataclasses import dataclass
from datetime import date, datetime

from sporades.accommodations.contesting import (
    clock_of,
    first_day_of,
    months_more,
    months_more_after,
    sent_on_from_space,
)
from sporades.accommodations.models import Appeal, Came, Case
from sporades.accommodations.operations.deciding import Author
from sporades.accommodations.operations.refusals import (
    AlreadyAppealed,
    AppealAnswered,
    AppealToCome,
    AuthorMissing,
    BeforeDecision,
    BeingTakenAgain,
    DecisionReplaced,
    NothingContested,
    NotNotified,
    NotStanding,
)
from sporades.accommodations.states import State
from sporades.core.french import local_day
from sporades.core.refusals import ReasonMissing
from sporades.documents.models import DocumentVersion


@dataclass(frozen=True)
class Contested:
    """What an appeal says.

    Attributes:
        text: what is contested, and why.
        has_papers: whether its candidate has other papers of health, for a new opinion.
        guardian_name: who makes it for a minor.
        guardian_quality: mother, father, guardian.
        came: how it came.
        sent_on: the day on which it was, where it did not come by the candidate's space; there, what
            could not be sent on the last day is of that day (R-05).
        received_on: the day on which the service had it, in the same case.
        entered_name: who enters it, in the same case.
    """

    text: str
    has_papers: bool = False
    guardian_name: str = ""
    guardian_quality: str = ""
    came: Came = Came.SPACE
    sent_on: date | None = None
    received_on: date | None = None
    entered_name: str = ""


def appeal(case: Case, said: Contested, *, at: datetime) -> Appeal:
    """Keep an appeal against a notified decision.

    Args:
        case: the last decision that was notified, or had been when a letter was sent, locked with
            its registration.
        said: what the appeal says.
        at: the instant.

    Raises:
        NotNotified: there is nothing to contest.
        NotStanding: the registration is withdrawn.
        NothingContested: it says nothing.
        DecisionReplaced: another decision was notified since, not after a letter was sent.
        AppealToCome: it is said to come from a day to come, or to be received before it was sent.
        BeforeDecision: it is said to be sent before what it contests was notified.
        AlreadyAppealed: one stands already, answered or not: another would interrupt nothing.
        BeingTakenAgain: the decision is being taken again for an error.
    """
    if case.state != State.NOTIFIED or case.notified_at is None:
        raise NotNotified
    if (
        case.registration.withdrawn_at is not None
    ):  # set aside, it may be restored: the delay runs on
        raise NotStanding
    if not said.text:
        raise NothingContested
    contested = case.registration
    zone = clock_of(case)
    received_on = said.received_on or local_day(at, zone)
    own = sent_on_from_space(case, zone, at=at) if said.came == Came.SPACE else received_on
    sent_on = said.sent_on or own
    if not sent_on <= received_on <= max(contested.last_day(at), local_day(at, zone)):
        raise AppealToCome
    notified = Case.objects.filter(registration=case.registration_id, state=State.NOTIFIED)
    later = notified.filter(notified_at__gt=case.notified_at).order_by("notified_at").first()
    if later is not None:
        later.registration = contested
        if said.came == Came.SPACE or sent_on >= first_day_of(later):
            raise DecisionReplaced
    if sent_on < first_day_of(case):
        raise BeforeDecision
    if Appeal.objects.standing().filter(case=case).exists():
        raise AlreadyAppealed
    again = Case.objects.open().filter(registration=case.registration_id, instead_of=case)
    if again.exists():
        raise BeingTakenAgain
    made: Appeal = Appeal.objects.create(
        case=case,
        text=said.text,
        has_papers=said.has_papers,
        came=said.came,
        guardian_name=said.guardian_name,
        guardian_quality=said.guardian_quality,
        sent_on=sent_on,
        received_on=received_on,
        kept_at=at,
        entered_name=said.entered_name,
        months_of_distance=months_more(case),
    )
    return made


def withdraw_appeal(found: Appeal, *, at: datetime) -> None:
    """Take an appeal back, while nothing has become of it.

    Args:
        found: locked with its registration.
        at: the instant.

    Raises:
        AppealAnswered: it was answered, or the decision is taken again on it.
    """
    if not found.is_waiting:
        raise AppealAnswered
    found.withdrawn_at = at
    found.save(update_fields=["withdrawn_at"])


def refuse_appeal(found: Appeal, *, reason: str, author: Author, at: datetime) -> None:
    """Refuse an appeal: the decision stands, for the reason that the answer says.

    Args:
        found: locked with its registration.
        reason: why, as its candidate reads it.
        author: who refuses it for the authority (L-03).
        at: the instant.

    Raises:
        AppealAnswered: it was answered meanwhile, taken back, or the decision is taken again on it.
        ReasonMissing: nothing is said.
        AuthorMissing: the answer would not say who takes it.
    """
    if not found.is_waiting:
        raise AppealAnswered
    if not reason:
        raise ReasonMissing
    if not all((author.first_name, author.last_name, author.quality, author.service)):
        raise AuthorMissing
    found.answered_at, found.reason = at, reason
    found.answered_first_name, found.answered_last_name = author.first_name, author.last_name
    found.answered_quality, found.answered_service = author.quality, author.service
    found.months_of_distance = months_more_after(found)
    found.save()


def note_call_about(found: Appeal, *, name: str, is_reached: bool, at: datetime) -> None:
    """Note that somebody telephoned about an answer that nobody had opened.

    Args:
        found: locked with its registration.
        name: who telephoned.
        is_reached: whether its candidate, or who answers for them, was spoken to.
        at: the instant.

    Raises:
        NotNotified: there is nothing to speak of.
    """
    if not found.is_answered:
        raise NotNotified
    found.called_at, found.called_name, found.is_reached = at, name, is_reached
    found.save(update_fields=["called_at", "called_name", "is_reached"])


def keep_answer(found: Appeal, version: DocumentVersion) -> None:
    """Keep the document that answers an appeal."""
    found.answer = version
    found.save(update_fields=["answer"])
