"""How what one registers for is named everywhere."""

from sporades.exams.models import Exam, Speciality
from sporades.exams.titles import titled


def title_of(exam: Exam, speciality: Speciality | None) -> str:
    """Return « CAP – Agent de sécurité, session 2027 »."""
    return titled(exam.label, speciality.label if speciality else None, exam.session.label)
