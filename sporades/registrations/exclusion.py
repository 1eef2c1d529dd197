"""One registration a session: what stands already and keeps another one from being filed (C4).

The database arbitrates when one files (`filing`); this says it before anything is typed.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from sporades.exams import schema
from sporades.exams.models import Exam, Regulation, Speciality
from sporades.registrations.models import Registration
from sporades.registrations.refusals import AlreadyRegistered


@dataclass(frozen=True)
class Exclusion:
    """A registration that stands in the way.

    Attributes:
        registration: the one that stands.
        message: why both cannot, and what to do, in the words of the refusal.
        is_the_same: whether it is for the very same choice.
    """

    registration: Registration
    message: str
    is_the_same: bool


def exclusion_by(
    standing: Iterable[Registration],
    *,
    exam: Exam,
    speciality: Speciality | None,
    rules: schema.Exam,
    regulation: Regulation,
) -> Exclusion | None:
    """Return the registration that excludes a new one for this choice, or nothing.

    Args:
        standing: the registrations of the candidate, withdrawn ones too.
        exam: what is chosen.
        speciality: its speciality, where the exam has any.
        rules: what the réglementation says of the exam.
        regulation: the version in force, which holds these rules.
    """
    scope = regulation.rules.exclusive_scope(rules)
    choice = (exam.pk, speciality.pk if speciality else None)
    for registration in standing:
        if not registration.is_active:
            continue
        if (registration.exam_id, registration.speciality_id) == choice:
            return Exclusion(registration, str(AlreadyRegistered()), is_the_same=True)
        if scope and registration.exclusive_scope == scope:
            message = str(AlreadyRegistered(rules.exclusive))
            return Exclusion(registration, message, is_the_same=False)
    return None
