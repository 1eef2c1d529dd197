"""What else a registration may be for, without being left: « Changer de spécialité ».

Another speciality of its exam; or another exam, where one alone of a set stands (C4): whoever takes
the one cannot keep the other.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from sporades.core.text import search_key
from sporades.exams import queries
from sporades.exams.models import Exam, Speciality
from sporades.exams.queries import OfferedExam
from sporades.exams.titles import qualification_of
from sporades.registrations.exclusion import scope_of
from sporades.registrations.models import Draft, Registration
from sporades.registrations.titles import title_of

CHOICE, TITLE = "choice", "title"
"""Under what a version says what it is for: its codes, and its name at that time."""
CHOSEN_ANEW = "chosen_anew"
"""Said by a version that is for another exam, or speciality, than the one before."""


class Choice(NamedTuple):
    """An exam, and its speciality where it has any."""

    exam: Exam
    speciality: Speciality | None

    @property
    def key(self) -> str:
        """What tells it from others in a form."""
        return f"{self.exam.pk}-{self.speciality.pk if self.speciality else 0}"

    @property
    def label(self) -> str:
        """Name it, without its session."""
        return qualification_of(self.exam.label, self.speciality.label if self.speciality else None)


def choice_of(one: Registration | Draft) -> Choice:
    """Return what a registration, or a draft, is for."""
    return Choice(one.exam, one.speciality)


def is_another(draft: Draft) -> bool:
    """Tell whether a modification is for something else than its registration."""
    filed = draft.amends
    if filed is None:
        return False
    return (draft.exam_id, draft.speciality_id) != (filed.exam_id, filed.speciality_id)


def choices_beside(registration: Registration) -> list[Choice]:
    """Return what a registration may be changed to, by name: what is offered where it is.

    Args:
        registration: loaded `for_list()` at least.
    """
    programme = queries.programme_of(registration.service)
    if programme is None:
        return []
    scope, mine = scope_of(registration), choice_of(registration)
    found: list[Choice] = []
    for offered in programme.exams:
        is_beside = scope and programme.regulation.rules.exclusive_scope(offered.rules) == scope
        if is_beside or offered.exam.pk == mine.exam.pk:
            found += _choices_in(offered)
    return sorted((one for one in found if one != mine), key=lambda one: search_key(one.label))


def _choices_in(offered: OfferedExam) -> list[Choice]:
    if not offered.specialities:
        return [Choice(offered.exam, None)]
    return [Choice(offered.exam, one) for one in offered.specialities]


def said_of(choice: Choice) -> dict[str, str]:
    """Return what a version says of what it is for, by which it is told from another."""
    exam, speciality = choice
    return {
        "exam": exam.code,
        "exam_label": exam.label,
        "speciality": speciality.code if speciality else "",
        "speciality_label": speciality.label if speciality else "",
    }


def named(choice: Choice) -> dict[str, Any]:
    """Return the same with its name, as a version says both."""
    return {TITLE: title_of(*choice), CHOICE: said_of(choice)}


def is_the_same(before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    """Tell whether two versions are for the same; those of before there were codes, by their names."""
    was, now = before.get(CHOICE), after.get(CHOICE)
    if was and now:
        return bool((was["exam"], was["speciality"]) == (now["exam"], now["speciality"]))
    return bool(before.get(TITLE) == after.get(TITLE))


def is_of_one_exam(before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    """Tell whether two versions are for one exam; those of before there were codes are."""
    was, now = before.get(CHOICE), after.get(CHOICE)
    return not (was and now) or bool(was["exam"] == now["exam"])


def change_in_words(before: Mapping[str, Any], after: Mapping[str, Any]) -> str:
    """Say what a version is for, where that is not what the one before was; or nothing."""
    if is_the_same(before, after):
        return ""
    was, now = before.get(CHOICE), after.get(CHOICE)
    if was and now and is_of_one_exam(before, after):
        return f"Spécialité : {was['speciality_label']} → {now['speciality_label']}"
    old, new = (_named(one) for one in (before, after))
    return f"Examen ou concours : {old} → {new}"


def _named(said: Mapping[str, Any]) -> str:
    kept = said.get(CHOICE)
    if not kept:
        return str(said.get(TITLE, ""))
    return qualification_of(kept["exam_label"], kept["speciality_label"])
