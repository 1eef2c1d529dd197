"""What tells of a handicap without saying it: who meets a condition has declared one, or has not."""

from sporades.exams.schema.conditions import Condition
from sporades.exams.schema.exam import Exam
from sporades.exams.schema.papers import Paper, Status


def of_health(condition: Condition | None, exam: Exam) -> bool:
    """Return whether meeting a condition tells whether a handicap was declared.

    Args:
        condition: of a piece, a dispense, a question.
        exam: whose it is: its answers and its dispenses may depend on that too.
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


def dispenses_for_health(paper: Paper, exam: Exam) -> bool:
    """Return whether being dispensed of an épreuve tells whether a handicap was declared.

    Args:
        paper: the épreuve.
        exam: whose it is.
    """
    return any(of_health(one.when, exam) for one in paper.dispensations)


def _is_of_question(condition: Condition, exam: Exam) -> bool:
    asked = condition.answer.question if condition.answer else None
    return any(one.code == asked and of_health(one.when, exam) for one in exam.questions)


def _is_of_status(condition: Condition, exam: Exam) -> bool:
    status = condition.status
    return (status is not None and Status.DISPENSED in status.statuses) and any(
        dispenses_for_health(paper, exam)
        for paper in exam.papers
        if not status.papers or paper.code in status.papers
    )
