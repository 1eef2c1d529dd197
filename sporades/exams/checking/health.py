"""Pieces that would tell who declared a handicap: nothing keeps them from being asked for."""

from collections.abc import Iterator

from sporades.exams.checking.problems import Fault, Path
from sporades.exams.rules.health import of_health
from sporades.exams.schema.exam import Exam


def faults(exam: Exam, path: Path) -> Iterator[Fault]:
    """Find the pieces that only those who declared a handicap owe, or only the others."""
    for rank, piece in enumerate(exam.evidence):
        if of_health(piece.when, exam):
            yield Fault(
                (*path, "pieces", rank, "si"),
                "dit_un_handicap",
                "Qui doit cette pièce a déclaré un handicap, ou non : ni mail ni export ne nommera "
                "les pièces de cet examen, à personne. Un papier de santé se demande dans "
                "« amenagements ».",
                is_error=False,
            )
