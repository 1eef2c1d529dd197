"""A request follows its registration, in the transaction of another act."""

from collections.abc import Iterable
from datetime import datetime

from django.conf import settings

from sporades import journal
from sporades.accommodations import operations as accommodations
from sporades.accommodations.models import Case
from sporades.accommodations.queries import with_a_doctor_of_theirs
from sporades.accommodations.rules import suits_exam
from sporades.accommodations.states import DECLARE_INCOMPLETE, State
from sporades.acts.accommodating.entrusting import (
    TAKEN_FROM_DOCTOR,
    declare_incomplete,
    find_complete,
    is_to_be_given_more,
)
from sporades.acts.accommodating.silent import keep_acceptance_of
from sporades.acts.accommodating.telling import (
    date_erasure,
    leave_papers,
    lock_open,
    note,
    open_papers_to,
    tell_candidate,
)
from sporades.acts.people.guardians import tell_guardian, tell_of_withdrawal
from sporades.core.actors import Actor
from sporades.core.french import local_day
from sporades.core.refusals import Refused
from sporades.exams.models import Exam
from sporades.registrations.models import Registration


class OfAnExam(Refused):
    """What was asked for, or decided, names what another exam does not have."""

    message = (
        "Une demande d'aménagement, ou sa décision, est faite pour les épreuves de cet examen : elle ne "
        "vaudrait pas pour l'autre. L'inscription ne change donc pas d'examen."
    )


VERBS = {
    State.ASKED: "accommodation found complete",
    State.INCOMPLETE: "accommodation found incomplete",
    State.WITHDRAWN: "accommodation withdrawn",
}

UNSIGNED = (
    "La signature de votre représentant légal : d'après votre date de naissance, vous êtes mineur(e). "
    "Faites-lui signer cette demande, puis envoyez-la de nouveau."
)
"""What is missing of a request that was sent as of somebody of age, and is a minor's."""


def follow(
    registration: Registration,
    *,
    is_declared_no_more: bool = False,
    is_leaving: bool = False,
    by: Actor,
    at: datetime,
) -> Case | None:
    """Make the open request of a registration follow it, in the transaction of another act.

    Args:
        registration: locked, as it stands now.
        is_declared_no_more: whether its candidate has just answered that there is no handicap.
        is_leaving: whether its candidate has just withdrawn it: its guardian is told of both at
            once, by whoever calls.
        by: who acts.
        at: the instant.

    Returns:
        The request, where it has moved.
    """
    if not is_leaving:
        keep_acceptance_of(registration, at=at)
    moved = accommodations.follow(registration, is_declared_no_more=is_declared_no_more, at=at)
    if moved is None:
        if is_leaving:
            date_erasure(registration, at=at)
        return None
    if moved.state == State.WITHDRAWN:
        leave_papers(moved, at=at)
        # Its candidate is told by the act that it follows.
        tell_of_withdrawal(moved, is_leaving=is_leaving, at=at)
    else:
        open_papers_to(None, moved)
    note(VERBS[State(moved.state)], moved, by=by, at=at)
    if moved.state != State.WITHDRAWN:
        tell_candidate(moved, "something_awaits", at=at, lacks=is_to_be_given_more(moved))
        key = f"accommodation:{moved.pk}:{moved.state}:{at.isoformat()}"
        tell_guardian(registration, at=at, key=key)
    return moved


def check_exam(registration: Registration, exam: Exam) -> None:
    """Check that what was asked for, and decided, can go with a registration to another exam.

    Args:
        registration: as it stands.
        exam: the exam that it would be for.

    Raises:
        OfAnExam: its épreuves, or what may be asked for, are others there.
    """
    if unsuited(registration, [exam]):
        raise OfAnExam


def unsuited(registration: Registration, exams: Iterable[Exam]) -> set[int]:
    """Return the keys of those exams with which what was asked for, and decided, cannot go.

    Args:
        registration: as it stands.
        exams: those that it could be for; its own always suits.
    """
    others = [one for one in exams if one.pk != registration.exam_id]
    if not others:
        return set()
    cases = Case.objects.filter(registration=registration.pk).exclude(state=State.WITHDRAWN)
    asked = list(cases.prefetch_related("measures"))
    return {
        other.pk
        for other in others
        if not all(suits_exam(one, registration, exam=other.code) for one in asked)
    }


def follow_birth_date(registration: Registration, *, by: Actor, at: datetime) -> None:
    """Give a request back to be signed, where its candidate is found to be a minor and no doctor has answered.

    One that was given back for that alone, of whoever is of age after all, is complete as it was sent.

    Args:
        registration: locked, under its candidate's civil data of now.
        by: who has set them right.
        at: the instant.
    """
    case = lock_open(registration)
    if case is None:
        return
    ask_for_signature(case, by=by, at=at)
    is_unsigned = case.state == State.INCOMPLETE and case.missing == UNSIGNED
    if is_unsigned and not case.is_changed_since_incomplete and not registration.is_minor(at):
        find_complete(case=case, seen=case.incomplete_at, by=by, at=at)


def ask_for_signature(case: Case, *, by: Actor, at: datetime) -> None:
    """Give a request back to be signed, where its candidate is a minor, whose guardian has not.

    Args:
        case: locked, with its registration.
        by: who acts.
        at: the instant.
    """
    if case.state in DECLARE_INCOMPLETE.sources and case.lacks_signature(at):
        declare_incomplete(case=case, missing=UNSIGNED, by=by, at=at)


def leave_academy(registration: Registration, *, left: str, by: Actor, at: datetime) -> None:
    """Take a request from the doctor of the academy that a registration leaves, unless they are one there too.

    Args:
        registration: where it is now.
        left: the code of the academy that it has left, whose journal says it too.
        by: who gives it away.
        at: the instant.
    """
    day = local_day(at, settings.TIME_ZONE)
    if with_a_doctor_of_theirs(day=day).filter(registration=registration.pk).exists():
        return
    moved = accommodations.leave_academy(registration, at=at)
    if moved is not None:
        open_papers_to(None, moved)
        taken = note(TAKEN_FROM_DOCTOR, moved, by=by, at=at)
        journal.also_for(taken, academy=left, number=registration.number)
