"""How what one registers for is named everywhere."""

from sporades.exams.models import Exam, Speciality


def qualification_of(exam: str, speciality: str | None) -> str:
    """Return « CAP – Agent de sécurité », of two labels; the exam alone where it has no speciality."""
    return f"{exam} – {speciality}" if speciality else exam


def title_of(exam: Exam, speciality: Speciality | None) -> str:
    """Return « CAP – Agent de sécurité, session 2027 »."""
    what = qualification_of(exam.label, speciality.label if speciality else None)
    return f"{what}, {exam.session.label}"
