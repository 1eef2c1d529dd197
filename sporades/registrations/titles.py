"""How what one registers for is named everywhere."""

from sporades.exams.models import Exam, Speciality


def title_of(exam: Exam, speciality: Speciality | None) -> str:
    """Return « CAP – Agent de sécurité, session 2027 »."""
    what = f"{exam.label} – {speciality.label}" if speciality else exam.label
    return f"{what}, {exam.session.label}"
