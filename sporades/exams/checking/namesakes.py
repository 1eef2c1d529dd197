"""Two things of one name that are put before one candidate: nobody tells them apart."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

from sporades.exams.checking.problems import Fault, Path
from sporades.exams.checking.walking import keyed, walk
from sporades.exams.schema.accommodations import HealthPaper, LateReason, Measure, Plan
from sporades.exams.schema.base import Strict
from sporades.exams.schema.candidacy import Category, PassingForm, Zone
from sporades.exams.schema.evidence import Piece
from sporades.exams.schema.exam import Exam, Speciality
from sporades.exams.schema.papers import Paper
from sporades.exams.schema.qualification import Diploma
from sporades.exams.schema.questions import (
    Choice,
    ChoiceQuestion,
    DateQuestion,
    LongTextQuestion,
    MultipleChoiceQuestion,
    NumberQuestion,
    TextQuestion,
    YesNoQuestion,
)
from sporades.exams.schema.regulation import File

_CALLED: dict[type[Strict], str] = {
    Exam: "L'examen",
    Speciality: "La spécialité",
    Category: "La catégorie",
    PassingForm: "La forme de passage",
    Zone: "La zone",
    Diploma: "Le diplôme",
    Choice: "Le choix",
    Paper: "L'épreuve",
    Piece: "La pièce",
    Measure: "La mesure",
    Plan: "Le plan",
    HealthPaper: "Le papier",
    LateReason: "Le motif",
    **dict.fromkeys(
        (
            TextQuestion,
            LongTextQuestion,
            NumberQuestion,
            DateQuestion,
            YesNoQuestion,
            ChoiceQuestion,
            MultipleChoiceQuestion,
        ),
        "La question",
    ),
}
"""What is read by its name, among others of its list, and what it is called."""


def faults(file: File) -> Iterator[Fault]:
    """Find what has the name of another of its list, where one candidate may read both."""
    for path, part in walk(file):
        for key, value in keyed(part):
            if isinstance(value, tuple) and value and type(value[0]) in _CALLED:
                yield from _alike(value, (*path, key))


def _alike(some: Sequence[Any], path: Path) -> Iterator[Fault]:
    named: dict[str, list[Any]] = defaultdict(list)
    for rank, one in enumerate(some):
        others = named[_name(one)]
        met = next((other for other in others if _meet(other, one)), None)
        if met is not None:
            yield Fault(
                (*path, rank, "libelle"),
                "inhabituel",
                f"{_CALLED[type(met)]} « {met.code} » a le même libellé : les candidats ne les "
                "distingueront pas.",
                is_error=False,
            )
        others.append(one)


def _name(one: Any) -> str:
    return str(getattr(one, "title", one.label)).casefold()


def _meet(one: Any, other: Any) -> bool:
    """Tell whether a candidate may read both, with nothing else to tell them apart.

    Two that each depend on something have the benefit of the doubt: « Précisez » stands under this
    answer, or under that one.
    """
    if getattr(one, "when", None) is not None and getattr(other, "when", None) is not None:
        return False
    match one, other:
        case Paper(), Paper():
            return one.phase == other.phase and _share(one.specialities, other.specialities)
        case Zone(), Zone():
            return _share(one.academies, other.academies)
        case Diploma(), Diploma():
            return one.nature == other.nature
        case Measure(), Measure():
            return one.family == other.family
        case _:
            return True


def _share(some: Sequence[str], others: Sequence[str]) -> bool:
    """Tell whether two lists have something in common; none says all."""
    return not (some and others) or not set(some).isdisjoint(others)
