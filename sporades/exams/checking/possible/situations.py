"""The situations in which candidates choose: speciality, category, form of passing."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date
from itertools import product
from typing import NamedTuple

from sporades.core.french import listed
from sporades.exams.checking.possible.chances import may_hold, must_hold
from sporades.exams.rules.eligibility import rules_for
from sporades.exams.rules.facts import Facts
from sporades.exams.schema.exam import Exam

ANY_YEAR = 2000


class Situation(NamedTuple):
    """What a candidate has said when the épreuves are chosen; empty where nothing is asked."""

    speciality: str
    category: str
    passing_form: str

    @property
    def facts(self) -> Facts:
        """What the rules know of a candidate of whom nothing else is known."""
        return Facts(on=date(ANY_YEAR, 1, 1), session_year=ANY_YEAR, **self._asdict())


class Place(NamedTuple):
    """Situations that differ in all three ways at will."""

    specialities: tuple[str, ...]
    categories: tuple[str, ...]
    passing_forms: tuple[str, ...]

    def in_words(self, exam: Exam) -> str:
        """Say where this is, as the end of a sentence; nothing where it is everywhere."""
        every = Place(*codes_of(exam))
        words = [
            f" {singular if len(codes) == 1 else plural} {listed(_quoted(codes))}"
            for codes, known, singular, plural in zip(
                self, every, *zip(*_NOUNS, strict=True), strict=True
            )
            if set(codes) != set(known)
        ]
        return ",".join(words)


_NOUNS = (
    ("dans la spécialité", "dans les spécialités"),
    ("dans la catégorie", "dans les catégories"),
    ("avec la forme de passage", "avec les formes de passage"),
)


def every_situation(exam: Exam) -> Iterator[Situation]:
    """Go through the situations that an exam has, be they closed to everybody."""
    return map(Situation._make, product(*codes_of(exam)))


def situations(exam: Exam) -> Iterator[Situation]:
    """Go through the situations that the rules of eligibility do not close to everybody."""
    for situation in every_situation(exam):
        facts = situation.facts
        if not any(
            must_hold(rule.when, facts) and not may_hold(rule.demands, facts)
            for rule in rules_for(exam, situation.category)
        ):
            yield situation


def gathered(found: Iterable[Situation]) -> list[Place]:
    """Put together the situations that are told in one sentence."""
    forms: dict[tuple[str, str], tuple[str, ...]] = {}
    for speciality, category, form in found:
        forms[speciality, category] = (*forms.get((speciality, category), ()), form)
    categories: dict[tuple[str, tuple[str, ...]], tuple[str, ...]] = {}
    for (speciality, category), some in forms.items():
        categories[speciality, some] = (*categories.get((speciality, some), ()), category)
    specialities: dict[tuple[tuple[str, ...], tuple[str, ...]], tuple[str, ...]] = {}
    for (speciality, some), those in categories.items():
        specialities[those, some] = (*specialities.get((those, some), ()), speciality)
    return [Place(these, those, some) for (those, some), these in specialities.items()]


def codes_of(exam: Exam) -> Sequence[tuple[str, ...]]:
    """Return the codes of the specialities, categories and forms, one empty where there is none."""
    return [
        tuple(one.code for one in declared) or ("",)
        for declared in (exam.specialities, exam.categories, exam.passing_forms)
    ]


def _quoted(codes: Collection[str]) -> list[str]:
    return [f"« {code} »" for code in codes]
