"""Which extra questions are asked, and which answers count."""

from dataclasses import replace

from sporades.exams.rules import candidacy
from sporades.exams.rules.conditions import holds
from sporades.exams.rules.facts import Facts
from sporades.exams.schema.candidacy import NATIONAL_SERVICE
from sporades.exams.schema.exam import Exam
from sporades.exams.schema.questions import Question


def asked(exam: Exam, facts: Facts) -> list[Question]:
    """Return the extra questions that are asked of a candidate, in order.

    A question may depend on the answers to those above it; the answer to a question that is
    no longer asked does not count.
    """
    return _asked(exam, facts)[0]


def counted(exam: Exam, facts: Facts) -> Facts:
    """Return the facts with only what counts: what is asked of this candidate.

    What was answered before a category or a date was corrected opens no right.
    """
    return _asked(exam, facts)[1]


def _asked(exam: Exam, facts: Facts) -> tuple[list[Question], Facts]:
    known = _without_what_is_not_asked(exam, facts)
    questions: list[Question] = []
    for question in exam.questions:
        if holds(question.when, known):
            questions.append(question)
            if question.code in facts.answers:
                answers = {**known.answers, question.code: facts.answers[question.code]}
                known = replace(known, answers=answers)
    return questions, known


def _without_what_is_not_asked(exam: Exam, facts: Facts) -> Facts:
    """Leave out the answers of the tabs before, where they are not asked, and every extra one."""
    service = candidacy.national_service(exam, facts) and facts.answers.get(NATIONAL_SERVICE)
    known = replace(facts, answers={NATIONAL_SERVICE: service} if service else {})
    if candidacy.diplomas(exam, known) is None:
        known = replace(known, diplomas=frozenset())
    if candidacy.experience(exam, known) is None:
        known = replace(known, years_of_experience=None)
    return known
