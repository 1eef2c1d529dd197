"""Names that must lead somewhere: categories, épreuves, questions, academies, countries."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from django.utils.text import capfirst

from sporades.exams.checking.problems import Fault, Path
from sporades.exams.checking.walking import walk
from sporades.exams.schema.accommodations import (
    HealthPaperCondition,
    Measure,
    SimpleProcedure,
)
from sporades.exams.schema.base import Strict
from sporades.exams.schema.candidacy import NationalService, Zone
from sporades.exams.schema.conditions import Condition, StatusCondition
from sporades.exams.schema.eligibility import AcademyGroup, CountryGroup, Residence
from sporades.exams.schema.evidence import SummaryReturn, WaysInAcademies
from sporades.exams.schema.exam import Exam
from sporades.exams.schema.papers import Dispensation, FormByCategory, Paper, Status
from sporades.exams.schema.relations import Dependency, DistinctOptions, Exclusion

FEW = 12
"""How many names may be listed to help."""


@dataclass(frozen=True)
class Names:
    """The names that an exam may use."""

    categories: Collection[str]
    passing_forms: Collection[str]
    specialities: Collection[str]
    diplomas: Collection[str]
    phases: Collection[str]
    groups: Collection[str]
    papers: Collection[str]
    academies: Collection[str]
    countries: Collection[str]
    measures: Collection[str]
    plans: Collection[str]
    statuses: Collection[str] = tuple(Status)

    @classmethod
    def of(cls, exam: Exam, academies: Collection[str], countries: Collection[str]) -> "Names":
        """Gather the names of an exam."""
        diplomas = exam.qualification.diplomas
        asked = exam.accommodations
        return cls(
            categories=[category.code for category in exam.categories],
            passing_forms=[form.code for form in exam.passing_forms],
            specialities=[speciality.code for speciality in exam.specialities],
            diplomas=[diploma.code for diploma in diplomas.choices] if diplomas else [],
            phases=[phase.code for phase in exam.phases],
            groups=[group.code for group in exam.groups],
            papers=[paper.code for paper in exam.papers],
            academies=academies,
            countries=countries,
            measures=[measure.code for measure in asked.measures] if asked else [],
            plans=[plan.code for plan in asked.plans] if asked else [],
        )


_USES: dict[type[Strict], tuple[tuple[str, str, str], ...]] = {
    Condition: (
        ("categories", "categories", "catégorie"),
        ("passing_forms", "passing_forms", "forme de passage"),
        ("specialities", "specialities", "spécialité"),
        ("diplomas", "diplomas", "diplôme"),
        ("academies", "academies", "académie"),
        ("nationalities", "countries", "pays"),
    ),
    NationalService: (("nationalities", "countries", "pays"),),
    StatusCondition: (("papers", "papers", "épreuve"), ("statuses", "statuses", "statut")),
    Paper: (
        ("phase", "phases", "phase"),
        ("group", "groups", "groupe"),
        ("specialities", "specialities", "spécialité"),
    ),
    FormByCategory: (("categories", "categories", "catégorie"),),
    Dispensation: (("diplomas", "diplomas", "diplôme"),),
    Exclusion: (("papers", "papers", "épreuve"),),
    DistinctOptions: (("papers", "papers", "épreuve"),),
    Dependency: (("paper", "papers", "épreuve"), ("needs", "papers", "épreuve")),
    SimpleProcedure: (("categories", "categories", "catégorie"), ("plans", "plans", "plan")),
    Measure: (("excludes", "measures", "mesure"), ("papers", "papers", "épreuve")),
    HealthPaperCondition: (("measures", "measures", "mesure"), ("plans", "plans", "plan")),
    Zone: (("academies", "academies", "académie"),),
    WaysInAcademies: (("academies", "academies", "académie"),),
    SummaryReturn: (("academies", "academies", "académie"),),
    Residence: (("abroad", "academies", "académie"),),
    CountryGroup: (("countries", "countries", "pays"), ("into", "academies", "académie")),
    AcademyGroup: (("academies", "academies", "académie"), ("into", "academies", "académie")),
}
"""For each part: its field that names, the names it takes them from, what they are called."""


def faults(
    exam: Exam, path: Path, academies: Collection[str], countries: Collection[str] | None
) -> Iterator[Fault]:
    """Find the names that lead nowhere.

    Args:
        exam: the exam.
        path: where it stands.
        academies: the codes of the academies that exist.
        countries: the codes of the countries that exist, where they are known.
    """
    names = Names.of(exam, academies, countries or ())
    for place, part in walk(exam, path):
        for field, source, noun in _USES.get(type(part), ()):
            if source == "countries" and countries is None:
                continue
            known = getattr(names, source)
            key = type(part).model_fields[field].alias or field
            for name in _used(getattr(part, field)):
                if name not in known:
                    message = unknown(noun, name, known)
                    yield Fault((*place, key), "reference_inconnue", message)


def _used(value: str | tuple[str, ...] | None) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else value or ()


def unknown(noun: str, name: str, known: Collection[str], *, declared_by: str = "l'examen") -> str:
    """Say that a name leads nowhere, and what could stand there.

    Args:
        noun: what it should name.
        name: the name.
        known: the names that would do.
        declared_by: the part of the file that should declare it.
    """
    named = f"{capfirst(noun)} « {name} »"
    if not known:
        return f"{named} : {declared_by} n'en déclare pas."
    listed = f" ({', '.join(known)})" if len(known) <= FEW else ""
    return f"{named} : ce code n'existe pas ici{listed}."
