"""What tells of a handicap without saying it: who meets a condition has declared one, or has not."""

from sporades.exams.schema.conditions import Condition
from sporades.exams.schema.exam import Exam
from sporades.exams.schema.papers import Paper, Status


def of_health(condition: Condition | None, exam: Exam) -> bool:
    """Return whether meeting a condition tells whether a handicap was declared.

    Args:
        condition: of a piece, an épreuve, a dispense, a kept mark, a question, a rule.
        exam: whose it is: its answers and its épreuves may depend on that too.
    """
    if condition is None:
        return False
    parts = (*(condition.every or ()), *(condition.either or ()), condition.unless)
    return (
        condition.has_disability is not None
        or any(of_health(part, exam) for part in parts)
        or _is_of_question(condition, exam)
        or _is_of_status(condition, exam)
    )


def statuses_of_health(paper: Paper, exam: Exam) -> frozenset[Status]:
    """Return the statuses of an épreuve that tell whether a handicap was declared.

    All of them where it is offered by that alone; otherwise those of a dispense, or of a mark that is
    kept, to which that gives a right.

    Args:
        paper: the épreuve.
        exam: whose it is.
    """
    if of_health(paper.when, exam):
        return frozenset(Status)
    kept = paper.kept_mark
    is_told = {
        Status.DISPENSED: any(of_health(one.when, exam) for one in paper.dispensations),
        Status.KEPT: kept is not None and of_health(kept.when, exam),
    }
    return frozenset(status for status, is_one in is_told.items() if is_one)


def _is_of_question(condition: Condition, exam: Exam) -> bool:
    asked = condition.answer.question if condition.answer else None
    return any(one.code == asked and of_health(one.when, exam) for one in exam.questions)


def _is_of_status(condition: Condition, exam: Exam) -> bool:
    status = condition.status
    return status is not None and any(
        statuses_of_health(paper, exam).intersection(map(Status, status.statuses))
        for paper in exam.papers
        if not status.papers or paper.code in status.papers
    )
