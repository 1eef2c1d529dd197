"""One registration a session: what stands already and keeps another one from being filed (C4).

The database arbitrates when one files (`filing`); this says it before anything is typed.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from sporades.exams import queries, schema
from sporades.exams.models import Exam, Regulation, Speciality
from sporades.registrations.dossier import rules_of
from sporades.registrations.models import Draft, Registration
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

    @property
    def in_words(self) -> str:
        """What a draft that it excludes waits for, and what to do."""
        return (
            f"Elle ne peut pas l'être tant que votre inscription à : {self.registration} est en "
            f"cours. {self.message}"
        )


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
    for registration in _excluding(standing, choice=choice, scope=scope):
        is_the_same = (registration.exam_id, registration.speciality_id) == choice
        message = str(AlreadyRegistered(None if is_the_same else rules.exclusive))
        return Exclusion(registration, message, is_the_same=is_the_same)
    return None


def exclusion_of(draft: Draft, standing: Iterable[Registration]) -> Exclusion | None:
    """Return the registration that excludes a draft; a modification is excluded by none.

    Args:
        draft: an open draft, with its service.
        standing: the registrations of the candidate, withdrawn ones too.
    """
    programme = queries.programme_of(draft.service) if draft.amends_id is None else None
    if programme is None:
        return None
    regulation = programme.regulation
    rules = rules_of(regulation, exam=draft.exam, speciality=draft.speciality)
    if rules is None:
        return None
    return exclusion_by(
        standing, exam=draft.exam, speciality=draft.speciality, rules=rules, regulation=regulation
    )


def standing_instead_of(
    withdrawn: Registration, own: Iterable[Registration] | None = None
) -> Registration | None:
    """Return the active registration that leaves no room for a withdrawn one anew, if any.

    Args:
        withdrawn: the registration that was left.
        own: those of its candidate, where they are read already.
    """
    if own is None:
        own = Registration.objects.filter(candidate=withdrawn.candidate_id).for_list()
    choice = (withdrawn.exam_id, withdrawn.speciality_id)
    return next(_excluding(own, choice=choice, scope=withdrawn.exclusive_scope), None)


def begun_again_from(
    own: Iterable[Registration], drafts: Iterable[Draft], *, at: datetime
) -> list[Registration]:
    """Return the withdrawn registrations that a new one may be filled from: the last of each choice.

    Where the service has set the last one aside, no older answers are offered against its decision.

    Args:
        own: those of one candidate.
        drafts: their open drafts: what is begun anew is not offered again.
        at: the instant.
    """
    mine = sorted(own, key=lambda one: (one.filed_at, one.pk))
    begun = {(one.exam_id, one.speciality_id) for one in drafts if one.amends_id is None}
    last = {(one.exam_id, one.speciality_id): one for one in mine}
    return [
        one
        for choice, one in last.items()
        if choice not in begun
        and one.can_be_undone(at)
        and one.is_offered
        and not standing_instead_of(one, mine)
    ]


def is_set_aside_since(withdrawn: Registration) -> bool:
    """Return whether the last registration for the choice of a withdrawn one was set aside by its service."""
    same = Registration.objects.filter(
        candidate=withdrawn.candidate_id, exam=withdrawn.exam_id, speciality=withdrawn.speciality_id
    )
    last = same.order_by("-filed_at", "-pk").first()
    return last is not None and last.is_set_aside


def _excluding(
    standing: Iterable[Registration], *, choice: tuple[int, int | None], scope: str
) -> Iterator[Registration]:
    for one in standing:
        is_the_same = (one.exam_id, one.speciality_id) == choice
        if one.is_active and (is_the_same or (scope and one.exclusive_scope == scope)):
            yield one
