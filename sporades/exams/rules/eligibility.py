"""Who may register, and what is said to those who may not."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.text import capfirst

from sporades.exams.rules.conditions import field_of, fields_of, holds, lacking
from sporades.exams.rules.facts import Breach, Facts
from sporades.exams.rules.health import of_health
from sporades.exams.rules.questions import counted
from sporades.exams.rules.texts import with_text
from sporades.exams.schema.eligibility import EligibilityRule
from sporades.exams.schema.exam import Exam


@dataclass(frozen=True)
class Conditions:
    """What is asked of those who register.

    Attributes:
        category: the name of the category, nothing for everybody.
        meaning: what the category means, nothing for everybody.
        asked: each condition, in words, without a full stop.
    """

    category: str
    meaning: str
    asked: tuple[str, ...]


def refusals(exam: Exam, facts: Facts) -> list[Breach]:
    """Return the rules of eligibility that a candidate does not meet, with what to do.

    What is not known does not meet a rule: a registration is never filed on a silence.
    """
    known = counted(exam, facts)
    return [
        Breach(
            rule.code,
            field_of(rule.demands),
            with_text(rule.message, rule.reference),
            lacking=tuple(lacking(rule.demands, known)),
            called_by=(*fields_of(rule.when), *(() if rule in exam.eligibility else ("category",))),
            condition=_condition(rule),
            # To name a rule that is for a handicap alone would tell of it.
            is_waivable=rule.is_waivable and not of_health(rule.when, exam),
        )
        for rule in rules_for(exam, facts.category)
        if holds(rule.when, known) and not holds(rule.demands, known)
    ]


def rules_for(exam: Exam, category: str) -> tuple[EligibilityRule, ...]:
    """Return the rules of eligibility of a category: those of the exam, then its own."""
    own = exam.category(category)
    return exam.eligibility + (own.eligibility if own else ())


def conditions(exam: Exam) -> list[Conditions]:
    """Return who may register, in words, before anything is answered.

    What binds everybody comes first, then each category by its name, with what it means. What
    one registers once, and where, the page says by itself.
    """
    of_all = [rule for rule in exam.eligibility if not _categories(rule)]
    everybody = Conditions("", "", _asked(of_all))
    categories = [
        Conditions(
            one.label,
            one.meaning,
            _asked(
                rule
                for rule in (*exam.eligibility, *one.eligibility)
                if rule not in of_all and one.code in (_categories(rule) or (one.code,))
            ),
        )
        for one in exam.categories
    ]
    return [*([everybody] if everybody.asked else []), *categories]


def _categories(rule: EligibilityRule) -> tuple[str, ...]:
    """Return the categories that a rule is for; none when it is for any."""
    return rule.when.categories or () if rule.when else ()


def _asked(rules: Iterable[EligibilityRule]) -> tuple[str, ...]:
    """Say rules as what they ask of anybody, not as what is said to whom they refuse."""
    return tuple(dict.fromkeys(map(_said, rules)))


def _condition(rule: EligibilityRule) -> str:
    return capfirst(rule.condition or rule.reference).removesuffix(".")


def _said(rule: EligibilityRule) -> str:
    said = _condition(rule)
    more = rule.when.model_dump(exclude_none=True).keys() - {"categories"} if rule.when else ()
    return f"Selon votre situation : {said}" if more else said
