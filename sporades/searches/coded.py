"""What an exam offers for each answer that is a code, with what a reader sees of it."""

from collections.abc import Iterator

from sporades.exams import schema


def categories(exam: schema.Exam) -> Iterator[tuple[str, str]]:
    """Return the categories of candidates of an exam: code and label."""
    yield from ((one.code, one.label) for one in exam.categories)


def passing_forms(exam: schema.Exam) -> Iterator[tuple[str, str]]:
    """Return the forms of passing of an exam: code and label."""
    yield from ((one.code, one.label) for one in exam.passing_forms)


def zones(exam: schema.Exam) -> Iterator[tuple[str, str]]:
    """Return the zones that may be wished of an exam: code and label."""
    yield from ((one.code, one.label) for one in (exam.zones.choices if exam.zones else ()))


def national_service(exam: schema.Exam) -> Iterator[tuple[str, str]]:
    """Return the situations towards national service of an exam: code and label."""
    asked = exam.national_service
    yield from ((one.code, one.label) for one in (asked.choices if asked else ()))


def diplomas(exam: schema.Exam) -> Iterator[tuple[str, str]]:
    """Return the diplomas that may be presented of an exam: code and label."""
    asked = exam.qualification.diplomas
    yield from ((one.code, one.label) for one in (asked.choices if asked else ()))


def colourings(exam: schema.Exam) -> Iterator[tuple[str, str]]:
    """Return the colourings of an exam: code and label."""
    colouring = exam.qualification.colouring
    yield from ((one.code, one.label) for one in (colouring.choices if colouring else ()))
