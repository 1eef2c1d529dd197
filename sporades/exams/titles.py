"""How what one registers for is named, of its labels."""

LONGEST_TITLE = 255
"""How many signs a title has at most: documents, mails and letters are named by it."""


def qualification_of(exam: str, speciality: str | None) -> str:
    """Return « CAP – Agent de sécurité », of two labels; the exam alone where it has no speciality."""
    return f"{exam} – {speciality}" if speciality else exam


def titled(exam: str, speciality: str | None, session: str) -> str:
    """Return « CAP – Agent de sécurité, session 2027 », of its labels."""
    return f"{qualification_of(exam, speciality)}, {session}"
