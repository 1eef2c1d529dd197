"""One registration a session: what stands already and keeps another one from being filed (C4).

By the rules in force: those under which another was filed may have set no such rule, or a narrower
one. Whoever files, restores or merges judges it under the lock of the candidate; the database holds it
among what was filed by the same rules (`operations.scoping`). This says it before anything is typed.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from django.db.models import Count

from sporades.accounts.permissions import Reach
from sporades.exams import queries, schema
from sporades.exams.models import Exam, Regulation, Speciality
from sporades.exams.schema.eligibility import ExclusiveScope
from sporades.registrations.dossier import rules_among, rules_of
from sporades.registrations.models import Draft, Registration
from sporades.registrations.refusals import AlreadyRegistered

_WITHOUT_LEAVING = (
    "Pour la garder en changeant son choix, sans vous désinscrire : « Changer de spécialité », dans "
    "« Gérer ma candidature »."
)


@dataclass(frozen=True)
class Exclusion:
    """A registration that stands in the way.

    Attributes:
        registration: the one that stands.
        message: why both cannot, and what to do, in the words of the refusal.
        is_the_same: whether it is for the very same choice.
        wanted: what it keeps out, as `choices.Choice.key` names it; nothing of a modification.
    """

    registration: Registration
    message: str
    is_the_same: bool
    wanted: str

    def may_become(self, at: datetime) -> bool:
        """Return whether the registration that stands may be changed by its candidate to what it keeps out."""
        return bool(self.wanted) and not self.is_the_same and self.registration.is_editable(at)

    def in_words(self, at: datetime) -> str:
        """Say what a draft that it excludes waits for, and what to do."""
        said = (
            f"Elle ne peut pas l'être tant que votre inscription à : {self.registration} est en "
            f"cours. {self.message}"
        )
        return f"{said} {_WITHOUT_LEAVING}" if self.may_become(at) else said


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
    return _exclusion_by(standing, exam=exam, speciality=speciality, rules=rules, scope=scope)


def _exclusion_by(
    standing: Iterable[Registration],
    *,
    exam: Exam,
    speciality: Speciality | None,
    rules: schema.Exam,
    scope: str,
) -> Exclusion | None:
    choice = (exam.pk, speciality.pk if speciality else None)
    for registration in _excluding(standing, choice=choice, scope=scope):
        is_the_same = (registration.exam_id, registration.speciality_id) == choice
        message = str(AlreadyRegistered(None if is_the_same else rules.exclusive))
        wanted = f"{exam.pk}-{speciality.pk if speciality else 0}"
        return Exclusion(registration, message, is_the_same=is_the_same, wanted=wanted)
    return None


def exclusion_of(draft: Draft, standing: Iterable[Registration]) -> Exclusion | None:
    """Return the registration that excludes a draft: of a modification for another choice, another one.

    Args:
        draft: an open draft, with its service.
        standing: the registrations of the candidate, withdrawn ones too.
    """
    own = list(standing)
    amended = next((one for one in own if one.pk == draft.amends_id), None)
    choice = (draft.exam_id, draft.speciality_id)
    if draft.amends_id is not None and (
        amended is None or (amended.exam_id, amended.speciality_id) == choice
    ):
        return None
    exam, speciality = draft.exam, draft.speciality
    programme = queries.programme_of(draft.service)
    regulation = programme.regulation.rules if programme else None
    rules = rules_among(regulation, exam=exam, speciality=speciality) if regulation else None
    if rules is None:
        # Offered no more: by the version under which it was begun.
        regulation = queries.rules(draft.regulation_id)
        rules = rules_among(regulation, exam=exam, speciality=speciality)
    if regulation is None or rules is None:
        return None
    found = _exclusion_by(
        [one for one in own if one is not amended],
        exam=exam,
        speciality=speciality,
        rules=rules,
        scope=regulation.exclusive_scope(rules),
    )
    # What it modifies is to be that choice: the other one is not changed to it too.
    return replace(found, wanted="") if found and amended else found


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
    return next(_excluding(own, choice=choice, scope=scope_of(withdrawn)), None)


def scope_of(registration: Registration) -> str:
    """Name the set of registrations among which one is alone for its candidate, by the rules in force.

    Those of which it was filed under, where the rules in force offer its exam no more.

    Args:
        registration: loaded `for_list()` at least.

    Returns:
        As `exclusive_scope` of the réglementation names it; nothing where it excludes no other.
    """
    programme = queries.programme_of(registration.service)
    if programme is None:
        return registration.exclusive_scope
    return scope_under(programme.regulation, registration)


def scope_under(regulation: Regulation, registration: Registration) -> str:
    """Return the same, by another version, in force or not, for its domain and session."""
    exam, speciality = registration.exam, registration.speciality
    rules = rules_of(regulation, exam=exam, speciality=speciality)
    return regulation.rules.exclusive_scope(rules) if rules else registration.exclusive_scope


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
        if one.is_active and (is_the_same or (scope and scope_of(one) == scope)):
            yield one


@dataclass(frozen=True)
class Together:
    """Registrations that stand, of which a version of the réglementation admits one alone.

    Attributes:
        candidates: how many candidates have such.
        shown: those of the first of them: for each candidate and set, the registrations.
    """

    candidates: int
    shown: list[list[Registration]]

    @property
    def is_cut(self) -> bool:
        """Whether there are candidates of whom nothing is shown."""
        return self.candidates > len({one[0].candidate_id for one in self.shown})


def standing_together(regulation: Regulation, reach: Reach | None, *, most: int) -> Together:
    """Return what stands together against a version, in force or not: it was filed before.

    Nothing of it is undone by the version; it excludes a new one.

    Args:
        regulation: the version.
        reach: the perimeter within which registrations are looked for; nothing for all.
        most: how many candidates are shown, the first registered first.
    """
    rules = regulation.rules
    scopes = {exam.code: rules.exclusive_scope(exam) for exam in rules.exams}
    here = {"exam__domain__code": rules.domain.code, "exam__session__code": rules.session.code}
    standing = Registration.objects.active().filter(**here)
    if reach is not None:
        standing = standing.within(reach)
    found: set[int] = set()
    for within, codes in _by_breadth(rules).items():
        grouped = standing.filter(exam__code__in=codes).order_by()
        keys = ("candidate",) if within is ExclusiveScope.DOMAIN else ("candidate", "exam")
        several = grouped.values(*keys).annotate(count=Count("pk")).filter(count__gt=1)
        found.update(several.values_list("candidate", flat=True))
    sets: dict[tuple[int, str], list[Registration]] = defaultdict(list)
    for one in standing.filter(candidate__in=sorted(found)[:most]).for_list().order_by("pk"):
        if scope := scopes.get(one.exam.code):
            sets[one.candidate_id, scope].append(one)
    return Together(len(found), [one for one in sets.values() if len(one) > 1])


def _by_breadth(rules: schema.Regulation) -> dict[ExclusiveScope, list[str]]:
    found: dict[ExclusiveScope, list[str]] = defaultdict(list)
    for exam in rules.exams:
        if exam.exclusive is not None:
            found[exam.exclusive.within].append(exam.code)
    return found
