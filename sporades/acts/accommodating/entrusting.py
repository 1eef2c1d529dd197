"""A request is found incomplete, goes to a doctor and comes back; the opinion."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import OuterRef, QuerySet

from sporades.accommodations import operations as accommodations
from sporades.accommodations.models import AsRead, Case
from sporades.accommodations.operations import OpinionOn
from sporades.accommodations.queries import left_by_their_doctor, lock_case, papers_asked_of
from sporades.accommodations.states import State
from sporades.accounts.models import User
from sporades.acts.accommodating.silent import keep_acceptance
from sporades.acts.accommodating.telling import lock_as_read, note, open_papers_to, tell_candidate
from sporades.acts.people.guardians import tell_guardian
from sporades.core.actors import Actor
from sporades.core.refusals import Refused
from sporades.medical.queries import kinds_confided, kinds_given

TAKEN_FROM_DOCTOR = "accommodation taken from its doctor"
LEFT_BY_DOCTOR = "accommodation left by its doctor"


class NotInCharge(Refused):
    """Another doctor, or nobody, has the request."""

    message = "Cette demande ne vous est pas confiée, ou ne l'est plus."


@transaction.atomic
def declare_incomplete(
    *, case: Case, missing: str, by: Actor, at: datetime, seen: AsRead | None = None
) -> None:
    """Say what is missing; the candidate reads it in their space, a mail says that it awaits.

    Args:
        case: which.
        missing: what is said, which its candidate reads.
        by: who says it.
        at: the instant.
        seen: how it stood as it was read, where somebody has read it.

    Raises:
        HandedOver: its registration is another academy's since it was read.
        ReasonMissing: nothing is said.
        WithDoctorMeanwhile, Rewritten: it was given to a doctor, or changed, since it was read.
        Refused: nothing may be said missing of it any more.
    """
    locked = lock_as_read(case, by=by)
    accommodations.check_as_read(locked, seen)
    keep_acceptance(locked, at=at)
    accommodations.declare_incomplete(locked, missing=missing, at=at)
    open_papers_to(None, locked)
    note("accommodation found incomplete", locked, by=by, at=at)
    _tell_of_missing(locked, at=at)


@transaction.atomic
def reword_missing(
    *, case: Case, missing: str, seen: datetime | None, by: Actor, at: datetime
) -> None:
    """Say otherwise what is missing; said again in the same words, it is nothing.

    Args:
        case: which.
        missing: in other words.
        seen: since when it was incomplete, as it was read: others may have reworded it.
        by: who says it.
        at: the instant.

    Raises:
        HandedOver: its registration is another academy's since it was read.
        Rewritten: somebody else has reworded it meanwhile.
        ReasonMissing, AskedByDoctor, Refused: see `accommodations.operations.reword_missing`.
    """
    locked = lock_as_read(case, by=by)
    if locked.missing == missing and locked.state == State.INCOMPLETE:
        return
    _check_incomplete_since(locked, seen)
    if accommodations.reword_missing(locked, missing=missing, at=at):
        note("accommodation missing reworded", locked, by=by, at=at)
        _tell_of_missing(locked, at=at)


@transaction.atomic
def find_complete(*, case: Case, seen: datetime | None, by: Actor, at: datetime) -> None:
    """« Elle est complète : revenir dessus »; its candidate, and the guardian of a minor, are told.

    Args:
        case: which.
        seen: since when it was incomplete, as it was read.
        by: who goes back on it.
        at: the instant.

    Raises:
        HandedOver: its registration is another academy's since it was read.
        Rewritten: somebody else has reworded what is missing meanwhile.
        NotSigned: its candidate was found to be a minor since it was sent.
        BeingCompleted, Refused: see `accommodations.operations.find_complete`.
    """
    locked = lock_as_read(case, by=by)
    _check_incomplete_since(locked, seen)
    if locked.state == State.INCOMPLETE and locked.lacks_signature(at):
        raise accommodations.NotSigned
    accommodations.find_complete(locked)
    note("accommodation found complete", locked, by=by, at=at)
    _tell_of_missing(locked, at=at)


def _check_incomplete_since(case: Case, seen: datetime | None) -> None:
    if case.state == State.INCOMPLETE and case.incomplete_at != seen:
        raise accommodations.Rewritten


def _tell_of_missing(case: Case, *, at: datetime) -> None:
    """Tell its candidate, and the guardian of a minor, that something is said of their request."""
    tell_candidate(case, "something_awaits", at=at, lacks=is_to_be_given_more(case))
    key = f"accommodation:{case.pk}:{case.state}:{at.isoformat()}"
    tell_guardian(case.registration, at=at, key=key)


@transaction.atomic
def entrust(
    *,
    case: Case,
    doctor: User,
    name: str,
    by: Actor,
    at: datetime,
    seen: int | None = None,
) -> None:
    """Find a request complete and give it to a doctor, who alone reads its papers of health.

    Args:
        case: which.
        doctor: the account of the doctor.
        name: how the doctor is called.
        by: who entrusts it.
        at: the instant.
        seen: the revision that was read, where somebody has read one.

    Raises:
        HandedOver: its registration is another academy's since it was read.
        Rewritten: its candidate has changed it meanwhile.
        Refused: it stands no more as it was read.
    """
    locked = lock_as_read(case, by=by)
    if seen is not None and locked.revision != seen:
        raise accommodations.Rewritten
    accommodations.entrust(locked, doctor=doctor, name=name, at=at)
    open_papers_to(doctor, locked)
    note("accommodation entrusted", locked, by=by, at=at, doctor=name)


@transaction.atomic
def take_from_doctor(*, case: Case, by: Actor, at: datetime, seen: AsRead | None = None) -> None:
    """Take a request from its doctor, who reads its papers no more.

    Args:
        case: which.
        by: who takes it.
        at: the instant.
        seen: how it stood as it was read, where somebody has read it: another doctor may have it.

    Raises:
        HandedOver: its registration is another academy's since it was read.
        Rewritten: it was taken, and entrusted again, since it was read.
        Refused: no doctor has it.
    """
    locked = lock_as_read(case, by=by)
    if seen is not None and locked.as_read != seen:
        raise accommodations.Rewritten
    accommodations.take_from_doctor(locked)
    open_papers_to(None, locked)
    note(TAKEN_FROM_DOCTOR, locked, by=by, at=at)


@transaction.atomic
def leave_doctor(*, case: Case, day: date, by: Actor, at: datetime) -> bool:
    """Give a request back to the list of its academy once its doctor is one there no more.

    Args:
        case: which.
        day: today.
        by: who ends the role of the doctor, or the service.
        at: the instant.

    Returns:
        Whether it was with such a doctor.
    """
    locked = lock_case(case)
    if not left_by_their_doctor(day=day).filter(pk=locked.pk).exists():
        return False
    name = locked.doctor_name
    accommodations.take_from_doctor(locked, left_at=at)
    open_papers_to(None, locked)
    note(LEFT_BY_DOCTOR, locked, by=by, at=at, doctor=name)
    return True


@transaction.atomic
def opine(
    *,
    case: Case,
    opinions: Mapping[str, OpinionOn],
    text: str,
    seen: int,
    by: Actor,
    at: datetime,
) -> None:
    """Give the opinion of the doctor in charge on each measure.

    Args:
        case: which.
        opinions: by the code of the measure.
        text: for the authority; it holds no diagnosis.
        seen: the revision that was read.
        by: the doctor.
        at: the instant.

    Raises:
        NotInCharge: it is entrusted to another, or to nobody.
        Rewritten, OpinionMissing, UnknownMeasure, Refused: see `accommodations.operations.opine`.
    """
    locked = lock_case(case)
    if by.identifier != f"user:{locked.doctor_id}":
        raise NotInCharge
    accommodations.opine(locked, opinions, text=text, seen=seen, at=at)
    note("accommodation opinion given", locked, by=by, at=at)


@dataclass(frozen=True)
class PaperGiven:
    """A paper of health that a request calls for.

    Attributes:
        label: how the réglementation names it.
        is_mandatory: whether the request is not complete without it.
        is_given: whether a clean file was confided.
    """

    label: str
    is_mandatory: bool
    is_given: bool


def with_kinds_given(cases: QuerySet[Case]) -> QuerySet[Case]:
    """Return requests with `given`, the codes of the papers that were confided for each, and no more."""
    given = kinds_confided(OuterRef("registration"))
    return cases.annotate(given=given).prefetch_related("measures")


def papers_given(case: Case) -> list[PaperGiven]:
    """Return the papers that a request calls for, and whether each was confided: nothing of what they say.

    Args:
        case: with its registration.
    """
    given = kinds_given(case.registration)
    return [
        PaperGiven(one.label, one.is_mandatory, one.code in given)
        for one in papers_asked_of(case.registration)
    ]


def is_to_be_given_more(case: Case) -> bool:
    """Return whether a mail that asks for nothing else says that something mandatory is still to be given.

    Args:
        case: as the act has left it, with its registration.
    """
    return case.state == State.ASKED and lacks_a_paper(case)


def lacks_a_paper(case: Case) -> bool:
    """Return whether something mandatory is still to be given: silence decides nothing of the request.

    The papers of one that came by post are in the envelope beside it, which only a doctor opens.

    Args:
        case: a sent one, with its registration.
    """
    given = papers_given(case)
    return not case.has_envelope and any(one.is_mandatory and not one.is_given for one in given)
