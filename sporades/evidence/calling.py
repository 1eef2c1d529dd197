"""What a piece is asked for: the answers of its version that the réglementation looks at (G1)."""

from collections.abc import Iterator
from typing import Any

from sporades.exams.queries import rules
from sporades.exams.rules.conditions import fields_of
from sporades.exams.schema.conditions import Condition, StatusCondition
from sporades.exams.schema.exam import Exam
from sporades.exams.schema.papers import Status
from sporades.registrations.models import Registration, Version
from sporades.registrations.sections.papers import PAPERS


def answers_that_call_for(
    registration: Registration, version: Version, piece: str
) -> list[tuple[str, str]]:
    """Return what a piece is compared with beside the civil data, question and answer.

    Nothing is said of health; age, nationality and birth are in the civil data, the speciality and
    the academy above them.

    Args:
        registration: of which the réglementation asks for it.
        version: what was filed.
        piece: its code.
    """
    exam = rules(registration.regulation_id).exam(registration.exam.code)
    asked = exam.piece(piece)
    if asked is None or asked.when is None:
        return []
    labels = _labels(exam)
    looked_at = {labels[field] for field in fields_of(asked.when) if field in labels}
    lines = [
        (label, said)
        for section in version.snapshot["sections"]
        for label, said in section["lines"]
        if label in looked_at and said
    ]
    return [*lines, *_chosen(version.snapshot, list(_statuses(asked.when)))]


def _labels(exam: Exam) -> dict[str, str]:
    """Return under which label a version says each thing that a condition may look at."""
    said = {f"answers.{one.code}": one.label for one in exam.questions}
    asked = exam.qualification
    for field, part in (("diploma", asked.diplomas), ("experience", asked.experience)):
        if part is not None:
            said[field] = part.label
    return {**said, "category": "Catégorie de candidat", "passing_form": "Forme de passage"}


def _statuses(condition: Condition) -> Iterator[StatusCondition]:
    if condition.status is not None:
        yield condition.status
    for part in (*(condition.every or ()), *(condition.either or ())):
        yield from _statuses(part)


def _chosen(snapshot: dict[str, Any], wanted: list[StatusCondition]) -> list[tuple[str, str]]:
    """Return the épreuves whose status calls for the piece, with what was said of each.

    A row is the name of the épreuve, its status, and last what else was said of it.
    """
    sections = [one for one in snapshot["sections"] if one["slug"] == PAPERS.slug]
    rows = [
        (code, row)
        for section in sections
        for table in section["tables"]
        for code, row in zip(table.get("codes", ()), table["rows"], strict=False)
    ]
    return [
        (row[0], ", ".join(part for part in (row[1], row[-1]) if part))
        for code, row in rows
        if any(
            (not one.papers or code in one.papers)
            and row[1] in {Status(status).label for status in one.statuses}
            for one in wanted
        )
    ]
