"""What a file would change at once for those who are registered, whatever their version.

The dates to know, and what a domain, a session, an exam or a speciality is called, are read
everywhere as they are now: no registration keeps those of its own version.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sporades.exams import schema
from sporades.exams.differences.content import Change, parts
from sporades.exams.differences.shared import named
from sporades.exams.differences.words import noun
from sporades.exams.held import held
from sporades.exams.models import Regulation
from sporades.exams.queries import exam_once_offered
from sporades.exams.schema.exam import Speciality as SpecialityRules
from sporades.exams.titles import qualification_of

_OTHERS = frozenset(schema.Exam.model_fields.keys() - {"label", "events"})
"""What a registration keeps, of an exam, as its own version says it."""


@dataclass(frozen=True)
class Reached:
    """What would change at once for some registrations.

    Attributes:
        title: what they are for.
        exam, speciality: its codes; nothing of all the exams, of all the specialities.
        changes: what would change.
    """

    title: str
    exam: str
    speciality: str
    changes: tuple[Change, ...]


def reaching(file: schema.File, in_force: Regulation | None) -> Iterator[Reached]:
    """Go through what would change for those who are registered: what is common, then exam by exam.

    Args:
        file: what the file says.
        in_force: the version in force, with its domain and session; nothing when there is none.
    """
    if in_force is None:
        return
    if common := tuple(named(file, in_force)):
        yield Reached(f"{in_force.domain}, {in_force.session}", "", "", common)
    known_rows = held().known
    rows = known_rows.exams.get((in_force.domain_id, in_force.session_id), {})
    before = {exam.code: exam for exam in in_force.rules.exams}
    for exam in file.exams:
        if exam.code in rows:
            known = before.get(exam.code) or exam_once_offered(in_force, exam=exam.code)
            row = rows[exam.code]
            own = known_rows.specialities.get(row.pk, {})
            called = {code: speciality.label for code, speciality in own.items()}
            yield from _of_exam(known, exam, row.label, called)


def _of_exam(
    before: schema.Exam, exam: schema.Exam, label: str, called: Mapping[str, str]
) -> Iterator[Reached]:
    known = before.model_copy(update={"label": label})
    if changes := tuple(parts(known, exam, "", without=_OTHERS, stays=noun(exam).stays)):
        yield Reached(label, exam.code, "", changes)
    for one in exam.specialities:
        title = called.get(one.code, one.title)
        known_as, renamed = _called(one, title), _called(one, one.title)
        if changes := tuple(parts(known_as, renamed, "", stays=noun(one).stays)):
            yield Reached(qualification_of(label, title), exam.code, one.code, changes)


def _called(speciality: SpecialityRules, title: str) -> SpecialityRules:
    return speciality.model_copy(update={"label": title, "option": None})
