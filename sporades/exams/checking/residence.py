"""Academies grouped: each one's residents register in one place, which registers its own."""

from collections.abc import Iterator

from sporades.exams.checking.problems import Fault, Path
from sporades.exams.schema.exam import Exam


def faults(exam: Exam, path: Path) -> Iterator[Fault]:
    """Find the groups of academies that send the same residents to two places."""
    homes: dict[str, int] = {}
    groups = exam.residence.groups
    for rank, group in enumerate(groups):
        for academy in group.academies:
            if homes.setdefault(academy, rank) != rank:
                yield Fault(
                    (*path, "rattachement", "regroupements", rank, "academies"),
                    "contradiction",
                    f"« {academy} » est déjà regroupée vers « {groups[homes[academy]].into} » : "
                    "une académie n'est que dans un regroupement.",
                )
    for rank, group in enumerate(groups):
        if homes.get(group.into, rank) != rank:
            yield Fault(
                (*path, "rattachement", "regroupements", rank, "vers"),
                "contradiction",
                f"« {group.into} » est elle-même regroupée vers « {groups[homes[group.into]].into} » : "
                "elle ne peut pas inscrire pour d'autres.",
            )
