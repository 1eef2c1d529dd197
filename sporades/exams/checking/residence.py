"""Academies and countries grouped: each one's residents register in one place, which registers its own."""

from collections.abc import Iterator

from sporades.exams.checking.problems import Fault, Path
from sporades.exams.schema.exam import Exam


def faults(exam: Exam, path: Path) -> Iterator[Fault]:
    """Find the groups of academies, or of countries, that send the same residents to two places."""
    yield from _countries(exam, path)
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


def _countries(exam: Exam, path: Path) -> Iterator[Fault]:
    into: dict[str, str] = {}
    for rank, group in enumerate(exam.residence.countries):
        for country in group.countries:
            if country in into:
                yield Fault(
                    (*path, "rattachement", "pays_rattaches", rank, "pays"),
                    "contradiction",
                    f"« {country} » est déjà rattaché à « {into[country]} » : un pays ne l'est qu'à une "
                    "académie.",
                )
            into.setdefault(country, group.into)
