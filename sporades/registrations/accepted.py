"""Which modalités were accepted: a box that is ticked keeps the mark of the text above it.

A file of the réglementation that changes elsewhere asks nothing again: the mark is of the text alone.
Whoever types for a candidate accepts nothing in their place: their box says another sentence, and
has a mark of its own, which no candidate's box takes for theirs.
"""

from collections.abc import Mapping
from typing import Any

from sporades.core.digests import digest
from sporades.exams import queries
from sporades.exams.models import Exam, Speciality
from sporades.exams.schema import Exam as ExamRules
from sporades.registrations.dossier import rules_among
from sporades.registrations.models import Version

SECTION, BOX = "modalites", "accepted"
_LENGTH = 64
_TYPED_FOR = "saisie:"

type Tabs = Mapping[str, Mapping[str, Any]]
"""Answers as typed, tab by tab."""


def mark_of(rules: ExamRules) -> str:
    """Return what tells the modalités of an exam, and the sentence ticked under them, from others."""
    return digest([rules.terms, rules.attestation])


def mark_under(regulation: int, *, exam: Exam, speciality: Speciality | None) -> str:
    """Return the mark of the text of a version of the réglementation; nothing where it has none.

    Args:
        regulation: the primary key of the version.
        exam: the exam.
        speciality: its speciality, where the exam has any.
    """
    found = rules_among(queries.rules(regulation), exam=exam, speciality=speciality)
    return mark_of(found) if found else ""


def typed_for(mark: str) -> str:
    """Return the mark of the same text where a managing service types for a candidate."""
    return f"{_TYPED_FOR}{mark}"


def is_typed_for(answer: Any) -> bool:
    """Tell whether a box was ticked by a managing service that typed for a candidate."""
    return isinstance(answer, str) and answer.startswith(_TYPED_FOR)


def text_of(mark: str) -> str:
    """Return the mark of the text alone, whoever ticked the box under it."""
    return mark.removeprefix(_TYPED_FOR)


def is_mark(answer: Any) -> bool:
    """Tell whether a ticked box says which text it accepts: before there were marks, it did not."""
    return is_typed_for(answer) or (isinstance(answer, str) and len(answer) == _LENGTH)


def with_mark(answers: Tabs, mark: str) -> dict[str, dict[str, Any]]:
    """Return answers whose box, where it was ticked before there were marks, bears this one."""
    found = {section: dict(said) for section, said in answers.items()}
    ticked = found.get(SECTION, {}).get(BOX)
    if ticked and mark and not is_mark(ticked):
        found[SECTION][BOX] = mark
    return found


def answers_of(version: Version) -> dict[str, dict[str, Any]]:
    """Return the answers of a version, as typed; its box bears the mark of what was accepted."""
    return with_mark(version.snapshot["answers"], accepted_in(version))


def said_by(version: Version) -> dict[str, Any]:
    """Return what a version says, with the mark of what was accepted, for `changes_between`."""
    return {**version.snapshot, BOX: accepted_in(version)}


def accepted_in(version: Version) -> str:
    """Return the mark of the text that a version accepts: that of its rules, before there were marks."""
    kept: str = version.snapshot.get(BOX, "")
    filed = version.registration
    return kept or mark_under(version.regulation_id, exam=filed.exam, speciality=filed.speciality)
