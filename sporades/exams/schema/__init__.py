"""The réglementation as data: pydantic models, English inside, French in the file."""

from sporades.exams.schema.candidacy import Category, EvaluationForm, PassingForm
from sporades.exams.schema.clock import Deadline
from sporades.exams.schema.conditions import Condition
from sporades.exams.schema.exam import Exam, Speciality
from sporades.exams.schema.openings import Audience
from sporades.exams.schema.papers import Paper, PaperNature, Status
from sporades.exams.schema.questions import Question
from sporades.exams.schema.regulation import File, Regulation, Rubric

__all__ = [
    "Audience",
    "Category",
    "Condition",
    "Deadline",
    "EvaluationForm",
    "Exam",
    "File",
    "Paper",
    "PaperNature",
    "PassingForm",
    "Question",
    "Regulation",
    "Rubric",
    "Speciality",
    "Status",
]
