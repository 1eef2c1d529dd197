"""A decision is notified, read, called about; the delay of an appeal follows."""

from datetime import datetime
from typing import Self

from django.db import transaction

from sporades.accommodations import operations as accommodations
from sporades.accommodations.models import Called, Case
from sporades.accommodations.notification import NOTIFICATION
from sporades.accommodations.queries import lock_case
from sporades.accommodations.states import State
from sporades.acts.accommodating.silent import notified
from sporades.acts.accommodating.telling import (
    date_erasure,
    lock_as_read,
    lock_open,
    note,
    tell_candidate,
)
from sporades.acts.people.guardians import tell_guardian
from sporades.core.actors import Actor
from sporades.core.french import instant_in_words
from sporades.core.refusals import Refused
from sporades.documents import operations as documents
from sporades.documents.models import DocumentVersion
from sporades.registrations.models import Registration
from sporades.registrations.queries import check_not_handed_over


class CalledMeanwhile(Refused):
    """Its candidate was reached since the page was opened: that stands."""

    @classmethod
    def of(cls, called: Called, zone: str) -> Self:
        """Return the refusal that says who has reached them, and when."""
        when = f", le {instant_in_words(called.called_at, zone)}" if called.called_at else ""
        return cls(
            f"Rien n'est noté : {called.called_name} a prévenu le candidat entre-temps{when}."
        )

    @classmethod
    def check(cls, called: Called, *, is_reached: bool, seen: str | None, zone: str) -> None:
        """Refuse that nobody has answered, where a colleague has reached them since that was read.

        Args:
            called: what the call is about, as it stands.
            is_reached: whether they were spoken to.
            seen: the last call that was read, as `Called.call_mark` says it, where somebody has read it.
            zone: where the service is.

        Raises:
            CalledMeanwhile: that stands.
        """
        if called.is_reached and not is_reached and seen not in (None, called.call_mark):
            raise cls.of(called, zone)


class NotDecided(Refused):
    """No decision waits to be notified."""

    message = "Aucune décision n'attend d'être notifiée pour cette inscription."


@transaction.atomic
def notify(*, case: Case, seen: datetime | None, by: Actor, at: datetime) -> None:
    """Notify a decision by a document in the candidate's space; a mail says that something awaits.

    Args:
        case: which.
        seen: when the decision that was read over was taken.
        by: who notifies it.
        at: the instant.

    Raises:
        HandedOver: its registration is another academy's since it was read.
        MentionsMissing, AuthorMissing: the notification would not say what the law asks for.
        NotDecided: nothing is decided, or it was notified meanwhile.
        Rewritten: it was corrected since it was read over.
    """
    locked = lock_as_read(case, by=by)
    if locked.state != State.DECIDED:
        raise NotDecided
    accommodations.check_decision_seen(locked, seen)
    registration = locked.registration
    version = documents.issue(registration.folder, NOTIFICATION, notified(locked, at=at), at=at)
    accommodations.notify(locked, version, at=at)
    date_erasure(registration, at=at)
    note("accommodation notified", locked, by=by, at=at)
    tell_candidate(locked, "something_awaits", enclosed=version, at=at)
    tell_guardian(registration, at=at, key=f"accommodation:{locked.pk}:notified")


@transaction.atomic
def notify_decision(*, registration: Registration, by: Actor, at: datetime) -> None:
    """Notify the decision of a registration that waits for it.

    Raises:
        HandedOver: its registration is another academy's since it was read.
        NotDecided: there is none.
        MentionsMissing, AuthorMissing: see `notify`.
    """
    locked = lock_open(registration)
    if locked is None:
        raise NotDecided
    check_not_handed_over(held=locked.registration, read=registration)
    notify(case=locked, seen=locked.decided_at, by=by, at=at)


@transaction.atomic
def follow_reading(*, notification: DocumentVersion) -> None:
    """Let the erasure of papers of health follow the first reading of a notification (P-14).

    Also of a decision that another has replaced: it may be contested as long.
    """
    case = Case.objects.filter(notification=notification).first()
    if case is not None:
        date_erasure(lock_case(case).registration)


@transaction.atomic
def note_call(
    *, case: Case, is_reached: bool, by: Actor, at: datetime, seen: str | None = None
) -> None:
    """Note a telephone call about a notification that nobody had opened.

    Args:
        case: which.
        is_reached: whether its candidate, or who answers for them, was spoken to.
        by: who telephoned.
        at: the instant.
        seen: the last call that was read, as `Called.call_mark` says it, where somebody has read it.

    Raises:
        HandedOver: its registration is another academy's since it was read.
        CalledMeanwhile: nobody has answered, and a colleague has reached them since it was read.
        NotNotified: see `accommodations.operations.note_call`.
    """
    locked = lock_as_read(case, by=by)
    zone = locked.registration.service.zone
    CalledMeanwhile.check(locked, is_reached=is_reached, seen=seen, zone=zone)
    accommodations.note_call(locked, name=by.name, is_reached=is_reached, at=at)
    note("accommodation call noted", locked, by=by, at=at, is_reached=is_reached)
