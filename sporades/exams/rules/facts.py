"""What the rules know of a registration, and what they say when it does not fit."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from datetime import date
from decimal import Decimal

type Answer = str | bool | int | Decimal | date | Sequence[str] | None
"""The answer to an extra question: a text or a code, yes or no, a number, a day, codes."""


OF_AGE = 18
_ANSWER = "answers."
_NAMED_OTHERWISE = {
    "birth_place": "is_born_abroad",
    "diploma": "diplomas",
    "disability": "has_disability",
    "experience": "years_of_experience",
}
"""What `Breach.field` calls otherwise than the facts do."""


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What is known of a candidate and of his or her registration when a rule is asked.

    Attributes:
        on: the day of the registration, where it is made; a modification leaves it as it was.
        session_year: the year of the session.
        academy: the code of the academy that registers.
        speciality: the code of the speciality, if there is one.
        birth_date: the date of birth; of a date that is not fully known, the latest it can be.
        nationality: the INSEE code of the country.
        is_born_abroad: born outside France.
        has_disability: a handicap was declared.
        category: the code of the category.
        passing_form: the code of the form of passing.
        diplomas: the codes of the diplomas presented.
        years_of_experience: whole years, None when not said.
        answers: the answers to the extra questions, by code.
        statuses: the status chosen for each épreuve, by code; known once filed, for the pieces due.
    """

    on: date
    session_year: int
    academy: str = ""
    speciality: str = ""
    birth_date: date | None = None
    nationality: str = ""
    is_born_abroad: bool = False
    has_disability: bool = False
    category: str = ""
    passing_form: str = ""
    diplomas: frozenset[str] = frozenset()
    years_of_experience: int | None = None
    answers: Mapping[str, Answer] = dataclass_field(default_factory=dict)
    statuses: Mapping[str, str] = dataclass_field(default_factory=dict)

    def said_of(self, field: str) -> object:
        """Return what is known of one thing, by the name that `Breach.field` gives it."""
        if field.startswith(_ANSWER):
            return self.answers.get(field.removeprefix(_ANSWER))
        return getattr(self, _NAMED_OTHERWISE.get(field, field))

    def age_on(self, day: date) -> int | None:
        """Return the age in whole years on a day; None when the birth date is not known."""
        if self.birth_date is None:
            return None
        had_birthday = (day.month, day.day) >= (self.birth_date.month, self.birth_date.day)
        return day.year - self.birth_date.year - (0 if had_birthday else 1)

    def is_minor_on(self, day: date) -> bool:
        """Return whether the candidate is known to be under eighteen on a day."""
        age = self.age_on(day)
        return age is not None and age < OF_AGE


@dataclass(frozen=True)
class Breach:
    """A rule that a registration does not respect.

    Attributes:
        rule: the code of the rule.
        field: what to change: "birth_date", "category", "passing_form", "speciality",
            "diploma", "experience", "nationality", "academy", "birth_place", "disability",
            "answers.<question>", "papers", "papers.<épreuve>", "papers.<épreuve>.option",
            "papers.<épreuve>.mark", "papers.<épreuve>.mark_session" or "groups.<group>".
        message: what is wrong, which rule says so, what to do; in French.
        lacking: of a rule of eligibility, the fields that mend each thing that it lacks.
        called_by: of a rule of eligibility, the fields that make it apply.
        condition: of a rule of eligibility, what it asks, in words.
        is_waivable: whether a derogation may be granted to somebody.
    """

    rule: str
    field: str
    message: str
    lacking: tuple[tuple[str, ...], ...] = dataclass_field(default=(), compare=False)
    called_by: tuple[str, ...] = dataclass_field(default=(), compare=False)
    condition: str = dataclass_field(default="", compare=False)
    is_waivable: bool = dataclass_field(default=False, compare=False)
