"""Make a request follow its registration: its answers, its state, its academy."""

from datetime import datetime

from django.db import transaction
from django.db.models import Q

from sporades.accommodations.late import LATE, in_time_after_all
from sporades.accommodations.models import Case
from sporades.accommodations.operations.asking import withdraw
from sporades.accommodations.operations.examining import (
    declare_incomplete,
    find_complete,
    take_from_doctor,
)
from sporades.accommodations.rules import followed_by, is_late
from sporades.accommodations.states import (
    OPEN,
    State,
)
from sporades.exams.schema.accommodations import Procedure
from sporades.registrations.models import Registration

CATEGORY_CHANGED = (
    "Votre catégorie de candidat a changé : votre demande suit maintenant la procédure complète. "
    "Déposez les papiers qu'elle demande, puis envoyez-la de nouveau."
)


def follow(registration: Registration, *, is_declared_no_more: bool, at: datetime) -> Case | None:
    """Make the open request of a registration follow its answers, its state and its academy.

    What becomes of it is told by one table, « A request for accommodations » of docs/states.md.

    Args:
        registration: locked, as it stands now.
        is_declared_no_more: whether its candidate has just answered that there is no handicap.
        at: the instant.

    Returns:
        The request, where it has moved.
    """
    open_ones = Case.objects.filter(registration=registration.pk, state__in=OPEN)
    case = open_ones.select_for_update(of=("self",)).first()
    if case is None:
        return None
    case.registration = registration
    if registration.withdrawn_at is not None:
        return _left(case, at=at)
    if not registration.is_active:
        return None
    if is_declared_no_more and case.asked_at is None:
        return _left(case, at=at)
    return _by_procedure(case, at=at)


@transaction.atomic
def follow_dates(service: int, *, after: int, last: int, at: datetime) -> None:
    """Take as in time what was sent late to a service that was extended since; nothing is late by it.

    Why it was late is the reason of nothing any more, as once it is sent again.

    Args:
        service: the key of the service.
        after, last: the key of the registration after which to go on, and the last one.
        at: the instant.
    """
    theirs = Q(registration__gt=after, registration__lte=last, registration__service=service)
    late = Case.objects.filter(theirs, received__has_key=LATE)
    keys = set(late.values_list("registration", flat=True))
    mine = Registration.objects.filter(pk__in=keys).order_by("pk")
    held = list(mine.select_for_update(of=("self",)).values_list("pk", flat=True))
    known = {one.pk: one for one in Registration.objects.whole().with_owed().filter(pk__in=held)}
    for case in late.filter(registration__in=held).select_for_update(of=("self",)):
        case.registration = known[case.registration_id]
        if (received := in_time_after_all(case)) is None:
            continue
        case.received = received
        if not is_late(case.registration, at):
            case.late_reason, case.late_words = "", ""
        case.save(update_fields=["received", "late_reason", "late_words"])


def _left(case: Case, *, at: datetime) -> Case | None:
    if not case.is_undecided:
        return None
    withdraw(case, at=at)
    return case


def _by_procedure(case: Case, *, at: datetime) -> Case | None:
    """Ask for what the whole procedure calls for, where a new category has no right to the simple one.

    One that lacks that alone, of a category that has a right to it after all, is complete as it was sent.
    """
    codes = [one.code for one in case.measures.all()]
    under = case.regulation_id or case.registration.regulation_id
    now = followed_by(case.registration, under=under, plan=case.plan, measures=codes)
    if now.value == case.procedure or case.state in {State.OPINION_GIVEN, State.DECIDED}:
        return None
    case.procedure = now.value
    case.save(update_fields=["procedure"])
    if now is Procedure.COMPLETE and case.state in {State.ASKED, State.WITH_DOCTOR}:
        declare_incomplete(case, missing=CATEGORY_CHANGED, at=at)
        return case
    is_asked_of_it = case.missing == CATEGORY_CHANGED and not case.is_changed_since_incomplete
    if now is Procedure.SIMPLE and is_asked_of_it and not case.lacks_signature(at):
        find_complete(case)
        return case
    return None


def leave_academy(registration: Registration, *, at: datetime) -> Case | None:
    """Take a request from the doctor of the academy that a registration leaves; return it if so.

    Args:
        registration: locked, where it is now.
        at: since when that doctor cannot have it any more.
    """
    found = Case.objects.filter(registration=registration.pk, state=State.WITH_DOCTOR)
    case: Case | None = found.select_for_update(of=("self",)).first()
    if case is not None:
        case.registration = registration
        take_from_doctor(case, left_at=at)
    return case
