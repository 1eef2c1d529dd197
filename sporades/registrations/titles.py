"""How what one registers for is named everywhere."""

from sporades.exams.models import Exam, RegistrationService, Speciality
from sporades.exams.titles import titled


def title_of(exam: Exam, speciality: Speciality | None) -> str:
    """Return « CAP – Agent de sécurité, session 2027 »."""
    return titled(exam.label, speciality.label if speciality else None, exam.session.label)


def gone_in_words(
    service: RegistrationService, *, exam: Exam, speciality: Speciality | None, what: str
) -> str:
    """Say that the réglementation in force offers no more what was chosen, and who knows what to do.

    Args:
        service: where it was chosen.
        exam: the exam.
        speciality: its speciality, where the exam has any.
        what: what becomes of what was typed or filed, a sentence.
    """
    return (
        f"{title_of(exam, speciality)} n'est plus proposé aux inscriptions : les règles ont changé. "
        f"{what} Pour savoir que faire, contactez {service.managing_service.name_and_phone}."
    )
