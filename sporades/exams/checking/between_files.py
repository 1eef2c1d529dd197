"""What several files say of the same things must agree."""

from collections.abc import Iterator, Sequence

from sporades.exams.checking.document import Document
from sporades.exams.checking.problems import Fault, Path, Problem
from sporades.exams.schema import File


def problems(files: Sequence[tuple[Document, File]]) -> Iterator[Problem]:
    """Find the files that contradict one that comes before."""
    said: dict[tuple[object, ...], tuple[str, object]] = {}
    for document, file in files:
        for key, value, path, what in _facts(file):
            first, known = said.setdefault(key, (document.name, value))
            if known != value:
                message = f"{what} : le fichier {first} dit autre chose."
                yield document.problem(Fault(path, "contradiction", message))
        both = (file.domain.code, file.session.code)
        first, known = said.setdefault(("file", *both), (document.name, document.name))
        if known != document.name:
            message = f"Le fichier {first} porte déjà sur ce domaine et cette session."
            yield document.problem(Fault(("domaine", "code"), "fichier_en_double", message))


def _facts(file: File) -> Iterator[tuple[tuple[object, ...], object, Path, str]]:
    """Go through what a file says of things that other files may name too."""
    domain, session = file.domain, file.session
    yield ("domain", domain.code), domain, ("domaine",), f"Domaine « {domain.code} »"
    yield ("session", session.code), session, ("session",), f"Session « {session.code} »"
    for rank, service in enumerate(file.managing_services):
        yield (
            ("service", service.academy, service.code),
            service,
            ("services_gestionnaires", rank),
            f"Service « {service.code} » de l'académie {service.academy}",
        )
