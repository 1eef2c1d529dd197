"""Which extra questions are asked, and which answers count."""

from dataclasses import replace

from sporades.exams.rules.conditions import holds
from sporades.exams.rules.facts import Facts
from sporades.exams.schema.candidacy import NATIONAL_SERVICE
from sporades.exams.schema.exam import Exam
from sporades.exams.schema.questions import Question


def asked(exam: Exam, facts: Facts) -> list[Question]:
    """Return the questions that are asked of a candidate, in order.

    A question may depend on the answers to those above it; the answer to a question that is
    no longer asked does not count.
    """
    return _asked(exam, facts)[0]


def counted(exam: Exam, facts: Facts) -> Facts:
    """Return the facts with only the answers that count: those to questions asked."""
    return _asked(exam, facts)[1]


def _asked(exam: Exam, facts: Facts) -> tuple[list[Question], Facts]:
    answers = {code: facts.answers[code] for code in (NATIONAL_SERVICE,) if code in facts.answers}
    questions: list[Question] = []
    for question in exam.questions:
        if holds(question.when, replace(facts, answers=answers)):
            questions.append(question)
            if question.code in facts.answers:
                answers[question.code] = facts.answers[question.code]
    return questions, replace(facts, answers=answers)
