"""Until when a request is in time, taken late, or changed."""

from datetime import datetime

from sporades.accommodations.models import Case
from sporades.accommodations.rules.of_exam import rules_of
from sporades.accommodations.states import State
from sporades.exams.models.service import MINUTE, RegistrationService
from sporades.exams.schema import Exam
from sporades.registrations.deadlines import after_reading, asked_until
from sporades.registrations.models import Registration


def deadline_of(registration: Registration) -> datetime:
    """Return until when a request is in time: the closing, unless the réglementation says another.

    A service that closes earlier than it was told takes back nothing; later, it gives as much time;
    so does read-only mode, in which it ended. Whoever was registered after it has the usual days.
    """
    return after_reading(registration.service, registration.accommodation_until)


def deadline_from(rules: Exam, service: RegistrationService, *, closing: datetime) -> datetime:
    """Return until when requests for a service are in time, of those who were registered before.

    Args:
        rules: what the réglementation says of the exam.
        service: which.
        closing: its own, or a later one that was told.
    """
    return after_reading(service, asked_until(service, rules, closing=closing))


def is_late(registration: Registration, at: datetime) -> bool:
    """Return whether the last minute of the deadline has passed."""
    return at >= deadline_of(registration) + MINUTE


def takes_late(registration: Registration, at: datetime) -> bool:
    """Return whether a request that comes after its deadline is taken, where it says why.

    None is once the exam is over: nobody sits it any more.
    """
    asked = rules_of(registration)
    if asked is None or not asked.late or registration.is_exam_over(at):
        return False
    until = late_until(registration)
    return until is None or at < until + MINUTE


def is_over(registration: Registration, at: datetime) -> bool:
    """Return whether no first request is taken any more; what was sent before is still completed."""
    return is_late(registration, at) and not takes_late(registration, at)


def late_until(registration: Registration) -> datetime | None:
    """Return until when a late request is taken; nothing where it always is, or never."""
    asked, service = rules_of(registration), registration.service
    if asked is None or asked.late_until is None:
        return None
    until = asked.late_until.instant(closing=registration.told_closing, zone=service.zone)
    return after_reading(service, until)


def may_appear(registration: Registration, at: datetime) -> bool:
    """Return whether a need that appears now may still be asked for, the deadline having passed."""
    return registration.is_active and takes_late(registration, at) and is_late(registration, at)


def may_take_up(case: Case, registration: Registration) -> bool:
    """Return whether its candidate may still change a request that was sent."""
    is_theirs = case.instead_of_id is None
    return case.state == State.ASKED and registration.is_active and is_theirs
