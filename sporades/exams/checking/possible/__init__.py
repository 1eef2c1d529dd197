"""Whether every candidate can choose: in each situation, some choices break no rule."""

from collections.abc import Iterator
from math import prod

from sporades.core.numbers import in_groups
from sporades.exams.checking.possible.findings import Finding, Work, findings
from sporades.exams.checking.possible.search import GaveUp
from sporades.exams.checking.possible.situations import Situation, codes_of, gathered, situations
from sporades.exams.checking.problems import Fault, Path
from sporades.exams.schema.exam import Exam

_GAVE_UP = (
    "Trop de règles lient ces épreuves pour que tous les choix soient essayés : le contrôle s'est "
    "arrêté. Vérifiez que chaque candidat peut en choisir."
)
MOST_SITUATIONS = 10_000
"""In how many ways one may choose before the épreuves: each is looked at, several times over."""


def too_many(exam: Exam, path: Path) -> Iterator[Fault]:
    """Find the exam of which there are more situations than anybody would wait for."""
    count = prod(map(len, codes_of(exam)))
    if count > MOST_SITUATIONS:
        yield Fault(
            path,
            "demesure",
            "Les spécialités, les catégories et les formes de passage de cet examen font ensemble "
            f"{in_groups(str(count))} situations, {in_groups(str(MOST_SITUATIONS))} au plus : "
            "découpez-le en plusieurs examens.",
        )


def faults(exam: Exam, path: Path) -> Iterator[Fault]:
    """Find the situations in which nobody can register, and the épreuves that nobody can choose.

    The names that an exam uses must lead somewhere, and its bounds leave room.
    """
    work = Work()
    found: dict[Finding, list[Situation]] = {}
    try:
        for situation in situations(exam):
            for finding in findings(exam, situation, work):
                found.setdefault(finding, []).append(situation)
    except GaveUp:
        yield Fault((*path, "epreuves"), "non_verifie", _GAVE_UP, is_error=False)
    for finding, where in found.items():
        for place in gathered(where):
            yield Fault(
                (*path, *finding.place),
                finding.rule,
                f"{finding.what}{place.in_words(exam)} : {finding.why}",
            )
